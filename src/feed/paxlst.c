/* flights as UN/EDIFACT PAXLST (WCO, IATA and ICAO's API guidelines): who is on board, with passports and seats. A passenger or
 * member of the crew is a row. What is wrong with the interchange itself, its counts or a message's, means that passengers may be
 * missing: then nothing of the file is kept. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "credential/credential.h"
#include "feed/edifact.h"
#include "feed/journey.h"
#include "feed/rejects.h"

enum { LEGS_MAX = 16, STAYS_MAX = EDIFACT_SEGMENTS_MAX * LEGS_MAX, FILE_MAX = 64 << 20 };

/* Who is taken, and their stays, which are loaded at once: what became of each is known at the end. */
struct boarding {
	struct presence_load *load;
	struct aboard {
		person_number person;
		enum taken taken; /* of all their stays: NEW before CHANGED before UNCHANGED */
	} * people;
	size_t count, capacity;
	uint32_t *of_stay; /* by the stay's ordinal: who of them */
	size_t stay_count, stay_capacity;
};

/* Interchanges of those who were refused, so that they can be mended and imported: each with the messages that they were in, without groups. */
struct refused {
	struct buffer text;
	size_t lists, segments, people; /* the latter two of the message being written */
	char component, element, terminator;
};

/* One PAXLST message: segments [begin, end), end being its UNT. */
struct list {
	struct import *import;
	struct boarding *boarding;
	struct refused *refused;
	const struct edifact *i;
	size_t begin, end, first_person;
	size_t leg_count;
	struct journey legs[LEGS_MAX];
};

static bool
is(const struct edifact *i, size_t segment, const char *tag)
{
	return strcmp(edifact_tag(i, segment), tag) == 0;
}

/* NAD of who is on board, not of who reports. */
static bool
is_person(const struct edifact *i, size_t segment)
{
	static const char *const kinds[] = {"FL", "FM", "DDU", "DDT"};
	const char *kind = edifact_text(i, segment, 1, 1);

	if (!is(i, segment, "NAD"))
		return false;
	for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
		if (strcmp(kinds[k], kind) == 0)
			return true;
	return false;
}

/* "YYMMDDHHMM" (201) or "CCYYMMDDHHMM" (203), local to the airport, whose zone the list does not tell: read as local to the
 * jurisdiction, so that all on board are together as long as they were. */
static bool
read_time(const struct list *l, size_t segment, day_number *ret_day, instant *ret_at)
{
	const char *text = edifact_text(l->i, segment, 1, 2), *format = edifact_text(l->i, segment, 1, 3);
	size_t length = strlen(text), century = strcmp(format, "203") == 0 ? 2 : 0;
	int64_t part[6] = {20};
	int y;
	unsigned m, d;

	if ((strcmp(format, "201") != 0 && !century) || length != 10 + century || strspn(text, "0123456789") != length)
		return false;
	for (size_t i = century ? 0 : 1; i < 6; i++)
		if (!text_integer(text + 2 * (i - (century ? 0 : 1)), 2, 0, 99, &part[i]))
			return false;
	if (part[2] < 1 || part[2] > 12 || part[3] < 1 || part[3] > 31 || part[4] > 23 || part[5] > 59)
		return false;
	*ret_day = day_from_civil((int)(part[0] * 100 + part[1]), (unsigned)part[2], (unsigned)part[3]);
	day_to_civil(*ret_day, &y, &m, &d);
	*ret_at = zone_instant(l->import->zone, (int64_t)*ret_day * DAY_S + part[4] * 3600 + part[5] * 60);
	return m == (unsigned)part[2] && d == (unsigned)part[3];
}

static int
copy_code(const struct list *l, size_t segment, const char *value, char to[JOURNEY_CODE_SIZE], struct error *e)
{
	if (!*value || strlen(value) > JOURNEY_CODE_MAX || strpbrk(value, "/ \t\r\n") ||
		!text_is_utf8(value, strlen(value)))
		return edifact_refuse(l->i, segment, e, "a code of at most 12 bytes, no spaces, no slash, expected");
	strcpy(to, value);
	return 0;
}

