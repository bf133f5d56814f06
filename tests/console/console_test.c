#include "stores.h"

#include <sodium.h>

#include "server.h"

#include "base/text.h"
#include "console/console.h"
#include "db/db.h"
#include "ledger/ledger.h"

static struct server *postgresql;
static const struct console_cases every_case = {.from = INT64_MIN, .to = INT64_MAX};
static const struct console_contacts every_contact = {.from = INT64_MIN, .to = INT64_MAX};
static const struct console_look look = {.by = "tracer", .purpose = "call of 24 March"};
static person_number feng, mother;

static int
make_store(void **state)
{
	struct registry_application a = application(FENG, "hubei-2020", "2020-03-01T00:00:00Z");
	const char *packs[] = {pack_folder("hubei-2020")};
	struct registry_where where = {.data = folder};
	instant start = START, now = START;
	struct error e = {0};

	(void)state;
	strcpy(folder, "/tmp/healthcode-console-XXXXXX");
	assert_non_null(mkdtemp(folder));
	if (postgresql) {
		struct db *db = NULL;

		where.database = server_uri(postgresql);
		GOOD(db_open(where.database, true, &db, &e));
		GOOD(db_run(db, "DROP SCHEMA public CASCADE; CREATE SCHEMA public", &e));
		db_close(db);
	}
	GOOD(registry_create(&where, packs, 1, &start, &e));
	GOOD(registry_open(&where, &registry, &e));
	GOOD(ledger_migrate(registry_db(registry), &e));
	registry_set_times(registry, &now, NULL);
	feng = apply(registry, &a);
	a.id_number = MOTHER;
	a.division = "330106";
	mother = apply(registry, &a);
	return 0;
}

static int
forget_store(void **state)
{
	(void)state;
	store_discard(registry, folder);
	registry = NULL;
	return 0;
}

static void
put(enum evidence_kind kind, const char *key, person_number person, const char *at, const char *body)
{
	struct evidence_row row = {.kind = kind,
		.person = person,
		.key = key,
		.at = moment(at),
		.body = body,
		.recorded_at = registry_recording_time(registry)};
	enum evidence_outcome outcome;
	struct error e = {0};

	GOOD(registry_begin(registry, &e));
	GOOD(evidence_put(registry_db(registry), &row, &outcome, &e));
	GOOD(registry_commit(registry, &e));
}

/* A status of a case; ${more} are further members, each with a comma before it. */
static void
put_case(const char *name, const char *status, person_number person, const char *at, const char *more)
{
	char key[256], body[1024];

	snprintf(key, sizeof key, "%s/%s", name, status);
	snprintf(body, sizeof body, "{\"at\":\"%s\",\"case\":\"%s\",\"confirmed_at\":\"%s\",\"status\":\"%s\"%s}", at, name,
		at, status, more);
	put(EVIDENCE_CASE_STATUS, key, person, at, body);
}

static void
put_contact(const char *name, person_number person, const char *first, const char *withdrawn)
{
	char key[256], body[1024];

	snprintf(key, sizeof key, "%s/%u", name, person);
	snprintf(body, sizeof body,
		"{\"degree\":1,\"first\":\"%s\",\"kind\":\"close\",\"known_at\":\"%s\",\"last\":\"%s\",\"withdrawn_at\":%s}",
		first, first, first, withdrawn);
	put(EVIDENCE_CONTACT, key, person, first, body);
}

/* The names of the cases of the filter, page by page of ${limit}, a space after each. */
static const char *
names_of(const struct console_cases *filter, size_t limit)
{
	static char names[4096];
	char cursor[CONSOLE_CURSOR_SIZE] = "";
	struct error e = {0};
	bool more = true;

	for (*names = 0; more;) {
		json_t *page = NULL, *item;
		const char *next;
		size_t i;

		GOOD(console_cases_page(registry, filter, *cursor ? cursor : NULL, limit, &page, &e));
		assert_true(json_array_size(json_object_get(page, "items")) <= limit);
		json_array_foreach(json_object_get(page, "items"), i, item)
		{
			strcat(names, json_string_value(json_object_get(item, "case")));
			strcat(names, " ");
		}
		next = json_string_value(json_object_get(page, "next"));
		more = next != NULL;
		snprintf(cursor, sizeof cursor, "%s", more ? next : "");
		json_decref(page);
	}
	return names;
}

static void
pages_follow_each_other_and_hold_each_case_once(void **state)
{
	static const char *const cases[] = {"b", "a", "a-b", "a0", "a~", "案", "a b"};
	static const char wanted[] = "a b a-b a a0 a~ b 案 ";

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		put_case(cases[i], "suspected", 0, "2020-03-20T00:00:00Z", "");
		put_case(cases[i], "confirmed", 0, "2020-03-21T00:00:00Z", "");
	}
	for (size_t limit = 1; limit <= 8; limit++)
		assert_string_equal(names_of(&every_case, limit), wanted);
}

static void
a_case_that_comes_between_two_pages_moves_no_other(void **state)
{
	json_t *first = NULL, *second = NULL;
	struct error e = {0};

	(void)state;
	put_case("b", "confirmed", 0, "2020-03-20T00:00:00Z", "");
	put_case("d", "confirmed", 0, "2020-03-20T00:00:00Z", "");
	put_case("f", "confirmed", 0, "2020-03-20T00:00:00Z", "");
	GOOD(console_cases_page(registry, &every_case, NULL, 2, &first, &e));
	put_case("a", "confirmed", 0, "2020-03-20T00:00:00Z", "");
	put_case("e", "confirmed", 0, "2020-03-20T00:00:00Z", "");
	GOOD(console_cases_page(registry, &every_case, json_string_value(json_object_get(first, "next")), 2, &second, &e));
	assert_string_equal(
		json_string_value(json_object_get(json_array_get(json_object_get(second, "items"), 0), "case")), "e");
	assert_string_equal(
		json_string_value(json_object_get(json_array_get(json_object_get(second, "items"), 1), "case")), "f");
	assert_true(json_is_null(json_object_get(second, "next")));
	json_decref(first);
	json_decref(second);
}

