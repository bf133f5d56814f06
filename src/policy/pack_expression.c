/* A rule's expression on its way to a program: parameters put in, variables and clock checked. */
#include <stdio.h>
#include <string.h>

#include "base/json_memory.h"
#include "policy/pack_inside.h"
#include "policy/pack_never.h"
#include "policy/pack_types.h"

enum { POINTER_MAX = 1024 };

struct walk {
	struct pack_reading *r;
	size_t file;
	unsigned sees;
	bool looks_at_colour, failed;
	unsigned inside_reduce; /* there, variables mean something else */
	char pointer[POINTER_MAX];
};

/* Keep in mind whether a path within the payload leads to the colour held, its beginning, or days counted from there. */
static void
note_payload(struct walk *walk, const char *path)
{
	const struct pack *pack = walk->r->pack;
	size_t length = strcspn(path, ".");

	if ((length == 6 && strncmp(path, "colour", length) == 0) || (length == 5 && strncmp(path, "since", length) == 0))
		walk->looks_at_colour = true;
	for (size_t i = 0; i < pack->derived_count; i++)
		if (pack->derived[i].kind == DERIVED_DAILY && strlen(pack->derived[i].name) == length &&
			strncmp(pack->derived[i].name, path, length) == 0 && strcmp(path + length, ".days_total") != 0)
			walk->looks_at_colour = true;
}

static void
check_payload_path(struct walk *walk, const char *path)
{
	const struct pack *pack = walk->r->pack;
	static const char *const known[] = {"applied_at", "birth_date", "latest", "colour", "since"};
	char name[80], meant[100];
	size_t length = strcspn(path, ".");

	note_payload(walk, path);
	snprintf(name, sizeof name, "%.*s", (int)(length < sizeof name ? length : sizeof name - 1), path);
	if (pack_list(pack, name) != VIEW_LIST_NONE)
		return;
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		if (strcmp(name, known[i]) == 0)
			return;
	walk->failed |= pack_slip(walk->r, walk->file, walk->pointer, "the payload has no \"%s\"%s", name,
		pack_meant(pack, name, meant, sizeof meant));
}

static void
check_path(struct walk *walk, const char *path)
{
	bool of_item = strcmp(path, "item") == 0 || strncmp(path, "item.", 5) == 0;

	if (strcmp(path, CERTLOGIC_CLOCK_PATH) == 0 && walk->sees & SEES_PAYLOAD)
		return;
	if (of_item && walk->sees & SEES_ITEM)
		return;
	if (strncmp(path, "payload.", 8) == 0 && walk->sees & SEES_PAYLOAD) {
		check_payload_path(walk, path + 8);
		return;
	}
	if (of_item)
		pack_fault(walk->r, walk->file, walk->pointer, "\"item\" means something only in a rule with \"each\"");
	else
		pack_fault(walk->r, walk->file, walk->pointer,
			walk->sees & SEES_PAYLOAD
				? "\"%.64s\": a variable begins with payload., item. or is external.validationClock"
				: "\"%.64s\": this expression sees only its item",
			path);
	walk->failed = true;
}

/* Whether a path within a reduce leads out to the colour held; more is said of it once it is compiled. */
static void
note_colour(struct walk *walk, const char *path)
{
	while (strncmp(path, "data.", 5) == 0)
		path += 5;
	if (strncmp(path, "payload.", 8) == 0)
		note_payload(walk, path + 8);
}

static json_t *put_parameters(struct walk *walk, const json_t *value);

/* A copy of one member, with the pointer grown by its name while it is walked. */
static json_t *
put_into_member(struct walk *walk, const char *name, const json_t *value)
{
	size_t length = strlen(walk->pointer);
	json_t *copy;

	snprintf(walk->pointer + length, sizeof walk->pointer - length, "/%.64s", name);
	copy = put_parameters(walk, value);
	walk->pointer[length] = '\0';
	return copy;
}

static json_t *
put_into_list(struct walk *walk, const json_t *list)
{
	json_t *copy = json_array(), *item;
	size_t i;

	json_array_foreach(list, i, item)
	{
		char name[24];

		snprintf(name, sizeof name, "%zu", i);
		if (json_array_append_new(copy, put_into_member(walk, name, item)) < 0) {
			json_decref(copy);
			return NULL;
		}
	}
	return copy;
}

static json_t *
put_into_object(struct walk *walk, const json_t *object)
{
	json_t *copy = json_object(), *value;
	const char *name;

	json_object_foreach((json_t *)object, name, value)
	{
		bool reduces = strcmp(name, "reduce") == 0;
		json_t *member;

		if (strcmp(name, "var") == 0 && json_is_string(value)) {
			if (!walk->inside_reduce)
				check_path(walk, json_string_value(value));
			else
				note_colour(walk, json_string_value(value));
		}
		walk->inside_reduce += reduces;
		member = put_into_member(walk, name, value);
		walk->inside_reduce -= reduces;
		if (json_object_set_new(copy, name, member) < 0) {
			json_decref(copy);
			return NULL;
		}
	}
	return copy;
}