static int
end_leg(struct list *l, size_t segment, struct error *e)
{
	struct journey *leg = &l->legs[l->leg_count];

	if (!leg->departs)
		return edifact_refuse(l->i, segment, e, "it arrives (232) before a departure (189) is told");
	/* Local times: across the date line one may arrive the day before. */
	if (leg->arrives <= leg->departs)
		leg->arrives += DAY_S;
	if (leg->arrives <= leg->departs || leg->arrives - leg->departs > JOURNEY_MAX_S)
		return edifact_refuse(l->i, segment, e, "it arrives after it departs, and within ten days");
	l->leg_count++;
	return 0;
}

/* The legs: TDT+20, then LOC and DTM of departure and arrival. Until LEGS_MAX; ${leg_count} is the one being read. */
static int
read_legs(struct list *l, struct error *e)
{
	const struct edifact *i = l->i;
	char number[JOURNEY_CODE_SIZE] = "", place[JOURNEY_CODE_SIZE] = "";
	int code;

	for (size_t s = l->begin; s < l->first_person; s++) {
		struct journey *leg = &l->legs[l->leg_count];
		const char *what = edifact_text(i, s, 1, 1);
		day_number day;

		if (is(i, s, "TDT") && (code = copy_code(l, s, edifact_text(i, s, 2, 1), number, e)) < 0)
			return code;
		if (is(i, s, "LOC") && (code = copy_code(l, s, edifact_text(i, s, 2, 1), place, e)) < 0)
			return code;
		if (!is(i, s, "DTM") || (strcmp(what, "189") != 0 && strcmp(what, "232") != 0))
			continue;
		if (l->leg_count == LEGS_MAX || !*number || !*place)
			return edifact_refuse(
				i, s, e, "a flight (TDT) and a place (LOC) come before its times, for at most 16 legs");
		if (strcmp(what, "189") == 0) {
			if (!read_time(l, s, &leg->day, &leg->departs))
				return edifact_refuse(i, s, e, "a time YYMMDDHHMM (201) or CCYYMMDDHHMM (203) expected");
			strcpy(leg->number, number);
			strcpy(leg->from, place);
			continue;
		}
		if (!read_time(l, s, &day, &leg->arrives))
			return edifact_refuse(i, s, e, "a time YYMMDDHHMM (201) or CCYYMMDDHHMM (203) expected");
		strcpy(leg->to, place);
		if ((code = end_leg(l, s, e)) < 0)
			return code;
	}
	return l->leg_count ? 0 : edifact_refuse(i, l->begin, e, "no flight with departure and arrival");
}

/* What must be right for the list to be whole. */
static int
check_list(struct list *l, struct error *e)
{
	const struct edifact *i = l->i;
	size_t people = 0;
	bool counted = false;

	if (strcmp(edifact_text(i, l->begin, 2, 1), "PAXLST") != 0)
		return edifact_refuse(i, l->begin, e, "a PAXLST message expected");
	l->first_person = l->end;
	for (size_t s = l->begin; s < l->end; s++) {
		int64_t count;
		const char *said = edifact_text(i, s, 1, 2);

		if (is_person(i, s)) {
			people++;
			l->first_person = s < l->first_person ? s : l->first_person;
		}
		if (!is(i, s, "CNT") || strcmp(edifact_text(i, s, 1, 1), "42") != 0)
			continue;
		counted = true;
		if (!text_integer(said, strlen(said), 0, INT32_MAX, &count) || (size_t)count != people)
			return edifact_refuse(
				i, s, e, "42 is not the number of people in the list: somebody is missing, or too many");
	}
	if (!counted)
		return edifact_refuse(i, l->end, e, "the list has no CNT+42: whether it is whole cannot be told");
	return read_legs(l, e);
}

