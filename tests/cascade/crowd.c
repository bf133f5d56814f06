#include "crowd.h"

#include <stdlib.h>

#include "cascade/inside.h"

static uint64_t seed = 1;

unsigned
crowd_any(unsigned below)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (unsigned)(seed >> 33) % below;
}

const char *const crowd_divisions[CROWD_DIVISIONS] = {"330106", "330110", "330203", "420802", "420100", "440304"};

const char *
crowd_day(int number, char text[TIME_TEXT_SIZE])
{
	return time_write(
		moment("2020-03-01T00:00:00Z") + (instant)number * DAY_S + (instant)crowd_any(DAY_S), &zone_utc, text);
}

static void
put(struct scene *s, enum evidence_kind kind, person_number person, const char *at, json_t *body)
{
	struct evidence_row row = {
		.kind = kind, .person = person, .at = moment(at), .recorded_at = registry_recording_time(s->registry)};
	char *text = json_dumps(body, JSON_SORT_KEYS | JSON_COMPACT), key[64];
	enum evidence_outcome outcome;
	struct error e = {0};

	snprintf(key, sizeof key, "%u/%s/%u", person, at, crowd_any(1000000));
	row.key = key;
	row.body = text;
	GOOD(registry_evidence_put(s->registry, &row, &outcome, &e));
	free(text);
	json_decref(body);
}

void
crowd_visit(struct scene *s, person_number person, int from)
{
	char a[TIME_TEXT_SIZE], b[TIME_TEXT_SIZE];

	crowd_day(from, a);
	crowd_day(from + 2, b);
	put(s, EVIDENCE_VISIT, person, a,
		json_pack("{s:s, s:s, s:s, s:s}", "country", "CN", "division", crowd_divisions[crowd_any(CROWD_DIVISIONS)],
			"from", a, "to", b));
}

void
crowd_contact(struct scene *s, person_number person, int on)
{
	char last[TIME_TEXT_SIZE], known_at[TIME_TEXT_SIZE];

	crowd_day(on, last);
	crowd_day(on + 10, known_at);
	put(s, EVIDENCE_CONTACT, person, known_at,
		json_pack("{s:s, s:i, s:s, s:s, s:s}", "kind", "close", "degree", 1, "first", last, "last", last, "known_at",
			known_at));
}

void
crowd_count(struct scene *s, const char *area, day_number on, int64_t confirmed)
{
	struct evidence_area_count c = {
		.source = "counts", .area = area, .country = "CN", .day = on, .confirmed = confirmed, .recorded_at = START};
	enum evidence_outcome outcome;
	struct error e = {0};

	GOOD(registry_begin(s->registry, &e));
	GOOD(evidence_area_put(s->db, &c, &outcome, &e));
	GOOD(registry_commit(s->registry, &e));
}

void
crowd_fill(struct scene *s, person_number people[CROWD])
{
	place_number shop = scene_place(s, "shop", "venue");
	char at[TIME_TEXT_SIZE], to[TIME_TEXT_SIZE];

	for (int i = 0; i < CROWD; i++) {
		people[i] = scene_person(s, i + 1, crowd_any(4) ? HZ : NB, crowd_day((int)crowd_any(5), at));
		if (crowd_any(3) == 0) {
			crowd_day(2, at);
			put(s, EVIDENCE_RESIDENCE, people[i], at,
				json_pack("{s:s, s:s, s:s, s:n}", "country", "CN", "division",
					crowd_divisions[crowd_any(CROWD_DIVISIONS)], "from", at, "to"));
		}
		for (unsigned k = crowd_any(8); k > 0; k--)
			scene_checkin(s, people[i], crowd_day((int)crowd_any(40), at), crowd_any(6) ? 366 : 380);
		if (crowd_any(2))
			crowd_visit(s, people[i], (int)crowd_any(30));
		if (crowd_any(3) == 0)
			scene_stay(s, people[i], shop, crowd_day((int)crowd_any(3), at), crowd_day(4, to));
		if (crowd_any(20) == 0)
			put(s, EVIDENCE_CONTACT, people[i], crowd_day(8, at),
				json_pack("{s:s, s:i, s:s, s:s, s:s}", "kind", "close", "degree", 1, "first", at, "last", at,
					"known_at", at));
	}
}