static void
a_later_status_says_more_and_the_report_is_when_it_was_confirmed(void **state)
{
	json_t *page = NULL, *item;
	struct error e = {0};

	(void)state;
	put_case(
		"c1", "suspected", feng, "2020-03-20T00:00:00Z", ",\"infected_by\":\"c0\",\"onset\":\"2020-03-18T00:00:00Z\"");
	put_case("c1", "confirmed", feng, "2020-03-21T00:00:00Z", ",\"onset\":\"2020-03-17T00:00:00Z\"");
	put_case("c1", "recovered", feng, "2020-03-23T00:00:00Z", "");
	GOOD(console_cases_page(registry, &every_case, NULL, 10, &page, &e));
	item = json_array_get(json_object_get(page, "items"), 0);
	assert_string_equal(json_string_value(json_object_get(item, "status")), "recovered");
	assert_string_equal(json_string_value(json_object_get(item, "onset")), "2020-03-17T00:00:00+00:00");
	assert_string_equal(json_string_value(json_object_get(item, "reported")), "2020-03-21T00:00:00+00:00");
	assert_string_equal(json_string_value(json_object_get(item, "infected_by")), "c0");
	assert_int_equal(json_integer_value(json_object_get(item, "person")), feng);
	assert_int_equal(json_array_size(json_object_get(item, "statuses")), 3);
	json_decref(page);
}

static void
filters_take_what_they_say(void **state)
{
	struct console_cases filter;

	(void)state;
	put_case("c1", "confirmed", feng, "2020-03-20T00:00:00Z", ",\"onset\":\"2020-03-10T00:00:00Z\"");
	put_case("c2", "confirmed", mother, "2020-03-21T00:00:00Z", ",\"infected_by\":\"c1\"");
	put_case("c3", "suspected", 0, "2020-03-22T00:00:00Z", "");
	put_case("c4", "confirmed", 0, "2020-04-22T00:00:00Z", "");
	assert_string_equal(names_of(&every_case, 10), "c1 c2 c3 "); /* c4 is not yet */
	filter = every_case;
	filter.status = "suspected";
	assert_string_equal(names_of(&filter, 10), "c3 ");
	filter = every_case;
	filter.linked = CONSOLE_LINKED;
	assert_string_equal(names_of(&filter, 10), "c2 ");
	filter.linked = CONSOLE_UNLINKED;
	assert_string_equal(names_of(&filter, 1), "c1 c3 ");
	filter = every_case;
	filter.by = CONSOLE_REPORTED;
	filter.from = moment("2020-03-20T00:00:00Z");
	filter.to = moment("2020-03-21T00:00:00Z");
	assert_string_equal(names_of(&filter, 10), "c1 ");
	filter.by = CONSOLE_ONSET;
	filter.from = moment("2020-03-01T00:00:00Z");
	assert_string_equal(names_of(&filter, 10), "c1 ");
	filter = every_case;
	filter.division = "330000";
	assert_string_equal(names_of(&filter, 10), "c2 ");
	filter.division = "420802";
	assert_string_equal(names_of(&filter, 10), "c1 ");
	filter.division = "110000";
	assert_string_equal(names_of(&filter, 10), "");
}

static void
a_cursor_that_is_none_is_refused(void **state)
{
	static const char *const wrong[] = {"", "zz", "a", "00", "ff", "6100"};
	json_t *page = NULL;
	struct error e = {0};

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		assert_int_equal(console_cases_page(registry, &every_case, wrong[i], 10, &page, &e), ERROR_BAD_INPUT);
		assert_int_equal(console_contacts_page(registry, &every_contact, wrong[i], 10, &page, &e), ERROR_BAD_INPUT);
	}
	assert_null(page);
}

static void
contacts_are_listed_by_case_and_page(void **state)
{
	struct console_contacts filter = every_contact;
	json_t *page = NULL, *second = NULL;
	struct error e = {0};

	(void)state;
	put_contact("c1", feng, "2020-03-10T00:00:00Z", "null");
	put_contact("c1", mother, "2020-03-11T00:00:00Z", "\"2020-03-12T00:00:00Z\"");
	put_contact("c10", feng, "2020-03-12T00:00:00Z", "null");
	GOOD(console_contacts_page(registry, &filter, NULL, 1, &page, &e));
	GOOD(console_contacts_page(registry, &filter, json_string_value(json_object_get(page, "next")), 10, &second, &e));
	assert_int_equal(json_array_size(json_object_get(second, "items")), 2);
	json_decref(page);
	json_decref(second);
	filter.name = "c1";
	GOOD(console_contacts_page(registry, &filter, NULL, 10, &page, &e));
	assert_int_equal(json_array_size(json_object_get(page, "items")), 2);
	assert_true(json_is_null(json_object_get(page, "next")));
	json_decref(page);
	filter.standing = true;
	GOOD(console_contacts_page(registry, &filter, NULL, 10, &page, &e));
	assert_int_equal(json_array_size(json_object_get(page, "items")), 1);
	json_decref(page);
}

