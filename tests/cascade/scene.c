#include "scene.h"

#include "base/buffer.h"

enum { CONTACTS_TEXT_MAX = 1 << 22 };

static const struct presence_source imported = {.import = 1};

static struct scene *
make(const char *database, const char *const *packs, size_t count)
{
	struct scene *s = calloc(1, sizeof *s);
	struct registry_where where;
	struct error e = {0};
	instant start = START;

	assert_non_null(s);
	strcpy(s->folder, "/tmp/healthcode-cascade-XXXXXX");
	assert_non_null(mkdtemp(s->folder));
	snprintf(s->database, sizeof s->database, "%s", database ? database : "");
	where = (struct registry_where){.data = s->folder, .database = database};
	GOOD(registry_create(&where, packs, count, &start, &e));
	GOOD(registry_open(&where, &s->registry, &e));
	GOOD(cascade_open(s->registry, &s->cascade, &e));
	s->presence = cascade_presence(s->cascade);
	s->db = registry_db(s->registry);
	return s;
}

struct scene *
scene_open_with(const char *const *packs, size_t count)
{
	return make(NULL, packs, count);
}

struct scene *
scene_open_at(const char *database)
{
	const char *packs[] = {pack_folder("hangzhou-2020"), pack_folder("ningbo-2020")};

	return make(database, packs, 2);
}

struct scene *
scene_open(void)
{
	return scene_open_at(NULL);
}

void
scene_close(struct scene *s)
{
	cascade_close(s->cascade);
	store_discard(s->registry, s->folder);
	free(s);
}

int
scene_set_up(void **state)
{
	*state = scene_open();
	return 0;
}

int
scene_tear_down(void **state)
{
	scene_close(*state);
	return 0;
}

void
scene_at(struct scene *s, const char *now)
{
	instant at = moment(now);

	registry_set_times(s->registry, &at, NULL);
}

person_number
scene_person(struct scene *s, int serial, const char *jurisdiction, const char *at)
{
	static const int weights[17] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
	struct registry_application a;
	char id[32], phone[32];
	int sum = 0;

	snprintf(id, sizeof id, "33011019800101%03d", serial);
	for (int i = 0; i < 17; i++)
		sum += weights[i] * (id[i] - '0');
	id[17] = "10X98765432"[sum % 11];
	id[18] = '\0';
	snprintf(phone, sizeof phone, "13800000%03d", serial);
	a = application(id, jurisdiction, at);
	a.phone = phone;
	a.division = "330110";
	return apply(s->registry, &a);
}

place_number
scene_place(struct scene *s, const char *code, const char *kind)
{
	struct presence_place place = {.division = "330110", .country = "CN"};
	place_number number = 0;
	struct error e = {0};

	snprintf(place.code, sizeof place.code, "%s", code);
	snprintf(place.kind, sizeof place.kind, "%s", kind);
	GOOD(registry_begin(s->registry, &e));
	GOOD(presence_put_place(s->presence, &place, &imported, &number, &e));
	GOOD(registry_commit(s->registry, &e));
	return number;
}

void
scene_stay(struct scene *s, person_number person, place_number place, const char *from, const char *to)
{
	const struct presence_stay stay = {.person = person, .place = place, .start = moment(from), .end = moment(to)};
	struct error e = {0};

	GOOD(registry_begin(s->registry, &e));
	GOOD(presence_put_stay(s->presence, &stay, &imported, &e));
	GOOD(registry_commit(s->registry, &e));
}

void
scene_case(struct scene *s, const char *name, person_number person, const char *status, const char *onset,
	const char *confirmed_at, const char *isolated_at)
{
	struct evidence_row row = {
		.kind = EVIDENCE_CASE_STATUS, .person = person, .recorded_at = registry_recording_time(s->registry)};
	enum evidence_outcome outcome;
	struct error e = {0};
	char key[160], *body;
	json_t *value;

	value = json_pack("{s:s, s:s, s:s, s:s, s:s*, s:s*}", "case", name, "status", status, "at", confirmed_at,
		"confirmed_at", confirmed_at, "onset", onset, "isolated_at", isolated_at);
	body = json_dumps(value, JSON_SORT_KEYS | JSON_COMPACT);
	snprintf(key, sizeof key, "%s/%s", name, status);
	row.key = key;
	row.body = body;
	row.at = moment(confirmed_at);
	GOOD(registry_evidence_put(s->registry, &row, &outcome, &e));
	free(body);
	json_decref(value);
}

void
scene_checkin(struct scene *s, person_number person, const char *at, int32_t temperature_tenths_c)
{
	struct registry_checkin c = {
		.person = person, .at = moment(at), .measured = true, .temperature_tenths_c = temperature_tenths_c};
	enum evidence_outcome outcome;
	struct error e = {0};

	GOOD(registry_checkin_put(s->registry, &c, &outcome, &e));
}

void
scene_trace(struct scene *s)
{
	struct error e = {0};

	GOOD(cascade_trace_cases(s->cascade, &e));
}

struct scene_met
scene_meet(struct scene *s)
{
	static const char hangzhou[] = "hangzhou-2020";
	struct scene_met m = {.s = s};

	scene_at(s, "2020-03-11T12:00:00+08:00");
	m.subject = scene_person(s, 1, hangzhou, "2020-03-01T12:00:00+08:00");
	m.contact = scene_person(s, 2, hangzhou, "2020-03-01T12:00:00+08:00");
	m.tea_house = scene_place(s, "tea-house", "meal");
	m.library = scene_place(s, "library", "venue");
	scene_stay(s, m.subject, m.tea_house, "2020-03-09T09:00:00+08:00", "2020-03-09T11:00:00+08:00");
	scene_stay(s, m.contact, m.tea_house, "2020-03-09T09:30:00+08:00", "2020-03-09T12:00:00+08:00");
	scene_case(s, "C1", m.subject, "confirmed", "2020-03-07T00:00:00+08:00", "2020-03-11T10:00:00+08:00",
		"2020-03-11T12:00:00+08:00");
	scene_trace(s);
	return m;
}

const char *
scene_colour(struct scene *s, person_number person, const char *jurisdiction)
{
	struct registry_colour colour;
	struct error e = {0};

	GOOD(cascade_colour(s->cascade, person, jurisdiction, &colour, &e));
	return colour_name(colour.colour);
}

static int
add_contact(const struct evidence_row *row, void *context, struct error *e)
{
	return buffer_add_format(context, e, "%s %s\n", row->key, row->body);
}

char *
scene_contacts(struct scene *s)
{
	struct buffer text = buffer_make(CONTACTS_TEXT_MAX);
	struct error e = {0};

	GOOD(buffer_add_format(&text, &e, "%s", ""));
	GOOD(evidence_each(s->db, EVIDENCE_CONTACT, EVIDENCE_NOW, EVIDENCE_NOW, add_contact, &text, &e));
	return buffer_take(&text);
}
