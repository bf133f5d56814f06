/* Who infected whom: what was told with the cases, beside what tracing found. */

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "console/inside.h"

enum { CHAIN_CASES_MAX = 200000, CHAIN_LINKS_MAX = 1000000 };

struct node {
	char name[CASE_NAME_SIZE], infected_by[CASE_NAME_SIZE], status[33];
	person_number person;
	instant onset, reported, ill; /* ${ill}: what is known of the illness's start: onset, else sampling, else report */
	size_t told;                  /* 1 + the link from who infected them, as was told; 0: none */
	bool shown;
};

struct link {
	size_t from, to;
	bool told;
	json_t *contact; /* or NULL */
};

/* ${nodes} by name; ${by_person} are their indices by person. */
struct chains {
	struct node *nodes;
	size_t node_count, node_capacity;
	size_t *by_person;
	struct link *links;
	size_t link_count, link_capacity;
};

static int
add_node(const struct case_line *line, void *context, struct error *e)
{
	struct chains *c = context;
	struct node *node;
	int r;

	if (strcmp(line->status, "discarded") == 0)
		return 0;
	if ((r = array_grow(&c->nodes, &c->node_capacity, c->node_count + 1, sizeof *node, CHAIN_CASES_MAX, e)) < 0)
		return r;
	node = &c->nodes[c->node_count++];
	*node = (struct node){
		.person = line->person, .onset = line->dates[CONSOLE_ONSET], .reported = line->dates[CONSOLE_REPORTED]};
	snprintf(node->name, sizeof node->name, "%s", line->name);
	snprintf(node->infected_by, sizeof node->infected_by, "%s", line->infected_by ? line->infected_by : "");
	snprintf(node->status, sizeof node->status, "%s", line->status);
	node->ill = node->onset != NO_DATE            ? node->onset
		: line->dates[CONSOLE_SAMPLED] != NO_DATE ? line->dates[CONSOLE_SAMPLED]
												  : node->reported;
	return 0;
}

static int
compare_persons(const void *a, const void *b, void *context)
{
	const struct node *nodes = context, *x = &nodes[*(const size_t *)a], *y = &nodes[*(const size_t *)b];

	return x->person != y->person ? (x->person < y->person ? -1 : 1) : strcmp(x->name, y->name);
}

