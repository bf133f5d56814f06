/* What other rules for contacts would find is what they do find once they are in force, and nothing is written of it before. */

#include "scene.h"

#include "base/json.h"

#define HZ "hangzhou-2020"

/* At which places people meet: nothing at a table, and who is close in a library hands on. */
static const char elsewhere[] =
	"{'meal':{'rules':[]},'venue':{'secondary':true,'rules':[{'kind':'close','minutes':10}]},"
	"'*':{'rules':[{'kind':'co-exposed','minutes':10}]}}";
/* As in the pack, but that whoever is close at a table hands on to nobody. */
static const char tables[] = "{'meal':{'rules':[{'kind':'close'}]},'*':{'rules':[{'kind':'co-exposed','minutes':10}]}}";

static json_t *
section(const struct pack *pack, const char *places)
{
	json_t *contact = json_deep_copy(pack_section(pack, "contact")), *other;
	char text[512];

	snprintf(text, sizeof text, "%s", places);
	for (char *quote = text; (quote = strchr(quote, '\''));)
		*quote = '"';
	other = json_loads(text, 0, NULL);
	assert_non_null(other);
	assert_int_equal(json_object_set_new(contact, "places", other), 0);
	return contact;
}

static const struct pack *
present(struct scene *s)
{
	const struct pack *pack = NULL;
	struct error e = {0};

	GOOD(registry_pack(s->registry, HZ, &pack, &e));
	return pack;
}

/* Hangzhou's pack with other rules about places, kept as its next version and not in force. */
static const struct pack *
other_rules(struct scene *s, const char *places)
{
	char into[64] = "/tmp/healthcode-retrace-XXXXXX", path[96], command[96];
	const struct pack *pack = NULL;
	struct error e = {0};

	assert_non_null(mkdtemp(into));
	pack_with(into, HZ, "contact", section(present(s), places), path);
	GOOD(registry_pack_keep(s->registry, path, NULL, &pack, &e));
	snprintf(command, sizeof command, "rm -r %s", into);
	assert_int_equal(system(command), 0);
	return pack;
}

/* A person's contacts as the facts have them, with what was traced anew where that is not NULL. Freed by the caller. */
static char *
contacts_of(struct scene *s, person_number person, const struct pack *pack, const struct cascade_retraced *retraced)
{
	struct buffer text = buffer_make(1 << 16);
	json_t *facts = NULL;
	struct error e = {0};

	GOOD(cascade_facts(s->cascade, present(s), person, &facts, NULL, &e));
	if (retraced)
		GOOD(cascade_retraced_facts(s->cascade, retraced, pack, person, facts, &e));
	GOOD(json_write(json_object_get(facts, "contacts"), &text, &e));
	json_decref(facts);
	return buffer_take(&text);
}

static struct cascade_retraced *
retrace(struct scene *s, const struct pack *pack)
{
	struct cascade_retraced *retraced = NULL;
	struct error e = {0};

	GOOD(db_begin_read(s->db, &e));
	GOOD(cascade_retrace(s->cascade, pack, &retraced, &e));
	db_rollback(s->db);
	return retraced;
}

enum { PEOPLE = 4 };

/* The case, whom it met at a table and in a library, and whom those met in the same places afterwards. */
static void
meet(struct scene *s, person_number people[PEOPLE])
{
	struct scene_met m = scene_meet(s);

	people[0] = m.subject;
	people[1] = m.contact;
	people[2] = scene_person(s, 3, HZ, "2020-03-01T12:00:00+08:00");
	people[3] = scene_person(s, 4, HZ, "2020-03-01T12:00:00+08:00");
	scene_stay(s, people[0], m.library, "2020-03-10T09:00:00+08:00", "2020-03-10T10:00:00+08:00");
	scene_stay(s, people[2], m.library, "2020-03-10T09:00:00+08:00", "2020-03-10T12:00:00+08:00");
	scene_stay(s, people[3], m.library, "2020-03-10T11:00:00+08:00", "2020-03-10T12:00:00+08:00");
	scene_stay(s, people[1], m.tea_house, "2020-03-10T18:00:00+08:00", "2020-03-10T19:00:00+08:00");
	scene_stay(s, people[3], m.tea_house, "2020-03-10T18:00:00+08:00", "2020-03-10T19:00:00+08:00");
	scene_trace(s);
}

