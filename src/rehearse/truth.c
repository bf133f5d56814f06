/* What a pack would have averted, and at what cost.
 *
 * An infection away from home is averted where the one or the other was held at that moment: who may not pass is at home. One whose
 * giver's own infection was averted is averted with it. At home nothing is averted but so. See docs/packs.md for what this leaves out. */

#include "rehearse/truth.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/buffer.h"
#include "base/file.h"

enum {
	FILE_MAX = 512 << 20,
	COLUMNS_MAX = 16,
	ROWS_MAX = 4000000,
	CHILD_BELOW = 15,
	OLD_FROM = 60,
	SIDES_COUNT = 2,
	PLACE_CODE_SIZE = 33
};

struct resident {
	person_number person;
	uint8_t age;
};

struct infection {
	person_number person, by; /* by 0: somebody elsewhere */
	size_t giver;             /* the place in the list of the giver's own, or SIZE_MAX */
	instant at, infectious_from;
	bool home;
	struct held held[SIDES_COUNT];
};

struct truth {
	struct registry *registry;
	instant now;
	struct resident *residents; /* by person */
	size_t resident_count, resident_capacity;
	struct infection *infections; /* by time, as the file has them */
	size_t infection_count, infection_capacity;
	struct index {
		person_number person;
		size_t infection;
	} * index; /* by person */
	struct home {
		char code[PLACE_CODE_SIZE];
	} * homes; /* households, sorted */
	size_t home_count, home_capacity;
};

/* A file's columns by name, and the present line's fields. */
struct table {
	size_t line, columns;
	char *names[COLUMNS_MAX], *fields[COLUMNS_MAX];
};

/* Cut a line at its commas. Such files have no quotes. */
static size_t
cut(char *line, char *fields[COLUMNS_MAX])
{
	size_t count = 0;

	while (count < COLUMNS_MAX) {
		char *comma = strchr(line, ',');

		fields[count++] = line;
		if (!comma)
			break;
		*comma = 0;
		line = comma + 1;
	}
	return count;
}

static const char *
field(const struct table *table, const char *name)
{
	for (size_t i = 0; i < table->columns; i++)
		if (strcmp(table->names[i], name) == 0)
			return table->fields[i];
	return "";
}

static int
read_table(const char *folder, const char *name, int (*take)(struct truth *, const struct table *, struct error *),
	struct truth *truth, struct error *e)
{
	struct buffer bytes = buffer_make(FILE_MAX);
	struct table table = {.line = 1};
	char *path = file_join(folder, name, e), *line, *rest;
	int r = path ? file_read(path, &bytes, e) : ERROR_NO_MEMORY;

	if (r < 0)
		goto out;
	rest = bytes.data ? (char *)bytes.data : (char *)"";
	line = strsep(&rest, "\n");
	table.columns = cut(line, table.names);
	while (rest && (line = strsep(&rest, "\n")) && r == 0) {
		table.line++;
		if (!*line)
			continue;
		if (strchr(line, '"') || cut(line, table.fields) != table.columns) {
			error_set(e, ERROR_BAD_INPUT, "%zu fields without quotes expected", table.columns);
			r = error_at(e, path, table.line, 0);
		} else if ((r = take(truth, &table, e)) < 0) {
			error_at(e, path, table.line, 0);
		}
	}
out:
	buffer_free(&bytes);
	free(path);
	return r;
}

static int
person_of(struct truth *truth, const char *id_number, person_number *ret_person, struct error *e)
{
	return registry_person_by_id_number(truth->registry, id_number, strlen(id_number), false, 0, ret_person, e);
}

/* By the day of birth in the ID number, in whole years of 365.2425 days. */
static uint8_t
age_of(const char *id_number, instant now)
{
	char date[11];
	day_number born;
	int64_t years;

	if (strlen(id_number) != 18)
		return AGE_UNKNOWN;
	snprintf(date, sizeof date, "%.4s-%.2s-%.2s", id_number + 6, id_number + 10, id_number + 12);
	if (day_read(date, strlen(date), &born, NULL) < 0)
		return AGE_UNKNOWN;
	years = (now / DAY_S - born) * 10000 / 3652425;
	return years < CHILD_BELOW ? AGE_CHILD : years < OLD_FROM ? AGE_ADULT : AGE_OLD;
}