/* What a list tells of one on board. */
struct passenger {
	const char *document, *seat, *from, *to, *birth, *family, *given;
	size_t document_segment, seat_segment;
};

static struct passenger
read_passenger(const struct list *l, size_t begin, size_t end)
{
	struct passenger p = {.document = "",
		.seat = "",
		.from = "",
		.to = "",
		.birth = "",
		.family = edifact_text(l->i, begin, 4, 1),
		.given = edifact_text(l->i, begin, 4, 2),
		.document_segment = begin};

	for (size_t s = begin; s < end; s++) {
		const char *what = edifact_text(l->i, s, 1, 1);

		if (is(l->i, s, "DOC") && !*p.document) {
			p.document = edifact_text(l->i, s, 2, 1);
			p.document_segment = s;
		} else if (is(l->i, s, "RFF") && strcmp(what, "SEA") == 0) {
			p.seat = edifact_text(l->i, s, 1, 2);
			p.seat_segment = s;
		} else if (is(l->i, s, "DTM") && strcmp(what, "329") == 0) {
			p.birth = edifact_text(l->i, s, 1, 2);
		} else if (is(l->i, s, "LOC") && strcmp(what, "178") == 0) {
			p.from = edifact_text(l->i, s, 2, 1);
		} else if (is(l->i, s, "LOC") && strcmp(what, "179") == 0) {
			p.to = edifact_text(l->i, s, 2, 1);
		}
	}
	return p;
}

/* CCYYMMDD, or YYMMDD: of the last hundred years before the flight. "" for what is none. */
static void
write_birth_date(const struct list *l, const char *text, char date[BIRTH_DATE_SIZE])
{
	char flown[TIME_TEXT_SIZE];
	day_number day;

	date[0] = 0;
	day_write(l->legs[0].day, flown);
	if (strspn(text, "0123456789") == 8 && strlen(text) == 8)
		snprintf(date, BIRTH_DATE_SIZE, "%.4s-%.2s-%.2s", text, text + 4, text + 6);
	else if (strspn(text, "0123456789") == 6 && strlen(text) == 6)
		snprintf(date, BIRTH_DATE_SIZE, "%s%.2s-%.2s-%.2s", strncmp(text, flown + 2, 2) > 0 ? "19" : "20", text,
			text + 2, text + 4);
	if (day_read(date, strlen(date), &day, NULL) < 0)
		date[0] = 0;
}

/* Whoever has no document is known by name and date of birth, as the registry has it without an ID number: never taken for
 * anybody else. */
static int
find_person(const struct list *l, const struct passenger *p, person_number *ret_person, struct error *e)
{
	struct registry_identity identity = {0};
	char number[1024];
	int code;

	if (*p->document)
		return registry_person_by_id_number(
			l->import->registry, p->document, strlen(p->document), true, l->import->source.import, ret_person, e);
	snprintf(identity.name, sizeof identity.name, "%.120s %.120s", p->family, p->given);
	write_birth_date(l, p->birth, identity.birth_date);
	snprintf(number, sizeof number, "%.400s:%.400s:%.30s", p->family, p->given, p->birth);
	code = registry_person_by_local_number(
		l->import->registry, "passenger", number, &identity, l->import->source.import, ret_person, e);
	registry_identity_wipe(&identity);
	explicit_bzero(number, sizeof number);
	return code;
}