/* A copy of ${value} with every {"param": NAME} replaced. NULL when memory ran out. */
static json_t *
put_parameters(struct walk *walk, const json_t *value)
{
	const json_t *name = json_object_get(value, "param");

	if (name) {
		const json_t *parameter = pack_value(walk->r->pack, value);

		if (parameter && parameter != value)
			return json_copy_deep(parameter);
		pack_fault(walk->r, walk->file, walk->pointer, "unknown parameter \"%.64s\"",
			json_is_string(name) ? json_string_value(name) : "");
		walk->failed = true;
		return json_null();
	}
	if (json_is_object(value))
		return put_into_object(walk, value);
	return json_is_array(value) ? put_into_list(walk, value) : json_copy_deep(value);
}

/* What to write instead, where the words of the specification leave it open. */
static const char *
hint_of(const char *message)
{
	static const struct {
		const char *message, *hint;
	} hints[] = {
		{"unrecognised operator: \"or\"", ": write {\"if\": [A, true, B]}"},
		{"unrecognised operator: \"==\"", ": write \"===\""},
		{"unrecognised operator: \"!=\"", ": write {\"!\": [{\"===\": [A, B]}]}"},
		{"unrecognised operator: \"!==\"", ": write {\"!\": [{\"===\": [A, B]}]}"},
		{"unrecognised operator: \"not\"", ": write \"!\""},
		{"unrecognised operator: \"some\"", ": write \"reduce\", or a rule with \"each\""},
		{"unrecognised operator: \"none\"", ": write \"reduce\""},
		{"unrecognised operator: \"all\"", ": write \"reduce\""},
		{"unrecognised operator: \"filter\"", ": write \"reduce\", or a rule with \"each\""},
		{"unrecognised operator: \"map\"", ": write \"reduce\""},
		{"unrecognised operator: \"-\"", ": there is \"+\" alone, and a negative number in it"},
	};
	const size_t length = strlen(message), ending = strlen(" is a non-integer number");

	for (size_t i = 0; i < sizeof hints / sizeof *hints; i++)
		if (strcmp(hints[i].message, message) == 0)
			return hints[i].hint;
	if (length > ending && strcmp(message + length - ending, " is a non-integer number") == 0)
		return ": rules count in whole numbers, temperatures in tenths of a degree";
	return "";
}

/* Tell a fault found inside the expression, whose pointer is from its root. */
static int
tell_inner(struct walk *walk, const struct certlogic_fault *fault)
{
	size_t length = strlen(walk->pointer);

	snprintf(walk->pointer + length, sizeof walk->pointer - length, "%s", fault->pointer);
	pack_fault(walk->r, walk->file, walk->pointer, "%s%s", fault->message, hint_of(fault->message));
	walk->pointer[length] = '\0';
	return 0;
}

static int
tell_each(void *context, const struct certlogic_fault *fault)
{
	return tell_inner(context, fault);
}

int
pack_compile(struct pack_reading *r, size_t file, const char *pointer, const json_t *expression, unsigned sees,
	int item_of, struct certlogic_program **ret_program, bool *ret_looks_at_colour)
{
	struct walk walk = {.r = r, .file = file, .sees = sees};
	struct certlogic_program *program = NULL;
	struct certlogic_fault fault = {0};
	size_t faults = r->faults;
	json_t *complete = NULL;
	int code = ERROR_BAD_INPUT;

	snprintf(walk.pointer, sizeof walk.pointer, "%s", pointer);
	if (!(complete = put_parameters(&walk, expression)))
		return ERROR_NO_MEMORY;
	if (!r->kept)
		certlogic_check(complete, tell_each, &walk);
	if (walk.failed || r->faults > faults)
		goto out;
	if ((code = certlogic_compile(complete, &program, &fault, NULL)) < 0 ||
		(!r->kept && (code = certlogic_check_clock(program, &fault, NULL)) < 0)) {
		if (code != ERROR_NO_MEMORY)
			tell_inner(&walk, &fault);
		goto out;
	}
	if (!r->kept &&
		(pack_types_check(r->pack, program, item_of, tell_each, &walk) < 0 ||
			pack_never_check(program, tell_each, &walk) < 0 || r->faults > faults)) {
		code = ERROR_BAD_INPUT;
		goto out;
	}
	if (ret_looks_at_colour)
		*ret_looks_at_colour = walk.looks_at_colour;
	*ret_program = program;
	program = NULL;
out:
	certlogic_program_free(program);
	json_decref(complete);
	return code;
}
