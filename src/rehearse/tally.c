#include "rehearse/tally.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"

/* A draw that the seed and the person alone decide (splitmix64's finish). */
static uint64_t
draw(uint64_t seed, person_number person)
{
	uint64_t x = seed * 0x9e3779b97f4a7c15 + person * 0xd1342543de82ef95;

	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
	x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
	return x ^ (x >> 31);
}

static int
area_of(struct tally *tally, const char *code, struct area_tally **ret_area, struct error *e)
{
	size_t low = 0, high = tally->area_count;
	int r;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(tally->areas[middle].code, code) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == tally->area_count || strcmp(tally->areas[low].code, code) != 0) {
		if ((r = array_grow(
				 &tally->areas, &tally->area_capacity, tally->area_count + 1, sizeof *tally->areas, AREAS_MAX, e)) < 0)
			return r;
		memmove(&tally->areas[low + 1], &tally->areas[low], (tally->area_count - low) * sizeof *tally->areas);
		tally->areas[low] = (struct area_tally){0};
		snprintf(tally->areas[low].code, sizeof tally->areas[low].code, "%s", code);
		tally->area_count++;
	}
	*ret_area = &tally->areas[low];
	return 0;
}

static int
rule_of(struct tally *tally, const char *id, struct rule_tally **ret_rule, struct error *e)
{
	size_t at = 0;
	int r;

	while (at < tally->rule_count && strcmp(tally->rules[at].id, id) < 0)
		at++;
	if (at == tally->rule_count || strcmp(tally->rules[at].id, id) != 0) {
		char *copy = text_copy(id, e);

		if (!copy)
			return ERROR_NO_MEMORY;
		if ((r = array_grow(&tally->rules, &tally->rule_capacity, tally->rule_count + 1, sizeof *tally->rules,
				 RULES_MAX, e)) < 0) {
			free(copy);
			return r;
		}
		memmove(&tally->rules[at + 1], &tally->rules[at], (tally->rule_count - at) * sizeof *tally->rules);
		tally->rules[at] = (struct rule_tally){.id = copy};
		tally->rule_count++;
	}
	*ret_rule = &tally->rules[at];
	return 0;
}

static bool
has_rule(const json_t *rules, const char *id)
{
	const json_t *rule;
	size_t i;

	json_array_foreach((json_t *)rules, i, rule)
	{
		if (strcmp(json_string_value(json_object_get(rule, "id")), id) == 0)
			return true;
	}
	return false;
}

static int
count_rules(struct tally *tally, const struct decision decisions[SIDES], struct error *e)
{
	const json_t *rules[SIDES], *rule;
	struct rule_tally *counted;
	size_t i;
	int r;

	for (int side = 0; side < SIDES; side++)
		rules[side] = json_object_get(decisions[side].result, "rules");
	for (int side = 0; side < SIDES; side++)
		json_array_foreach((json_t *)rules[side], i, rule)
		{
			const char *id = json_string_value(json_object_get(rule, "id"));

			if ((r = rule_of(tally, id, &counted, e)) < 0)
				return r;
			counted->given[side]++;
			counted->only[side] += !has_rule(rules[!side], id);
		}
	return 0;
}

static json_t *
rule_ids(const json_t *result)
{
	json_t *ids = json_array();
	const json_t *rule;
	size_t i;

	json_array_foreach(json_object_get(result, "rules"), i, rule)
	{
		if (json_array_append(ids, json_object_get(rule, "id")) < 0) {
			json_decref(ids);
			return NULL;
		}
	}
	return ids;
}

static void
sample_clear(struct sample *sample)
{
	json_decref(sample->rules[BEFORE]);
	json_decref(sample->rules[AFTER]);
}

static bool
sample_is_before(const struct sample *a, const struct sample *b)
{
	return a->draw != b->draw ? a->draw < b->draw : a->person < b->person;
}

/* Take ${sample} over if it is among the first ${most}; else free it. */
static int
keep_sample(struct tally *tally, size_t most, struct sample *sample, struct error *e)
{
	size_t at = tally->sample_count;
	int r;

	while (at > 0 && sample_is_before(sample, &tally->samples[at - 1]))
		at--;
	if (at >= most) {
		sample_clear(sample);
		return 0;
	}
	if (tally->sample_count == most)
		sample_clear(&tally->samples[--tally->sample_count]);
	if ((r = array_grow(&tally->samples, &tally->sample_capacity, tally->sample_count + 1, sizeof *tally->samples,
			 REHEARSE_SAMPLES_MAX, e)) < 0) {
		sample_clear(sample);
		return r;
	}
	memmove(&tally->samples[at + 1], &tally->samples[at], (tally->sample_count - at) * sizeof *tally->samples);
	tally->samples[at] = *sample;
	tally->sample_count++;
	return 0;
}