static void
the_curve_counts_each_case_on_its_local_day(void **state)
{
	struct console_cases filter = every_case;
	struct error e = {0};
	json_t *curve = NULL, *days;

	(void)state;
	filter.by = CONSOLE_ONSET;
	put_case("c1", "confirmed", 0, "2020-03-20T00:00:00Z", ",\"onset\":\"2020-03-10T15:59:59Z\"");
	put_case(
		"c2", "confirmed", 0, "2020-03-20T00:00:00Z", ",\"onset\":\"2020-03-10T16:00:00Z\""); /* the 11th in China */
	put_case("c3", "suspected", 0, "2020-03-20T00:00:00Z", ",\"onset\":\"2020-03-13T00:00:00Z\"");
	put_case("c4", "confirmed", 0, "2020-03-20T00:00:00Z", "");
	put_case("c5", "confirmed", 0, "2020-03-20T00:00:00Z", ",\"onset\":\"2020-03-13T00:00:00Z\"");
	put_case("c5", "discarded", 0, "2020-03-21T00:00:00Z", "");
	GOOD(console_curve(registry, &filter, &curve, &e));
	days = json_object_get(curve, "days");
	assert_int_equal(json_array_size(days), 4);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(json_integer_value(json_object_get(json_array_get(days, i), "cases")), i != 2);
	assert_string_equal(json_string_value(json_object_get(json_array_get(days, 1), "date")), "2020-03-11");
	assert_int_equal(
		json_integer_value(json_object_get(json_object_get(json_array_get(days, 3), "by_status"), "suspected")), 1);
	assert_int_equal(json_array_size(json_object_get(curve, "reclassified")), 0);
	assert_int_equal(json_integer_value(json_object_get(curve, "undated")), 1);
	assert_int_equal(json_integer_value(json_object_get(curve, "discarded")), 1);
	json_decref(curve);
}

/* "FROM>TO certainty" of the links around a case, a space after each. */
static const char *
links_of(const char *name)
{
	static char text[4096];
	json_t *chains = NULL, *link;
	struct error e = {0};
	size_t i;

	*text = 0;
	GOOD(console_chains(registry, name, &chains, &e));
	json_array_foreach(json_object_get(chains, "links"), i, link)
		sprintf(text + strlen(text), "%s>%s %s ", json_string_value(json_object_get(link, "from")),
			json_string_value(json_object_get(link, "to")), json_string_value(json_object_get(link, "certainty")));
	json_decref(chains);
	return text;
}

/* Hubei, 12 February 2020: a new definition, and no new infection. */
static void
a_reclassification_is_no_new_case(void **state)
{
	struct console_cases filter = every_case;
	struct error e = {0};
	json_t *curve = NULL, *days, *moved;
	char name[8];

	(void)state;
	filter.by = CONSOLE_REPORTED;
	for (int i = 0; i < 5; i++) {
		snprintf(name, sizeof name, "c%d", i);
		put_case(name, "suspected", 0, "2020-02-01T00:00:00Z", "");
		put_case(name, "clinical", 0, "2020-02-12T00:00:00Z", "");
	}
	put_case("c0", "recovered", 0, "2020-02-20T00:00:00Z", "");
	put_case("c9", "clinical", 0, "2020-02-12T00:00:00Z", "");
	GOOD(console_curve(registry, &filter, &curve, &e));
	days = json_object_get(curve, "days");
	assert_int_equal(json_array_size(days), 12);
	assert_int_equal(json_integer_value(json_object_get(json_array_get(days, 0), "cases")), 5);
	assert_int_equal(json_integer_value(json_object_get(json_array_get(days, 11), "cases")), 1);
	moved = json_object_get(curve, "reclassified");
	assert_int_equal(json_array_size(moved), 1);
	moved = json_array_get(moved, 0);
	assert_string_equal(json_string_value(json_object_get(moved, "date")), "2020-02-12");
	assert_int_equal(json_integer_value(json_object_get(json_object_get(moved, "by_status"), "clinical")), 5);
	json_decref(curve);
}

static void
a_link_is_as_certain_as_what_is_known_of_it(void **state)
{
	json_t *chains = NULL;
	struct error e = {0};

	(void)state;
	put_case("c1", "confirmed", 0, "2020-03-10T00:00:00Z", ",\"onset\":\"2020-03-08T00:00:00Z\"");
	put_case(
		"c2", "confirmed", feng, "2020-03-15T00:00:00Z", ",\"infected_by\":\"c1\",\"onset\":\"2020-03-13T00:00:00Z\"");
	assert_string_equal(links_of(NULL), "c1>c2 told ");
	put_contact("c1", feng, "2020-03-09T00:00:00Z", "null");
	assert_string_equal(links_of(NULL), "c1>c2 probable ");
	put_case("c3", "confirmed", mother, "2020-03-16T00:00:00Z", ",\"onset\":\"2020-03-14T00:00:00Z\"");
	put_contact("c2", mother, "2020-03-12T00:00:00Z", "null");
	put_contact("c1", mother, "2020-03-14T12:00:00Z", "null"); /* too late to have infected */
	assert_string_equal(links_of("c3"), "c1>c2 probable c2>c3 possible ");
	put_case("c9", "confirmed", 0, "2020-03-16T00:00:00Z", "");
	assert_string_equal(links_of("c9"), "");
	put_contact("c2", mother, "2020-03-12T00:00:00Z", "\"2020-03-12T00:00:00Z\"");
	assert_string_equal(links_of("c3"), "");
	put_case("c1", "discarded", 0, "2020-03-17T00:00:00Z", "");
	assert_string_equal(links_of(NULL), "");
	assert_int_equal(console_chains(registry, "c8", &chains, &e), ERROR_EXISTS_NOT);
}