static int
take_resident(struct truth *truth, const struct table *table, struct error *e)
{
	const char *id_number = field(table, "id_number");
	person_number person;
	int r = person_of(truth, id_number, &person, e);

	if (r == ERROR_EXISTS_NOT) /* not imported */
		return 0;
	if (r < 0 ||
		(r = array_grow(&truth->residents, &truth->resident_capacity, truth->resident_count + 1,
			 sizeof *truth->residents, ROWS_MAX, e)) < 0)
		return r;
	truth->residents[truth->resident_count++] =
		(struct resident){.person = person, .age = age_of(id_number, truth->now)};
	return 0;
}

static int
take_place(struct truth *truth, const struct table *table, struct error *e)
{
	int r;

	if (strcmp(field(table, "kind"), "household") != 0)
		return 0;
	if (strlen(field(table, "place")) >= PLACE_CODE_SIZE)
		return error_set(e, ERROR_BAD_INPUT, "a place's code is at most %d bytes", PLACE_CODE_SIZE - 1);
	if ((r = array_grow(
			 &truth->homes, &truth->home_capacity, truth->home_count + 1, sizeof *truth->homes, ROWS_MAX, e)) == 0)
		strcpy(truth->homes[truth->home_count++].code, field(table, "place"));
	return r;
}

static int
by_code(const void *left, const void *right)
{
	return strcmp(((const struct home *)left)->code, ((const struct home *)right)->code);
}

static bool
is_home(const struct truth *truth, const char *place)
{
	struct home key;

	if (truth->home_count == 0 || strlen(place) >= sizeof key.code)
		return false;
	strcpy(key.code, place);
	return bsearch(&key, truth->homes, truth->home_count, sizeof key, by_code) != NULL;
}

static int
take_infection(struct truth *truth, const struct table *table, struct error *e)
{
	const char *by = field(table, "infected_by"), *at = field(table, "at"), *from = field(table, "infectious_from");
	struct infection infection = {.giver = SIZE_MAX, .home = is_home(truth, field(table, "place"))};
	int r;

	if ((r = time_read(at, strlen(at), &zone_utc, &infection.at, e)) < 0 || infection.at > truth->now)
		return r;
	infection.infectious_from = INT64_MAX;
	if (*from && (r = time_read(from, strlen(from), &zone_utc, &infection.infectious_from, e)) < 0)
		return r;
	r = person_of(truth, field(table, "id_number"), &infection.person, e);
	if (r == 0 && *by)
		r = person_of(truth, by, &infection.by, e);
	if (r == ERROR_EXISTS_NOT)
		return 0;
	if (r < 0 ||
		(r = array_grow(&truth->infections, &truth->infection_capacity, truth->infection_count + 1,
			 sizeof *truth->infections, ROWS_MAX, e)) < 0)
		return r;
	truth->infections[truth->infection_count++] = infection;
	return 0;
}

static int
by_person(const void *left, const void *right)
{
	person_number a = ((const struct resident *)left)->person, b = ((const struct resident *)right)->person;

	return a < b ? -1 : a > b;
}

static int
index_by_person(const void *left, const void *right)
{
	const struct index *a = left, *b = right;

	return a->person != b->person ? (a->person < b->person ? -1 : 1)
								  : (a->infection < b->infection ? -1 : a->infection > b->infection);
}

static struct infection *
infection_of(const struct truth *truth, person_number person)
{
	size_t low = 0, high = truth->infection_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (truth->index[middle].person < person)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == truth->infection_count || truth->index[low].person != person)
		return NULL;
	return &truth->infections[truth->index[low].infection];
}

static int
link_givers(struct truth *truth, struct error *e)
{
	if (!(truth->index = calloc(truth->infection_count + 1, sizeof *truth->index)))
		return error_no_memory(e);
	for (size_t i = 0; i < truth->infection_count; i++)
		truth->index[i] = (struct index){truth->infections[i].person, i};
	qsort(truth->index, truth->infection_count, sizeof *truth->index, index_by_person);
	for (size_t i = 0; i < truth->infection_count; i++) {
		const struct infection *giver = truth->infections[i].by ? infection_of(truth, truth->infections[i].by) : NULL;

		if (giver)
			truth->infections[i].giver = (size_t)(giver - truth->infections);
	}
	return 0;
}