static int
board(
	const struct list *l, size_t begin, person_number person, uint16_t seat, size_t first, size_t last, struct error *e)
{
	struct boarding *b = l->boarding;
	int code;

	if ((code = array_grow(&b->people, &b->capacity, b->count + 1, sizeof *b->people, EDIFACT_SEGMENTS_MAX, e)) < 0 ||
		(code = array_grow(
			 &b->of_stay, &b->stay_capacity, b->stay_count + last - first, sizeof *b->of_stay, STAYS_MAX, e)) < 0)
		return code;
	for (size_t i = first; i < last; i++) {
		struct journey journey = l->legs[i];
		struct presence_stay stay;

		journey.seat = seat;
		if ((code = journey_stay(l->import, &journey, person, &stay, e)) < 0)
			return code;
		/* Days are destroyed from the first on, so that nobody is refused of whom a leg was taken. */
		code = presence_load_add(b->load, &stay, e);
		if ((code == ERROR_DENIED || code == ERROR_BAD_INPUT) && i == first)
			return edifact_refuse(
				l->i, begin, e, "the movement of the day it departs was destroyed, or is out of range");
		if (code < 0)
			return code;
		b->of_stay[b->stay_count++] = (uint32_t)b->count;
	}
	b->people[b->count++] = (struct aboard){person, TAKEN_UNCHANGED};
	return 0;
}

static int
take_passenger(const struct list *l, size_t begin, size_t end, struct error *e)
{
	const struct passenger p = read_passenger(l, begin, end);
	size_t first = 0, last = l->leg_count;
	struct id_number id;
	person_number person;
	uint16_t seat = 0;
	int code;

	if (!*p.document && (!*p.family || !*p.birth))
		return edifact_refuse(
			l->i, begin, e, "no travel document (DOC), and no date of birth (DTM+329): nobody can be told");
	if (!*p.document &&
		(!text_is_utf8(p.family, strlen(p.family)) || !text_is_utf8(p.given, strlen(p.given)) ||
			strlen(p.family) > 120 || strlen(p.given) > 120))
		return edifact_refuse(l->i, begin, e, "a name that is not UTF-8, or longer than 120 bytes");
	if (*p.document && id_number_read(p.document, strlen(p.document), &id, NULL) < 0)
		return edifact_refuse(l->i, p.document_segment, e, "the number of a passport or an ID card expected");
	if (*p.seat && !presence_seat_read(p.seat, &seat))
		return edifact_refuse(l->i, p.seat_segment, e, "a seat is a row and a letter, such as 12A");
	while (*p.from && first < l->leg_count && strcmp(l->legs[first].from, p.from) != 0)
		first++;
	while (*p.to && last > 0 && strcmp(l->legs[last - 1].to, p.to) != 0)
		last--;
	if (first >= last) {
		/* Who boards before or goes on after this list's flights is on all of them. */
		first = 0;
		last = l->leg_count;
	}
	if ((code = find_person(l, &p, &person, e)) < 0)
		return code;
	return board(l, begin, person, seat, first, last, e);
}

/* Copy the segments [begin, end) as they stand. */
static int
copy_segments(
	struct refused *refused, const struct edifact *i, const char *bytes, size_t begin, size_t end, struct error *e)
{
	size_t from = edifact_start(i, begin);

	refused->segments += end - begin;
	return buffer_add(&refused->text, bytes + from, edifact_start(i, end) - from, e);
}

/* Somebody who is refused, after what their list says before the first of those on board. */
static int
keep_refused(const struct list *l, const char *bytes, size_t begin, size_t end, struct error *e)
{
	struct refused *refused = l->refused;
	int code;

	if (refused->people++ == 0) {
		refused->segments = 0;
		refused->lists++;
		if ((code = copy_segments(refused, l->i, bytes, l->begin, l->first_person, e)) < 0)
			return code;
	}
	return copy_segments(refused, l->i, bytes, begin, end, e);
}

/* CNT and UNT of what was kept of the list. */
static int
end_refused(const struct list *l, const char *bytes, struct error *e)
{
	struct refused *r = l->refused;
	const char *reference = strchr(bytes + edifact_start(l->i, l->end) + 4, r->element);
	int code;

	if (!r->people)
		return 0;
	if (!reference)
		return error_set(e, ERROR_CORRUPT, "a message's end has no reference");
	if ((code = buffer_add_format(&r->text, e, "CNT%c42%c%zu%cUNT%c%zu", r->element, r->component, r->people,
			 r->terminator, r->element, r->segments + 2)) < 0)
		return code;
	r->people = 0;
	return buffer_add(&r->text, reference, (size_t)(bytes + edifact_start(l->i, l->end + 1) - reference), e);
}