static int
draw_sample(struct tally *tally, const struct rehearse_options *options, person_number person,
	const struct decision decisions[SIDES], struct error *e)
{
	size_t most = options->samples < REHEARSE_SAMPLES_MAX ? options->samples : REHEARSE_SAMPLES_MAX;
	struct sample sample = {.draw = draw(options->seed, person), .person = person};

	if (most == 0 ||
		(tally->sample_count == most && !sample_is_before(&sample, &tally->samples[tally->sample_count - 1])))
		return 0;
	for (int side = 0; side < SIDES; side++) {
		sample.colour[side] = decisions[side].colour;
		if (!(sample.rules[side] = rule_ids(decisions[side].result))) {
			sample_clear(&sample);
			return error_no_memory(e);
		}
	}
	return keep_sample(tally, most, &sample, e);
}

static void
count_failed(struct failed *failed, int64_t people, person_number person, const char *reason)
{
	if (failed->people == 0 || person < failed->first) {
		failed->first = person;
		snprintf(failed->reason, sizeof failed->reason, "%s", reason);
	}
	failed->people += people;
}

static void
count_groups(struct tally *tally, const struct compared *compared, bool stopped)
{
	for (int group = 0; group < GROUPS; group++)
		if (compared->groups[group]) {
			tally->groups[group].people++;
			tally->groups[group].stopped += stopped;
		}
	if (compared->age_known) {
		tally->age_known.people++;
		tally->age_known.stopped += stopped;
	}
}

int
tally_person(
	struct tally *tally, const struct rehearse_options *options, const struct compared *compared, struct error *e)
{
	const struct decision *before = &compared->decisions[BEFORE], *after = &compared->decisions[AFTER];
	bool changed = before->colour != after->colour, stopped = before->passes && !after->passes,
		 freed = !before->passes && after->passes;
	struct area_tally *counted;
	int r;

	if (before->failed || after->failed) {
		for (int side = 0; side < SIDES; side++)
			if (compared->decisions[side].failed)
				count_failed(&tally->failed[side], 1, compared->person, compared->decisions[side].reason);
		return 0;
	}
	if ((r = count_rules(tally, compared->decisions, e)) < 0 || (r = area_of(tally, compared->area, &counted, e)) < 0 ||
		(changed && (r = draw_sample(tally, options, compared->person, compared->decisions, e)) < 0))
		return r;
	count_groups(tally, compared, stopped);
	for (int side = 0; side < SIDES; side++)
		tally->held_s[side] += compared->held_s[side];
	tally->matrix[before->colour][after->colour]++;
	tally->people++;
	tally->changed += changed;
	tally->stopped += stopped;
	tally->freed += freed;
	counted->people++;
	counted->changed += changed;
	counted->stopped += stopped;
	counted->freed += freed;
	return 0;
}

static void
add_area(struct area_tally *to, const struct area_tally *from)
{
	to->people += from->people;
	to->changed += from->changed;
	to->stopped += from->stopped;
	to->freed += from->freed;
}

int
tally_add(struct tally *tally, const struct rehearse_options *options, struct tally *other, struct error *e)
{
	struct area_tally *area;
	struct rule_tally *rule;
	int r = 0;

	for (size_t i = 0; i < other->area_count; i++) {
		if ((r = area_of(tally, other->areas[i].code, &area, e)) < 0)
			return r;
		add_area(area, &other->areas[i]);
	}
	for (size_t i = 0; i < other->rule_count; i++) {
		if ((r = rule_of(tally, other->rules[i].id, &rule, e)) < 0)
			return r;
		for (int side = 0; side < SIDES; side++) {
			rule->given[side] += other->rules[i].given[side];
			rule->only[side] += other->rules[i].only[side];
		}
	}
	while (other->sample_count > 0)
		if ((r = keep_sample(tally, options->samples, &other->samples[--other->sample_count], e)) < 0)
			return r;
	for (int side = 0; side < SIDES; side++)
		if (other->failed[side].people > 0)
			count_failed(&tally->failed[side], other->failed[side].people, other->failed[side].first,
				other->failed[side].reason);
	for (int from = 0; from < COLOUR_COUNT; from++)
		for (int to = 0; to < COLOUR_COUNT; to++)
			tally->matrix[from][to] += other->matrix[from][to];
	for (int side = 0; side < SIDES; side++)
		tally->held_s[side] += other->held_s[side];
	for (int group = 0; group < GROUPS; group++) {
		tally->groups[group].people += other->groups[group].people;
		tally->groups[group].stopped += other->groups[group].stopped;
	}
	tally->age_known.people += other->age_known.people;
	tally->age_known.stopped += other->age_known.stopped;
	tally->people += other->people;
	tally->changed += other->changed;
	tally->stopped += other->stopped;
	tally->freed += other->freed;
	return 0;
}