/* Nodes came by name in the order of bytes. */
static struct node *
find_node(const struct chains *c, const char *name)
{
	size_t low = 0, high = c->node_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(c->nodes[middle].name, name);

		if (order == 0)
			return &c->nodes[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

static int
add_link(struct chains *c, size_t from, size_t to, bool told, const json_t *contact, struct error *e)
{
	int r = array_grow(&c->links, &c->link_capacity, c->link_count + 1, sizeof *c->links, CHAIN_LINKS_MAX, e);

	if (r < 0)
		return r;
	c->links[c->link_count++] = (struct link){from, to, told, json_incref((json_t *)contact)};
	return 0;
}

static int
link_told(struct chains *c, struct error *e)
{
	for (size_t i = 0; i < c->node_count; i++) {
		const struct node *source = find_node(c, c->nodes[i].infected_by);
		int r;

		if (!source || source == &c->nodes[i])
			continue;
		if ((r = add_link(c, (size_t)(source - c->nodes), i, true, NULL, e)) < 0)
			return r;
		c->nodes[i].told = c->link_count;
	}
	return 0;
}

/* A contact of a case who is a case. */
static int
link_contact(const struct contact_line *line, void *context, struct error *e)
{
	struct chains *c = context;
	const struct node *source = find_node(c, line->name);
	size_t low = 0, high = c->node_count;
	int r = 0;

	if (!source)
		return 0;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (c->nodes[c->by_person[middle]].person < line->person)
			low = middle + 1;
		else
			high = middle;
	}
	for (; r == 0 && low < c->node_count && c->nodes[c->by_person[low]].person == line->person; low++) {
		struct node *node = &c->nodes[c->by_person[low]];
		struct link *told = node->told ? &c->links[node->told - 1] : NULL;

		if (node == source || line->first >= node->ill)
			continue;
		if (told && told->from == (size_t)(source - c->nodes)) {
			json_decref(told->contact);
			told->contact = json_incref((json_t *)line->body);
		} else if (!told) {
			r = add_link(c, (size_t)(source - c->nodes), (size_t)(node - c->nodes), false, line->body, e);
		}
	}
	return r;
}

/* Mark what hangs together with what is marked, until nothing is added. Chains are short beside the number of cases. */
static void
spread(struct chains *c)
{
	bool more = true;

	while (more) {
		more = false;
		for (size_t i = 0; i < c->link_count; i++) {
			struct node *from = &c->nodes[c->links[i].from], *to = &c->nodes[c->links[i].to];

			if (from->shown != to->shown)
				more = from->shown = to->shown = true;
		}
	}
}

static json_t *
link_json(const struct chains *c, const struct link *link)
{
	json_t *contact = json_null();

	if (link->contact)
		contact = json_pack("{s:s, s:I, s:s, s:s}", "kind", body_text(link->contact, "kind"), "degree",
			json_integer_value(json_object_get(link->contact, "degree")), "first", body_text(link->contact, "first"),
			"last", body_text(link->contact, "last"));
	return json_pack("{s:s, s:s, s:s, s:o}", "from", c->nodes[link->from].name, "to", c->nodes[link->to].name,
		"certainty",
		!link->told         ? "possible"
			: link->contact ? "probable"
							: "told",
		"contact", contact);
}

static int
write_chains(const struct chains *c, json_t **ret_chains, struct error *e)
{
	json_t *cases = json_array(), *links = json_array();

	for (size_t i = 0; i < c->link_count; i++)
		if (c->nodes[c->links[i].from].shown)
			json_array_append_new(links, link_json(c, &c->links[i]));
	for (size_t i = 0; i < c->node_count; i++) {
		const struct node *node = &c->nodes[i];

		if (node->shown)
			json_array_append_new(cases,
				json_pack("{s:s, s:o, s:s, s:o, s:o}", "case", node->name, "person",
					node->person ? json_integer(node->person) : json_null(), "status", node->status, "onset",
					date_json(node->onset), "reported", date_json(node->reported)));
	}
	if (json_array_size(links) > CONSOLE_EDGES_MAX) {
		json_decref(cases);
		json_decref(links);
		return error_set(e, ERROR_TOO_LARGE, "more than %d links: ask around one case", CONSOLE_EDGES_MAX);
	}
	*ret_chains = json_pack("{s:o, s:o}", "cases", cases, "links", links);
	return *ret_chains ? 0 : error_no_memory(e);
}

static int
read_chains(struct registry *registry, struct chains *c, struct error *e)
{
	const struct console_cases cases = {.from = INT64_MIN, .to = INT64_MAX};
	const struct console_contacts contacts = {.from = INT64_MIN, .to = INT64_MAX, .standing = true};
	int r = cases_walk(registry, &cases, "", CONSOLE_LISTED_MAX, NULL, add_node, c, e);

	if (r < 0)
		return r;
	if (!(c->by_person = calloc(c->node_count + 1, sizeof *c->by_person)))
		return error_no_memory(e);
	for (size_t i = 0; i < c->node_count; i++)
		c->by_person[i] = i;
	qsort_r(c->by_person, c->node_count, sizeof *c->by_person, compare_persons, c->nodes);
	if ((r = link_told(c, e)) < 0)
		return r;
	return contacts_walk(registry, &contacts, "", CONSOLE_LISTED_MAX, NULL, link_contact, c, e);
}

int
console_chains(struct registry *registry, const char *name, json_t **ret_chains, struct error *e)
{
	struct chains c = {0};
	struct node *around = NULL;
	int r;

	if ((r = read_chains(registry, &c, e)) < 0)
		goto out;
	if (name && !(around = find_node(&c, name))) {
		r = error_set(e, ERROR_EXISTS_NOT, "there is no case '%.64s'", name);
		goto out;
	}
	if (around)
		around->shown = true;
	for (size_t i = 0; i < c.link_count && !around; i++)
		c.nodes[c.links[i].from].shown = true;
	spread(&c);
	r = write_chains(&c, ret_chains, e);
out:
	for (size_t i = 0; i < c.link_count; i++)
		json_decref(c.links[i].contact);
	free(c.nodes);
	free(c.by_person);
	free(c.links);
	return r;
}