static int
take_people(const struct list *l, const char *bytes, struct error *e)
{
	int code;

	for (size_t begin = l->first_person, end; begin < l->end; begin = end) {
		struct error why = {0};

		for (end = begin + 1; end < l->end && !is_person(l->i, end) && !is(l->i, end, "CNT"); end++)
			;
		if (!is_person(l->i, begin))
			continue;
		l->import->totals.read++;
		code = take_passenger(l, begin, end, &why);
		if (code == 0)
			continue;
		if (code != ERROR_BAD_INPUT) {
			*e = why;
			return code;
		}
		error_at(&why, l->import->window.path, why.line, why.column);
		if ((code = import_reject(l->import, &why, "", 0, e)) < 0 ||
			(l->import->options->rejects && (code = keep_refused(l, bytes, begin, end, e)) < 0))
			return code;
	}
	return end_refused(l, bytes, e);
}

static void
note_taken(uint32_t ordinal, enum presence_change change, void *context)
{
	struct boarding *b = context;
	struct aboard *aboard = &b->people[b->of_stay[ordinal]];

	if (change == PRESENCE_NEW)
		aboard->taken = TAKEN_NEW;
	else if (change == PRESENCE_CHANGED && aboard->taken == TAKEN_UNCHANGED)
		aboard->taken = TAKEN_CHANGED;
}

static int
take_lists(struct import *import, struct boarding *boarding, struct refused *refused, const struct edifact *i,
	const char *bytes, struct error *e)
{
	size_t lists = 0;
	int code;

	for (size_t s = 0; s < edifact_count(i); s++) {
		struct list l = {.import = import, .boarding = boarding, .refused = refused, .i = i, .begin = s};

		if (!is(i, s, "UNH"))
			continue;
		for (l.end = s; !is(i, l.end, "UNT"); l.end++)
			;
		if ((code = check_list(&l, e)) < 0 || (code = take_people(&l, bytes, e)) < 0)
			return code;
		lists++;
		s = l.end;
	}
	return lists ? 0 : edifact_refuse(i, 0, e, "the interchange has no message");
}

/* What stands before the first message, or the first group; its signs are UNA's, or those that hold without one. */
static int
begin_refused(struct refused *refused, const struct edifact *i, const char *bytes, size_t start, struct error *e)
{
	const char *una = bytes + start + strspn(bytes + start, " \t\r\n\v");
	bool told = strncmp(una, "UNA", 3) == 0;
	size_t first = 0;

	refused->component = told ? una[3] : ':';
	refused->element = told ? una[4] : '+';
	refused->terminator = told ? una[8] : '\'';
	while (first < edifact_count(i) && !is(i, first, "UNH") && !is(i, first, "UNG"))
		first++;
	return buffer_add(&refused->text, bytes + start, first < edifact_count(i) ? edifact_start(i, first) - start : 0, e);
}

/* UNZ, with the interchange's reference as it stands, and put with those of the file's interchanges before. */
static int
finish_refused(
	struct refused *refused, const struct edifact *i, const char *bytes, struct buffer *rejected, struct error *e)
{
	const char *end = bytes + edifact_start(i, edifact_count(i) - 1), *reference = strchr(end + 4, refused->element);
	int code;

	if (!refused->lists)
		return 0;
	if (!reference)
		return error_set(e, ERROR_CORRUPT, "the interchange's end has no reference");
	if ((code = buffer_add_format(&refused->text, e, "UNZ%c%zu", refused->element, refused->lists)) < 0 ||
		(code = buffer_add(
			 &refused->text, reference, (size_t)(bytes + edifact_start(i, edifact_count(i)) - reference), e)) < 0 ||
		(code = buffer_add(&refused->text, "\n", 1, e)) < 0)
		return code;
	return buffer_add(rejected, refused->text.data, refused->text.length, e);
}