static void
a_circle_of_what_was_told_ends(void **state)
{
	(void)state;
	put_case("c1", "confirmed", 0, "2020-03-10T00:00:00Z", ",\"infected_by\":\"c2\"");
	put_case("c2", "confirmed", 0, "2020-03-10T00:00:00Z", ",\"infected_by\":\"c1\"");
	put_case("c3", "confirmed", 0, "2020-03-10T00:00:00Z", ",\"infected_by\":\"c3\"");
	assert_string_equal(links_of("c1"), "c2>c1 told c1>c2 told ");
}

struct entries {
	const char *kind;
	char body[1024];
	int count;
};

static int
note_entry(const struct ledger_entry *entry, void *context, struct error *e)
{
	struct entries *entries = context;

	(void)e;
	if (strcmp(entry->kind, entries->kind) == 0) {
		entries->count++;
		snprintf(entries->body, sizeof entries->body, "%s", entry->body);
	}
	return 0;
}

static struct entries
entries_of(const char *kind)
{
	struct entries entries = {.kind = kind};
	struct error e = {0};

	GOOD(ledger_each(registry_db(registry), 0, note_entry, &entries, &e));
	return entries;
}

static int
count_access(const struct registry_access *access, void *context, struct error *e)
{
	(void)e;
	*(int *)context += strcmp(access->by, look.by) == 0 && strcmp(access->purpose, look.purpose) == 0;
	return 0;
}

static int
looks_at(person_number person)
{
	struct error e = {0};
	int count = 0;

	GOOD(registry_accesses_each(registry, person, count_access, &count, &e));
	return count;
}

static void
an_opened_identity_is_in_both_logs_and_the_ledger_names_nobody(void **state)
{
	struct registry_identity identity = {0};
	struct entries entries;
	struct error e = {0};
	char number[16];

	(void)state;
	GOOD(console_identity(registry, feng, &look, &identity, &e));
	assert_string_equal(identity.id_number, FENG);
	registry_identity_wipe(&identity);
	assert_int_equal(looks_at(feng), 1);
	entries = entries_of("identity.opened");
	assert_int_equal(entries.count, 1);
	assert_non_null(strstr(entries.body, look.purpose));
	snprintf(number, sizeof number, "%u", feng);
	assert_null(strstr(entries.body, number));
	assert_int_equal(
		console_identity(registry, feng, &(struct console_look){"tracer", ""}, &identity, &e), ERROR_USAGE);
	assert_int_equal(
		console_identity(registry, feng + 1 == mother ? feng + 2 : feng + 1, &look, &identity, &e), ERROR_EXISTS_NOT);
	assert_int_equal(entries_of("identity.opened").count, 1);
}

static void
an_export_holds_each_value_as_it_is_stored_and_the_ledger_its_hash(void **state)
{
	struct buffer csv = buffer_make(1 << 20);
	uint8_t hash[crypto_hash_sha256_BYTES];
	char hex[2 * sizeof hash + 1], wanted[1024];
	struct error e = {0};

	(void)state;
	put_case("c,1", "confirmed", feng, "2020-03-20T00:00:00+00:00",
		",\"infected_by\":\"say \\\"c0\\\"\",\"onset\":\"2020-03-10T00:00:00+00:00\",\"symptoms_ended\":\"2020-03-19T00:00:00+00:00\","
		"\"grounds\":\"clinicians\",\"clinicians\":\"Li Wei; Zhang Min\"");
	put_case("c2", "suspected", 0, "2020-03-21T00:00:00+00:00", "");
	GOOD(console_export_cases(registry, &every_case, &look, true, &csv, &e));
	snprintf(wanted, sizeof wanted,
		"case,id_number,status,onset,sampled,confirmed_at,isolated_at,infected_by,symptoms_ended,grounds,clinicians\r\n"
		"\"c,1\",%s,confirmed,2020-03-10T00:00:00+00:00,,2020-03-20T00:00:00+00:00,,\"say \"\"c0\"\"\",2020-03-19T00:00:00+00:00,clinicians,Li Wei; Zhang Min\r\n"
		"c2,,suspected,,,2020-03-21T00:00:00+00:00,,,,,\r\n",
		FENG);
	assert_string_equal(buffer_text(&csv), wanted);
	crypto_hash_sha256(hash, csv.data, csv.length);
	assert_non_null(strstr(entries_of("export.made").body, text_hex(hash, sizeof hash, hex)));
	assert_non_null(strstr(entries_of("export.made").body, "\"identities\":1"));
	assert_int_equal(looks_at(feng), 1);
	buffer_clear(&csv);
	GOOD(console_export_cases(registry, &every_case, &look, false, &csv, &e));
	assert_null(strstr(buffer_text(&csv), FENG));
	assert_int_equal(looks_at(feng), 1);
	buffer_free(&csv);
}

static void
an_export_that_does_not_fit_leaves_nothing(void **state)
{
	struct buffer csv = buffer_make(100);
	struct error e = {0};

	(void)state;
	put_case("c1", "confirmed", feng, "2020-03-20T00:00:00Z", "");
	assert_int_equal(console_export_cases(registry, &every_case, &look, true, &csv, &e), ERROR_TOO_LARGE);
	assert_int_equal(csv.length, 0);
	assert_int_equal(entries_of("export.made").count + entries_of("identity.opened").count + looks_at(feng), 0);
	buffer_free(&csv);
}

static void
put_test(person_number person, const char *at, const char *result)
{
	char key[256], body[1024];

	snprintf(key, sizeof key, "test/%u/%s", person, at);
	snprintf(body, sizeof body, "{\"at\":\"%s\",\"kind\":\"pcr\",\"result\":\"%s\"}", at, result);
	put(EVIDENCE_TEST, key, person, at, body);
}