void
tally_clear(struct tally *tally)
{
	for (size_t i = 0; i < tally->sample_count; i++)
		sample_clear(&tally->samples[i]);
	for (size_t i = 0; i < tally->rule_count; i++)
		free(tally->rules[i].id);
	free(tally->samples);
	free(tally->rules);
	free(tally->areas);
	*tally = (struct tally){0};
}

json_t *
tally_matrix(const struct tally *tally)
{
	json_t *matrix = json_object();

	for (int from = 0; from < COLOUR_COUNT; from++) {
		json_t *row = json_object();

		for (int to = 0; to < COLOUR_COUNT; to++)
			json_object_set_new(row, colour_name(to), json_integer(tally->matrix[from][to]));
		json_object_set_new(matrix, colour_name(from), row);
	}
	return matrix;
}

json_t *
tally_by_rule(const struct tally *tally)
{
	json_t *list = json_array();

	for (size_t i = 0; i < tally->rule_count; i++) {
		const struct rule_tally *rule = &tally->rules[i];

		json_array_append_new(list,
			json_pack("{s:s, s:I, s:I, s:I, s:I}", "rule", rule->id, "old", (json_int_t)rule->given[BEFORE], "new",
				(json_int_t)rule->given[AFTER], "only_old", (json_int_t)rule->only[BEFORE], "only_new",
				(json_int_t)rule->only[AFTER]));
	}
	return list;
}

static json_t *
area_row(const struct area_tally *area)
{
	const char *zh = NULL, *en = NULL;
	json_t *row = json_pack("{s:s?, s:I, s:I, s:I, s:I}", "area", *area->code ? area->code : NULL, "people",
		(json_int_t)area->people, "changed", (json_int_t)area->changed, "stopped", (json_int_t)area->stopped, "freed",
		(json_int_t)area->freed);

	if (row && *area->code && area_names(area->code, &zh, &en))
		json_object_set_new(row, "name", json_pack("{s:s*, s:s*}", "zh", zh, "en", en));
	return row;
}

json_t *
tally_by_area(const struct tally *tally)
{
	json_t *list = json_array();
	struct area_tally few = {0};

	for (size_t i = 0; i < tally->area_count; i++)
		if (*tally->areas[i].code && tally->areas[i].people >= REHEARSE_AREA_LEAST)
			json_array_append_new(list, area_row(&tally->areas[i]));
		else
			add_area(&few, &tally->areas[i]);
	if (few.people > 0)
		json_array_append_new(list, area_row(&few));
	return list;
}

/* How often the group is stopped for each time the rest is, in per cent; null where one of the two is too few to say. */
static json_t *
ratio(int64_t people, int64_t stopped, int64_t rest_people, int64_t rest_stopped)
{
	if (people < REHEARSE_AREA_LEAST || rest_people < REHEARSE_AREA_LEAST || rest_stopped == 0)
		return json_null();
	return json_integer((100 * stopped * rest_people + people * rest_stopped / 2) / (people * rest_stopped));
}

json_t *
tally_by_group(const struct tally *tally)
{
	static const char *const names[GROUPS] = {
		"lives elsewhere", "was elsewhere", "no phone", "below 15", "60 and above"};
	json_t *list = json_array();

	for (int group = 0; group < GROUPS; group++) {
		const struct group_tally all = group == GROUP_CHILD || group == GROUP_OLD
			? tally->age_known
			: (struct group_tally){tally->people, tally->stopped};
		int64_t people = tally->groups[group].people, stopped = tally->groups[group].stopped;

		if (all.people == 0)
			continue;
		json_array_append_new(list,
			json_pack("{s:s, s:I, s:I, s:I, s:I, s:o}", "group", names[group], "people", (json_int_t)people, "stopped",
				(json_int_t)stopped, "rest_people", (json_int_t)(all.people - people), "rest_stopped",
				(json_int_t)(all.stopped - stopped), "ratio_percent",
				ratio(people, stopped, all.people - people, all.stopped - stopped)));
	}
	return list;
}

json_t *
tally_samples(const struct tally *tally)
{
	json_t *list = json_array();

	for (size_t i = 0; i < tally->sample_count; i++) {
		const struct sample *sample = &tally->samples[i];

		json_array_append_new(list,
			json_pack("{s:I, s:s, s:s, s:O, s:O}", "person", (json_int_t)sample->person, "from",
				colour_name(sample->colour[BEFORE]), "to", colour_name(sample->colour[AFTER]), "old",
				sample->rules[BEFORE], "new", sample->rules[AFTER]));
	}
	return list;
}

json_t *
tally_failed(const struct tally *tally)
{
	static const char *const names[SIDES] = {"old", "new"};
	json_t *failed = json_object();

	for (int side = 0; side < SIDES; side++)
		json_object_set_new(failed, names[side],
			json_pack("{s:I, s:s?}", "people", (json_int_t)tally->failed[side].people, "reason",
				tally->failed[side].people > 0 ? tally->failed[side].reason : NULL));
	return failed;
}