struct cascade_counts
crowd_evaluate_due(struct scene *s)
{
	struct cascade_counts counts;
	struct error e = {0};

	GOOD(cascade_evaluate_due(s->cascade, NULL, NULL, &counts, &e));
	assert_int_equal(counts.failed, 0);
	return counts;
}

static int
is_as_the_evidence_says(const struct registry_applied *applied, void *context, struct error *ret_e)
{
	struct scene *s = ((void **)context)[0];
	person_number person = *(person_number *)((void **)context)[1];
	struct registry_seen seen = {0};
	struct registry_colour kept;
	struct evaluated wanted;
	const struct pack *pack;
	json_t *facts = NULL;
	struct error e = {0};
	int64_t last;
	int r;

	(void)ret_e;
	GOOD(registry_pack(s->registry, applied->jurisdiction, &pack, &e));
	r = registry_colour(s->registry, person, applied->jurisdiction, &kept, &e);
	if (r == ERROR_EXISTS_NOT) {
		assert_int_equal(cascade_facts(s->cascade, pack, person, &facts, &seen, &e), ERROR_EXISTS_NOT);
		return 0;
	}
	GOOD(cascade_facts(s->cascade, pack, person, &facts, &seen, &e));
	GOOD(evaluate_colour(pack, facts, registry_now(s->registry), &wanted, &e));
	GOOD(evidence_area_version_last(s->db, &last, &e));
	assert_int_equal(kept.colour, wanted.colour);
	assert_int_equal(kept.since, wanted.since);
	assert_int_equal(kept.next_at, wanted.next_at);
	assert_int_equal(kept.next_colour, wanted.next_colour);
	assert_string_equal(kept.policy, pack_hash(pack));
	assert_int_equal(kept.seen.area_version, last);
	assert_string_equal(kept.seen.areas, seen.areas);
	assert_int_equal(registry_is_stale(s->registry, person, applied->jurisdiction, registry_now(s->registry), &e), 0);
	json_decref(facts);
	return 0;
}

void
crowd_is_as_the_evidence_says(struct scene *s, person_number people[CROWD])
{
	struct error e = {0};
	int64_t wrong;

	for (int i = 0; i < CROWD; i++) {
		void *context[] = {s, &people[i]};

		GOOD(registry_applications_each(s->registry, people[i], is_as_the_evidence_says, context, &e));
	}
	GOOD(cascade_verify_evaluations(s->cascade, &wrong, &e));
	assert_int_equal(wrong, -1);
}

void
crowd_put_another_in_force(struct scene *s)
{
	crowd_put_in_force(s, "s/\"yellow_days\": 7/\"yellow_days\": 2/");
}

void
crowd_put_in_force(struct scene *s, const char *edit)
{
	char place[] = "/tmp/healthcode-pack-XXXXXX", command[512];
	const struct pack *pack;
	struct error e = {0};

	assert_non_null(mkdtemp(place));
	snprintf(command, sizeof command, "cp -r %s %s/" HZ " && sed -i '%s' %s/" HZ "/pack.json %s/" HZ "/rules/*",
		pack_folder(HZ), place, edit, place, place);
	assert_int_equal(system(command), 0);
	strcat(strcpy(command, place), "/" HZ);
	GOOD(registry_begin(s->registry, &e));
	GOOD(registry_pack_keep(s->registry, command, NULL, &pack, &e));
	GOOD(registry_pack_put_in_force(s->registry, pack, registry_now(s->registry), "first", "second", &e));
	GOOD(registry_commit(s->registry, &e));
	snprintf(command, sizeof command, "rm -r %s", place);
	assert_int_equal(system(command), 0);
}