static void
put_checkin(person_number person, const char *at)
{
	char key[256];

	snprintf(key, sizeof key, "%u/%s", person, at);
	put(EVIDENCE_CHECKIN, key, person, at, "{\"symptoms\":[]}");
}

/* A person's follow-up at ${now}: "FROM UNTIL ENDED BECAUSE" of the record, "" where there is none. */
static const char *
record_of(person_number person, const char *record, const char *now)
{
	static char text[256];
	instant at = moment(now);
	json_t *item = NULL, *found;
	struct error e = {0};
	int r;

	registry_set_times(registry, &at, NULL);
	text[0] = 0;
	r = console_follow_up(registry, person, &item, &e);
	if (r == ERROR_EXISTS_NOT)
		return text;
	if (r < 0)
		fail_msg("%s", e.message);
	found = json_object_get(item, record);
	if (json_is_object(found)) {
		const char *until = json_string_value(json_object_get(found, "until"));
		const char *ended = json_string_value(json_object_get(found, "ended_at"));
		const char *because = json_string_value(json_object_get(found, "because"));

		snprintf(text, sizeof text, "%.13s %.13s %.13s %s", json_string_value(json_object_get(found, "from")),
			until ? until : "-", ended ? ended : "-", because ? because : "-");
	}
	json_decref(item);
	return text;
}

/* How many tasks of that name the person has in that state at ${now}. */
static size_t
tasks_of(person_number person, const char *task, const char *state, const char *now)
{
	instant at = moment(now);
	json_t *item = NULL, *found;
	struct error e = {0};
	size_t count = 0, i;

	registry_set_times(registry, &at, NULL);
	if (console_follow_up(registry, person, &item, &e) < 0)
		return 0;
	json_array_foreach(json_object_get(item, "tasks"), i, found)
	{
		count += strcmp(json_string_value(json_object_get(found, "task")), task) == 0 &&
			strcmp(json_string_value(json_object_get(found, "state")), state) == 0;
	}
	json_decref(item);
	return count;
}

static void
report(person_number person, const char *task, const char *outcome, const char *at, int wanted)
{
	struct registry_task_report r = {.person = person, .task = task, .outcome = outcome, .at = moment(at), .by = "li"};
	struct error e = {0};

	assert_int_equal(registry_task_report_put(registry, &r, &e), wanted);
}

static void
a_quarantine_ends_after_the_last_exposure_and_a_discarded_case_takes_its_part_alone(void **state)
{
	(void)state;
	assert_string_equal(record_of(feng, "quarantine", "2020-03-20T00:00:00Z"), "");
	put_contact("c1", feng, "2020-03-12T04:00:00Z", "null");
	assert_string_equal(record_of(feng, "quarantine", "2020-03-20T00:00:00Z"), "2020-03-12T04 2020-03-26T16 - -");
	put_contact("c2", feng, "2020-03-15T04:00:00Z", "null");
	assert_string_equal(record_of(feng, "quarantine", "2020-03-20T00:00:00Z"), "2020-03-12T04 2020-03-29T16 - -");
	assert_string_equal(
		record_of(feng, "quarantine", "2020-03-30T00:00:00Z"), "2020-03-12T04 2020-03-29T16 2020-03-29T16 days");
	put_contact("c2", feng, "2020-03-15T04:00:00Z", "\"2020-03-21T00:00:00Z\"");
	assert_string_equal(record_of(feng, "quarantine", "2020-03-20T00:00:00Z"), "2020-03-12T04 2020-03-29T16 - -");
	assert_string_equal(record_of(feng, "quarantine", "2020-03-22T00:00:00Z"), "2020-03-12T04 2020-03-26T16 - -");
	put_contact("c1", feng, "2020-03-12T04:00:00Z", "\"2020-03-22T00:00:00Z\"");
	assert_string_equal(record_of(feng, "quarantine", "2020-03-23T00:00:00Z"), "");
	assert_int_equal(tasks_of(feng, "checkin", "open", "2020-03-23T00:00:00Z"), 0);
}

static void
what_is_not_done_in_time_is_missed_and_who_is_silent_is_lost(void **state)
{
	const struct console_follow_ups lost = {.lost = true};
	json_t *page = NULL;
	struct error e = {0};

	(void)state;
	put_contact("c1", feng, "2020-03-12T04:00:00Z", "null");
	assert_int_equal(tasks_of(feng, "call", "open", "2020-03-12T10:00:00Z"), 1);
	assert_int_equal(tasks_of(feng, "call", "missed", "2020-03-13T04:00:00Z"), 1);
	assert_int_equal(tasks_of(feng, "checkin", "open", "2020-03-12T10:00:00Z"), 1);
	assert_int_equal(tasks_of(feng, "checkin", "planned", "2020-03-12T10:00:00Z"), 14);
	assert_int_equal(tasks_of(feng, "test", "planned", "2020-03-12T10:00:00Z"), 3);
	put_test(feng, "2020-03-13T02:00:00Z", "negative");
	put_checkin(feng, "2020-03-12T12:00:00Z");
	assert_int_equal(tasks_of(feng, "test", "done", "2020-03-14T10:00:00Z"), 1);
	assert_int_equal(tasks_of(feng, "checkin", "done", "2020-03-14T10:00:00Z"), 1);
	assert_int_equal(tasks_of(feng, "checkin", "missed", "2020-03-14T10:00:00Z"), 1);
	GOOD(console_follow_ups_page(registry, &lost, NULL, 10, &page, &e));
	assert_int_equal(json_array_size(json_object_get(page, "items")), 0);
	json_decref(page);
	assert_int_equal(tasks_of(feng, "checkin", "missed", "2020-03-15T17:00:00Z"), 3);
	GOOD(console_follow_ups_page(registry, &lost, NULL, 10, &page, &e));
	assert_int_equal(json_array_size(json_object_get(page, "items")), 1);
	json_decref(page);
	report(feng, "call", "not-reached", "2020-03-12T06:00:00Z", 1);
	assert_int_equal(tasks_of(feng, "call", "missed", "2020-03-15T17:00:00Z"), 1);
	report(feng, "call", "reached", "2020-03-12T07:00:00Z", 1);
	report(feng, "call", "reached", "2020-03-12T07:00:00Z", 0);
	report(feng, "sing", "reached", "2020-03-12T07:00:00Z", ERROR_BAD_INPUT);
	report(feng, "call", "heard", "2020-03-12T07:00:00Z", ERROR_BAD_INPUT);
	report(1, "call", "reached", "2020-03-12T07:00:00Z", ERROR_EXISTS_NOT);
	report(feng, "checkin", "reached", "2020-03-15T07:00:00Z", 1);
	assert_int_equal(tasks_of(feng, "call", "done", "2020-03-15T17:00:00Z"), 1);
	assert_int_equal(tasks_of(feng, "checkin", "missed", "2020-03-15T17:00:00Z"), 2);
}