static void
foretold(struct scene *s, const char *places)
{
	const struct pack *pack = other_rules(s, places);
	person_number people[PEOPLE];
	char *foretold[PEOPLE], *recorded, *written;
	struct cascade_retraced *retraced;
	struct error e = {0};
	int differ = 0;

	meet(s, people);
	recorded = scene_contacts(s);
	retraced = retrace(s, pack);
	for (int i = 0; i < PEOPLE; i++) {
		char *now = contacts_of(s, people[i], pack, NULL);

		foretold[i] = contacts_of(s, people[i], pack, retraced);
		differ += strcmp(now, foretold[i]) != 0;
		free(now);
	}
	assert_true(differ > 0);
	cascade_retraced_free(retraced);
	written = scene_contacts(s);
	assert_string_equal(written, recorded);
	free(written);

	GOOD(registry_pack_put_in_force(s->registry, pack, registry_now(s->registry), "zhang", "zhao", &e));
	scene_trace(s);
	for (int i = 0; i < PEOPLE; i++) {
		char *found = contacts_of(s, people[i], pack, NULL);

		assert_string_equal(found, foretold[i]);
		free(found);
		free(foretold[i]);
	}
	free(recorded);
}

static void
other_places_are_foretold(void **state)
{
	foretold(*state, elsewhere);
}

static void
fewer_degrees_are_foretold(void **state)
{
	foretold(*state, tables);
}

static void
the_same_rules_find_what_is_recorded(void **state)
{
	struct scene *s = *state;
	person_number people[PEOPLE];
	struct cascade_retraced *retraced;

	meet(s, people);
	retraced = retrace(s, present(s));
	for (int i = 0; i < PEOPLE; i++) {
		char *recorded = contacts_of(s, people[i], present(s), NULL),
			 *found = contacts_of(s, people[i], present(s), retraced);

		assert_string_equal(found, recorded);
		free(found);
		free(recorded);
	}
	cascade_retraced_free(retraced);
}

/* What was recorded of contacts later, too: a case that was discarded since has its contacts withdrawn by rows that do not count yet. */
static void
what_was_recorded_later_does_not_count(void **state)
{
	struct scene *s = *state;
	const struct pack *pack = other_rules(s, elsewhere);
	const instant now = moment("2020-03-12T12:00:00+08:00"), known = moment("2020-03-12T06:00:00+08:00");
	person_number people[PEOPLE];
	struct cascade_retraced *retraced;
	char *before[PEOPLE];

	meet(s, people);
	registry_set_times(s->registry, &now, NULL);
	retraced = retrace(s, pack);
	for (int i = 0; i < PEOPLE; i++)
		before[i] = contacts_of(s, people[i], pack, retraced);
	cascade_retraced_free(retraced);

	scene_case(s, "C1", people[0], "discarded", NULL, "2020-03-12T09:00:00+08:00", NULL);
	scene_trace(s);
	registry_set_times(s->registry, &now, &known);
	retraced = retrace(s, pack);
	for (int i = 0; i < PEOPLE; i++) {
		char *after = contacts_of(s, people[i], pack, retraced);

		assert_string_equal(after, before[i]);
		free(after);
		free(before[i]);
	}
	cascade_retraced_free(retraced);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, scene_set_up, scene_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(other_places_are_foretold),
		TEST(fewer_degrees_are_foretold),
		TEST(the_same_rules_find_what_is_recorded),
		TEST(what_was_recorded_later_does_not_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