int
truth_read(struct registry *registry, const char *folder, instant now, struct truth **ret_truth, struct error *e)
{
	struct truth *truth = calloc(1, sizeof *truth);
	int r;

	if (!truth)
		return error_no_memory(e);
	truth->registry = registry;
	truth->now = now;
	if ((r = read_table(folder, "residents.csv", take_resident, truth, e)) < 0 ||
		(r = read_table(folder, "places.csv", take_place, truth, e)) < 0) {
		truth_free(truth);
		return r;
	}
	if (truth->home_count > 0)
		qsort(truth->homes, truth->home_count, sizeof *truth->homes, by_code);
	if ((r = read_table(folder, "truth/infections.csv", take_infection, truth, e)) < 0 ||
		(r = link_givers(truth, e)) < 0) {
		truth_free(truth);
		return r;
	}
	if (truth->resident_count > 0)
		qsort(truth->residents, truth->resident_count, sizeof *truth->residents, by_person);
	*ret_truth = truth;
	return 0;
}

void
truth_free(struct truth *truth)
{
	if (!truth)
		return;
	for (size_t i = 0; i < truth->infection_count; i++)
		for (int side = 0; side < SIDES_COUNT; side++)
			held_clear(&truth->infections[i].held[side]);
	free(truth->infections);
	free(truth->residents);
	free(truth->index);
	free(truth->homes);
	free(truth);
}

int
truth_age(const struct truth *truth, person_number person)
{
	const struct resident key = {.person = person},
						  *found = truth->resident_count
		? bsearch(&key, truth->residents, truth->resident_count, sizeof key, by_person)
		: NULL;

	return found ? found->age : AGE_UNKNOWN;
}

void
truth_note(struct truth *truth, person_number person, int side, struct held *held)
{
	struct infection *infection = infection_of(truth, person);

	if (!infection)
		return;
	held_clear(&infection->held[side]);
	infection->held[side] = *held;
	*held = (struct held){0};
}

/* Whether infection number ${i} is averted there and then. */
static bool
averted_directly(const struct truth *truth, size_t i, int side)
{
	const struct infection *infection = &truth->infections[i];

	if (infection->home || infection->by == 0)
		return false;
	return held_at(&infection->held[side], infection->at) ||
		(infection->giver != SIZE_MAX && held_at(&truth->infections[infection->giver].held[side], infection->at));
}

static json_t *
report_side(const struct truth *truth, int side, int64_t held_s)
{
	int64_t direct = 0, all = 0, early = 0, infected_s = 0;
	bool *averted = calloc(truth->infection_count + 1, sizeof *averted);
	json_t *report;

	if (!averted)
		return NULL;
	for (size_t i = 0; i < truth->infection_count; i++) {
		const struct infection *infection = &truth->infections[i];
		bool here = averted_directly(truth, i, side);

		/* The file is in order of time, so the giver's own comes first. */
		averted[i] = here || (infection->giver < i && averted[infection->giver]);
		direct += here;
		all += averted[i];
		early += held_at(&infection->held[side], infection->infectious_from);
		infected_s += held_length(&infection->held[side]);
	}
	free(averted);
	report = json_pack("{s:I, s:I, s:I, s:I, s:I}", "averted_directly", (json_int_t)direct, "averted", (json_int_t)all,
		"held_when_infectious", (json_int_t)early, "person_days", (json_int_t)((held_s + DAY_S / 2) / DAY_S),
		"person_days_not_infected", (json_int_t)((held_s - infected_s + DAY_S / 2) / DAY_S));
	return report;
}

json_t *
truth_report(const struct truth *truth, const int64_t held_s[2])
{
	int64_t from_elsewhere = 0;
	json_t *before = report_side(truth, 0, held_s[0]), *after = report_side(truth, 1, held_s[1]);

	for (size_t i = 0; i < truth->infection_count; i++)
		from_elsewhere += truth->infections[i].by == 0;
	return json_pack("{s:I, s:I, s:o, s:o}", "infections", (json_int_t)truth->infection_count, "from_elsewhere",
		(json_int_t)from_elsewhere, "old", before, "new", after);
}