static void
an_isolation_is_a_cases_and_ends_by_two_negatives_a_day_apart(void **state)
{
	const struct console_follow_ups all = {0}, of_case = {.name = "c1"}, open = {.state = "open", .task = "call"};
	json_t *page = NULL;
	struct error e = {0};

	(void)state;
	put_contact("c1", feng, "2020-03-12T04:00:00Z", "null");
	put_contact("c1", mother, "2020-03-12T04:00:00Z", "null");
	put_case("c2", "confirmed", feng, "2020-03-14T00:00:00Z", ",\"isolated_at\":\"2020-03-13T12:00:00Z\"");
	assert_string_equal(
		record_of(feng, "quarantine", "2020-03-15T00:00:00Z"), "2020-03-12T04 2020-03-26T16 2020-03-14T00 case");
	assert_string_equal(record_of(feng, "isolation", "2020-03-15T00:00:00Z"), "2020-03-13T12 - - -");
	assert_int_equal(tasks_of(feng, "checkin", "planned", "2020-03-15T00:00:00Z"), 0);
	put_test(feng, "2020-03-16T00:00:00Z", "negative");
	put_test(feng, "2020-03-16T12:00:00Z", "negative");
	assert_string_equal(record_of(feng, "isolation", "2020-03-20T00:00:00Z"), "2020-03-13T12 - - -");
	put_test(feng, "2020-03-17T06:00:00Z", "negative");
	assert_string_equal(
		record_of(feng, "isolation", "2020-03-20T00:00:00Z"), "2020-03-13T12 2020-03-17T06 2020-03-17T06 tests");
	put_test(feng, "2020-03-17T00:00:00Z", "positive");
	assert_string_equal(record_of(feng, "isolation", "2020-03-20T00:00:00Z"), "2020-03-13T12 - - -");
	put_case("c2", "recovered", feng, "2020-03-19T00:00:00Z", "");
	assert_string_equal(
		record_of(feng, "isolation", "2020-03-20T00:00:00Z"), "2020-03-13T12 2020-03-19T00 2020-03-19T00 status");

	GOOD(console_follow_ups_page(registry, &all, NULL, 1, &page, &e));
	assert_int_equal(json_array_size(json_object_get(page, "items")), 1);
	assert_true(json_is_string(json_object_get(page, "next")));
	json_decref(page);
	GOOD(console_follow_ups_page(registry, &of_case, NULL, 10, &page, &e));
	assert_int_equal(json_array_size(json_object_get(page, "items")), 2);
	json_decref(page);
	GOOD(console_follow_ups_page(registry, &open, NULL, 10, &page, &e));
	assert_int_equal(json_array_size(json_object_get(page, "items")), 0);
	json_decref(page);
	assert_int_equal(console_follow_ups_page(registry, &all, "zz", 10, &page, &e), ERROR_BAD_INPUT);
	put_case("c2", "discarded", feng, "2020-03-20T00:00:00Z", "");
	assert_string_equal(record_of(feng, "isolation", "2020-03-21T00:00:00Z"), "");
	assert_string_equal(record_of(feng, "quarantine", "2020-03-21T00:00:00Z"), "2020-03-12T04 2020-03-26T16 - -");
}

/* "COUNT/OF UNKNOWN" of an indicator of the period, as of ${now}. */
static const char *
indicator(const char *id, const char *from, const char *to, const char *now)
{
	static char text[64];
	instant at = moment(now);
	json_t *all = NULL, *item;
	struct error e = {0};
	size_t i;

	registry_set_times(registry, &at, NULL);
	GOOD(console_indicators(registry, moment(from), moment(to), &all, &e));
	assert_int_equal(json_array_size(json_object_get(all, "indicators")), 12);
	*text = 0;
	json_array_foreach(json_object_get(all, "indicators"), i, item)
	{
		const json_t *median = json_object_get(item, "median_hours");

		if (strcmp(json_string_value(json_object_get(item, "id")), id) == 0)
			snprintf(text, sizeof text, json_is_integer(median) ? "%d/%d %d, %d h" : "%d/%d %d",
				(int)json_integer_value(json_object_get(item, "count")),
				(int)json_integer_value(json_object_get(item, "of")),
				(int)json_integer_value(json_object_get(item, "unknown")), (int)json_integer_value(median));
	}
	json_decref(all);
	return text;
}

/* In the week to the 18th, as of the 20th. */
static const char *
in_week(const char *id)
{
	return indicator(id, "2020-03-11T00:00:00Z", "2020-03-18T00:00:00Z", "2020-03-20T12:00:00Z");
}

