#include "policy/reads.h"

#include <string.h>

#include "policy/certlogic_program.h"

static bool
is_key(const struct certlogic_node *node, const struct certlogic_fragment *fragments, uint32_t number, const char *key)
{
	return number < node->count && strcmp(fragments[node->first + number].key, key) == 0;
}

/* What one access reads. Within a reduce, "current" and "accumulator" hold nothing that another access did not read. */
static view_parts
reads_of_access(const struct pack *pack, const struct certlogic_node *node, const struct certlogic_fragment *fragments)
{
	uint32_t name = 1;
	int list;

	if (is_key(node, fragments, 0, "external") || is_key(node, fragments, 0, "item") ||
		is_key(node, fragments, 0, "current") || is_key(node, fragments, 0, "accumulator"))
		return 0;
	if (!is_key(node, fragments, 0, "payload") || node->count < 2)
		return VIEW_PARTS_ALL;
	if (is_key(node, fragments, 1, "applied_at") || is_key(node, fragments, 1, "birth_date"))
		return 0;
	if (is_key(node, fragments, 1, "colour") || is_key(node, fragments, 1, "since"))
		return VIEW_PART_COLOUR;
	if (is_key(node, fragments, 1, "latest"))
		name = 2;
	list = name < node->count ? pack_list(pack, fragments[node->first + name].key) : VIEW_LIST_NONE;
	return list == VIEW_LIST_NONE ? VIEW_PARTS_ALL : VIEW_PART(list);
}

view_parts
reads_of(const struct pack *pack, const struct certlogic_program *program)
{
	view_parts parts = 0;

	for (size_t i = 0; i < program->node_count; i++)
		if (program->nodes[i].kind == CERTLOGIC_VAR)
			parts |= reads_of_access(pack, &program->nodes[i], program->fragments);
	return parts;
}

static bool
names_birth_date(const struct certlogic_program *program)
{
	for (size_t i = 0; i < program->fragment_count; i++)
		if (strcmp(program->fragments[i].key, "birth_date") == 0)
			return true;
	return false;
}

bool
pack_reads_birth_date(const struct pack *pack)
{
	for (size_t i = 0; i < pack->rule_count; i++)
		if (names_birth_date(pack->rules[i].when) || pack->rules[i].reads == VIEW_PARTS_ALL)
			return true;
	return false;
}

bool
pack_reads_visits(const struct pack *pack)
{
	const view_parts visits = VIEW_PART(FACT_VISITS) | VIEW_PART(VIEW_PLACES);

	for (size_t i = 0; i < pack->rule_count; i++)
		if (pack->rules[i].reads & visits)
			return true;
	for (size_t i = 0; i < pack->derived_count; i++)
		if (pack->derived[i].kind == DERIVED_STAYS && pack->derived[i].of != FACT_RESIDENCES)
			return true;
	return false;
}

bool
pack_reads_places(const struct pack *pack)
{
	return pack->watched & (VIEW_PART(FACT_RESIDENCES) | VIEW_PART(FACT_VISITS) | VIEW_PART(VIEW_PLACES));
}