static void
wipe(struct buffer *text)
{
	if (text->data)
		explicit_bzero(text->data, text->length);
	buffer_free(text);
}

/* ${start}: of the interchange in the bytes. */
static int
take_interchange(struct import *import, const struct edifact *i, const char *bytes, size_t start,
	struct buffer *rejected, struct error *e)
{
	struct refused refused = {.text = buffer_make(2 * EDIFACT_SIZE_MAX)};
	struct boarding boarding = {0};
	struct presence_counts counts;
	int code;

	if ((code = presence_load_new(import->presence, &import->source, &boarding.load, e)) < 0)
		return code;
	presence_load_tell(boarding.load, note_taken, &boarding);
	if ((code = begin_refused(&refused, i, bytes, start, e)) < 0 ||
		(code = take_lists(import, &boarding, &refused, i, bytes, e)) < 0 ||
		(code = finish_refused(&refused, i, bytes, rejected, e)) < 0 ||
		(code = presence_load_finish(boarding.load, &counts, e)) < 0)
		goto out;
	for (size_t n = 0; n < boarding.count && code == 0; n++) {
		import_count(import, boarding.people[n].taken, 1);
		if (boarding.people[n].taken != TAKEN_UNCHANGED)
			code = moved_add(&import->moved, boarding.people[n].person, e);
	}
out:
	presence_load_free(boarding.load);
	free(boarding.people);
	free(boarding.of_stay);
	wipe(&refused.text);
	return code;
}

static int
read_all(struct window *w, struct buffer *bytes, struct error *e)
{
	int r;

	while ((r = window_need(w, 0, e)) > 0) {
		size_t length = window_length(w);

		if ((r = buffer_add(bytes, window_bytes(w), length, e)) < 0)
			break;
		window_consume(w, length);
	}
	return r;
}

static bool
is_paxlst(const char *bytes, size_t length)
{
	return length > 3 && (memcmp(bytes, "UNA", 3) == 0 || memcmp(bytes, "UNB", 3) == 0) &&
		!strchr("abcdefghijklmnopqrstuvwxyz_ABCDEFGHIJKLMNOPQRSTUVWXYZ", bytes[3]);
}

/* One interchange after the other, as a file of rejects of several lists has them. */
static int
take_all(struct import *import, const struct buffer *bytes, struct buffer *rejected, struct error *e)
{
	struct edifact_place place = {0};
	int code;

	do {
		const size_t start = place.at;
		struct edifact *interchange = NULL;

		if ((code = edifact_read(buffer_text(bytes), bytes->length, &place, &interchange, e)) == 0)
			code = take_interchange(import, interchange, buffer_text(bytes), start, rejected, e);
		edifact_free(interchange);
	} while (code == 0 && place.at < bytes->length);
	return code;
}

static int
read_paxlst(struct import *import, struct error *e)
{
	struct buffer bytes = buffer_make(FILE_MAX), rejected = buffer_make(2 * FILE_MAX);
	int code;

	if ((code = read_all(&import->window, &bytes, e)) == 0 && (code = take_all(import, &bytes, &rejected, e)) == 0 &&
		rejected.length)
		code = rejects_add_bytes(import->options->rejects, rejected.data, rejected.length, e);
	if (code == ERROR_TOO_LARGE || code == ERROR_BAD_INPUT) {
		e->code = ERROR_BAD_INPUT;
		error_at(e, import->window.path, e->line ? e->line : import->window.line, e->column ? e->column : 1);
	}
	wipe(&bytes);
	wipe(&rejected);
	return code == ERROR_TOO_LARGE ? ERROR_BAD_INPUT : code;
}

const struct import_format flights_paxlst = {.is = is_paxlst, .read = read_paxlst};