static void
put_result(person_number person, const char *at, const char *result, const char *reported)
{
	char key[256], body[1024];

	snprintf(key, sizeof key, "test/%u/%s", person, at);
	snprintf(body, sizeof body, "{\"at\":\"%s\",\"kind\":\"pcr\",\"reported\":\"%s\",\"result\":\"%s\"}", at, reported,
		result);
	put(EVIDENCE_TEST, key, person, at, body);
}

static void
results_count_by_sampling_and_those_without_a_report_are_unknown(void **state)
{
	(void)state;
	put_result(feng, "2020-03-11T00:00:00Z", "positive", "2020-03-12T00:00:00Z");
	put_result(feng, "2020-03-12T00:00:00Z", "negative", "2020-03-13T00:00:01Z");
	put_result(feng, "2020-03-13T00:00:00Z", "negative", "2020-03-13T00:00:00Z");
	put_result(feng, "2020-03-14T00:00:00Z", "inconclusive", "2020-03-14T08:00:00Z");
	put_result(feng, "2020-03-15T00:00:00Z", "withdrawn", "2020-03-15T08:00:00Z");
	put_result(feng, "2020-03-18T00:00:00Z", "positive", "2020-03-18T08:00:00Z");
	assert_string_equal(in_week("results_within_24h"), "2/3 1");
	assert_string_equal(in_week("positivity"), "1/3 1");
}

static void
cases_count_by_report_with_how_they_were_found(void **state)
{
	(void)state;
	put_case("c1", "confirmed", feng, "2020-03-12T00:00:00Z",
		",\"onset\":\"2020-03-09T00:00:00Z\",\"isolated_at\":\"2020-03-12T00:00:00Z\"");
	put_contact("c1", mother, "2020-03-10T00:00:00Z", "null");
	put_case("c2", "suspected", mother, "2020-03-15T00:00:00Z",
		",\"onset\":\"2020-03-14T12:00:00Z\",\"isolated_at\":\"2020-03-15T12:00:00Z\"");
	put_case("c3", "confirmed", 0, "2020-03-16T00:00:00Z", ",\"infected_by\":\"c1\"");
	put_case("c4", "confirmed", 0, "2020-03-17T00:00:00Z", "");
	put_case("c4", "discarded", 0, "2020-03-18T00:00:00Z", "");
	put_case("c5", "confirmed", 0, "2020-03-18T00:00:00Z", "");
	report(feng, "call", "reached", "2020-03-12T23:00:00Z", 1);
	report(mother, "call", "not-reached", "2020-03-15T08:00:00Z", 1);
	report(mother, "call", "reached", "2020-03-16T08:00:00Z", 1);
	assert_string_equal(in_week("cases_interviewed_within_24h"), "1/2 1");
	assert_string_equal(in_week("onset_to_isolation"), "1/2 1, 48 h"); /* 72 and 24 */
	assert_string_equal(in_week("cases_unlinked"), "1/3 0");
	assert_string_equal(in_week("cases_in_quarantine"), "1/2 1");
	assert_string_equal(in_week("contacts_per_case"), "1/3 0");
	assert_string_equal(indicator("cases_interviewed_within_24h", "2020-03-15T00:00:00Z", "2020-03-16T00:00:00Z",
							"2020-03-15T12:00:00Z"),
		"0/0 1"); /* the day isn't over */
}

/* Said at ${at}, due three days later, and ended as ${state} at ${ended}; NULL: it is open. */
static void
put_appeal(const char *at, enum appeal_state state, const char *ended)
{
	struct registry_appeal appeal = {.person = feng,
		.jurisdiction = "hubei-2020",
		.policy = "0",
		.rules = "[]",
		.lists = "[]",
		.colour = COLOUR_RED,
		.since = moment(at),
		.opened_at = moment(at),
		.due_at = moment(at) + 3 * DAY_S,
		.words = "?"};
	struct error e = {0};

	GOOD(registry_begin(registry, &e));
	GOOD(registry_appeal_put(registry, &appeal, &appeal.number, &e));
	if (ended) {
		appeal.state = state;
		appeal.decided_at = moment(ended);
		appeal.decided_by = "first";
		GOOD(registry_appeal_decide(registry, &appeal, &e));
	}
	GOOD(registry_commit(registry, &e));
}

static void
appeals_count_by_when_they_were_said(void **state)
{
	(void)state;
	put_appeal("2020-03-10T23:00:00Z", APPEAL_UPHELD, "2020-03-11T00:00:00Z"); /* the week before */
	put_appeal("2020-03-11T00:00:00Z", APPEAL_UPHELD, "2020-03-13T23:59:59Z");
	put_appeal("2020-03-12T00:00:00Z", APPEAL_REJECTED, "2020-03-15T00:00:00Z"); /* as it is due: too late */
	put_appeal("2020-03-13T00:00:00Z", APPEAL_WITHDRAWN, "2020-03-14T00:00:00Z");
	put_appeal("2020-03-14T00:00:00Z", APPEAL_OPEN, NULL); /* overdue */
	put_appeal("2020-03-17T00:00:00Z", APPEAL_REJECTED, "2020-03-18T00:00:00Z");
	put_appeal("2020-03-17T23:00:00Z", APPEAL_OPEN, NULL);                     /* due at 23:00 on the 20th */
	put_appeal("2020-03-18T00:00:00Z", APPEAL_UPHELD, "2020-03-19T00:00:00Z"); /* the week after */
	assert_string_equal(in_week("appeals_answered_in_time"), "2/4 1");
	assert_string_equal(in_week("appeals_upheld"), "1/3 2");
	/* As of the 14th nobody knew more. */
	assert_string_equal(
		indicator("appeals_upheld", "2020-03-11T00:00:00Z", "2020-03-18T00:00:00Z", "2020-03-14T00:00:00Z"), "1/1 2");
}

static void
contacts_count_with_how_they_were_followed(void **state)
{
	(void)state;
	put_case("c1", "confirmed", 0, "2020-03-12T00:00:00Z", "");
	put_case("c2", "confirmed", 0, "2020-03-12T00:00:00Z", "");
	put_contact("c1", feng, "2020-03-17T04:00:00Z", "null");
	put_contact("c2", feng, "2020-03-17T04:00:00Z", "null");
	put_contact("c1", mother, "2020-03-17T04:00:00Z", "\"2020-03-18T00:00:00Z\"");
	report(feng, "call", "reached", "2020-03-17T08:00:00Z", 1);
	put_checkin(feng, "2020-03-18T08:00:00Z");
	assert_string_equal(in_week("contacts_per_case"), "2/2 0");
	assert_string_equal(in_week("contacts_reached_within_24h"), "2/2 0");
	assert_string_equal(in_week("followed_daily"), "1/3 0"); /* 17, 18, 19 March */
	assert_string_equal(in_week("lost_to_follow_up"), "0/1 0");
}

/* Keep a view of ${list} under ${name}: its number, or the code. */
static int64_t
keep_view(const char *list, const char *name, struct error *e)
{
	json_t *filter = json_pack("{s:s}", "linked", "no");
	const struct console_view view = {.list = list, .name = name, .by = "tracer", .filter = filter};
	int64_t number = 0;
	int r;

	*e = (struct error){0};
	assert_non_null(filter);
	r = console_view_put(registry, &view, &number, e);
	json_decref(filter);
	return r < 0 ? r : number;
}

static void
a_view_is_everybodys_to_read_and_its_makers_to_delete(void **state)
{
	struct error e = {0};
	json_t *views = NULL;
	int64_t cases, contacts;

	(void)state;
	cases = keep_view("cases", "b", &e);
	contacts = keep_view("contacts", "a", &e);
	assert_true(cases > 0 && contacts > 0);
	assert_int_equal(keep_view("cases", "b", &e), ERROR_EXISTS);
	assert_string_equal(e.message, "there is a view \"b\" of cases");
	assert_int_equal(keep_view("people", "c", &e), ERROR_USAGE);
	assert_int_equal(keep_view("cases", "", &e), ERROR_USAGE);
	GOOD(console_views(registry, &views, &e));
	assert_int_equal(json_array_size(views), 2);
	assert_string_equal(json_string_value(json_object_get(json_array_get(views, 0), "list")), "cases");
	assert_string_equal(
		json_string_value(json_object_get(json_object_get(json_array_get(views, 1), "filter"), "linked")), "no");
	json_decref(views);
	assert_int_equal(console_view_drop(registry, cases, "supervisor", &e), ERROR_DENIED);
	assert_int_equal(console_view_drop(registry, cases, "tracer", &e), 0);
	assert_int_equal(console_view_drop(registry, cases, "tracer", &e), ERROR_EXISTS_NOT);
	assert_int_equal(console_view_drop(registry, contacts, NULL, &e), 0);
}

static void
there_are_not_more_views_than_can_be_looked_through(void **state)
{
	struct error e = {0};
	char name[16];

	(void)state;
	for (int i = 0; i < CONSOLE_VIEWS_MAX; i++) {
		snprintf(name, sizeof name, "%d", i);
		assert_true(keep_view("cases", name, &e) > 0);
	}
	assert_int_equal(keep_view("cases", "more", &e), ERROR_TOO_LARGE);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, make_store, forget_store)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(pages_follow_each_other_and_hold_each_case_once),
		TEST(a_case_that_comes_between_two_pages_moves_no_other),
		TEST(a_later_status_says_more_and_the_report_is_when_it_was_confirmed),
		TEST(filters_take_what_they_say),
		TEST(a_cursor_that_is_none_is_refused),
		TEST(contacts_are_listed_by_case_and_page),
		TEST(the_curve_counts_each_case_on_its_local_day),
		TEST(a_reclassification_is_no_new_case),
		TEST(a_link_is_as_certain_as_what_is_known_of_it),
		TEST(a_circle_of_what_was_told_ends),
		TEST(an_opened_identity_is_in_both_logs_and_the_ledger_names_nobody),
		TEST(an_export_holds_each_value_as_it_is_stored_and_the_ledger_its_hash),
		TEST(an_export_that_does_not_fit_leaves_nothing),
		TEST(a_quarantine_ends_after_the_last_exposure_and_a_discarded_case_takes_its_part_alone),
		TEST(what_is_not_done_in_time_is_missed_and_who_is_silent_is_lost),
		TEST(an_isolation_is_a_cases_and_ends_by_two_negatives_a_day_apart),
		TEST(results_count_by_sampling_and_those_without_a_report_are_unknown),
		TEST(cases_count_by_report_with_how_they_were_found),
		TEST(appeals_count_by_when_they_were_said),
		TEST(contacts_count_with_how_they_were_followed),
		TEST(a_view_is_everybodys_to_read_and_its_makers_to_delete),
		TEST(there_are_not_more_views_than_can_be_looked_through),
	};
	int failed = cmocka_run_group_tests_name("SQLite", tests, NULL, NULL);

	if (!(postgresql = server_start())) {
		fprintf(stderr, "PostgreSQL is not installed, or does not start\n");
		return failed ? failed : 77;
	}
	failed += cmocka_run_group_tests_name("PostgreSQL", tests, NULL, NULL);
	server_stop(postgresql);
	return failed;
}
