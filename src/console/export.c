/* Line lists as files (RFC 4180). A file is written whole before it is given out, so that the ledger knows its hash. */

#include <sodium.h>
#include <string.h>

#include "base/csv_field.h"
#include "base/text.h"
#include "console/inside.h"
#include "ledger/ledger.h"

#define CASES(who)                                                                                                     \
	"case," who ",status,onset,sampled,confirmed_at,isolated_at,infected_by,symptoms_ended,grounds,clinicians\r\n"

struct export
{
	struct registry *registry;
	const struct console_look *look;
	bool identities;
	struct buffer *csv;
	json_int_t rows, opened;
	person_number person; /* whose ID number is at hand */
	char id_number[ID_TEXT_SIZE];
};

/* Who it is: the ID number, opened, or the number. */
static int
add_person(struct export *x, person_number person, struct error *e)
{
	struct registry_identity identity = {0};
	char number[16] = "";
	int r;

	if (!x->identities) {
		if (person)
			snprintf(number, sizeof number, "%u", person);
		return csv_field_add(x->csv, number, false, e);
	}
	if (person && person != x->person) {
		if ((r = identity_opened(x->registry, person, x->look, &identity, e)) < 0)
			return r;
		strcpy(x->id_number, identity.id_number);
		x->person = person;
		x->opened++;
		registry_identity_wipe(&identity);
	}
	return csv_field_add(x->csv, person ? x->id_number : "", false, e);
}

static int
add_case(const struct case_line *line, void *context, struct error *e)
{
	static const char *const dates[] = {"onset", "sampled", "confirmed_at", "isolated_at"};
	struct export *x = context;
	int r = 0;

	for (size_t i = 0; i < line->count && r == 0; i++) {
		const struct case_status *s = &line->statuses[i];

		x->rows++;
		if ((r = csv_field_add(x->csv, line->name, false, e)) < 0 || (r = add_person(x, s->person, e)) < 0 ||
			(r = csv_field_add(x->csv, body_text(s->body, "status"), false, e)) < 0)
			return r;
		for (size_t d = 0; d < sizeof dates / sizeof *dates && r == 0; d++) {
			const char *text = body_text(s->body, dates[d]);

			if (!text && strcmp(dates[d], "confirmed_at") == 0) /* when the status was established */
				text = body_text(s->body, "at");
			r = csv_field_add(x->csv, text, false, e);
		}
		if (r == 0 && (r = csv_field_add(x->csv, body_text(s->body, "infected_by"), false, e)) == 0)
			r = csv_field_add(x->csv, body_text(s->body, "symptoms_ended"), false, e);
		if (r == 0 && (r = csv_field_add(x->csv, body_text(s->body, "grounds"), false, e)) == 0)
			r = csv_field_add(x->csv, body_text(s->body, "clinicians"), true, e);
	}
	return r;
}

static int
add_contact(const struct contact_line *line, void *context, struct error *e)
{
	static const char *const moments[] = {"first", "last", "known_at", "withdrawn_at"};
	struct export *x = context;
	char degree[24];
	int r;

	x->rows++;
	snprintf(degree, sizeof degree, "%lld", (long long)json_integer_value(json_object_get(line->body, "degree")));
	if ((r = csv_field_add(x->csv, line->name, false, e)) < 0 || (r = add_person(x, line->person, e)) < 0 ||
		(r = csv_field_add(x->csv, body_text(line->body, "kind"), false, e)) < 0 ||
		(r = csv_field_add(x->csv, degree, false, e)) < 0)
		return r;
	for (size_t i = 0; i < 4 && r == 0; i++)
		r = csv_field_add(x->csv, body_text(line->body, moments[i]), false, e);
	if (r < 0)
		return r;
	return csv_field_add(x->csv, json_is_true(json_object_get(line->body, "waiting")) ? "true" : "false", true, e);
}

static int
note_export(const struct export *x, const char *list, struct error *e)
{
	char hex[2 * crypto_hash_sha256_BYTES + 1];
	uint8_t hash[crypto_hash_sha256_BYTES];

	crypto_hash_sha256(hash, x->csv->data, x->csv->length);
	return ledger_append_json(registry_db(x->registry), registry_recording_time(x->registry), "export.made",
		json_pack("{s:s, s:s, s:I, s:s, s:I, s:s?}", "by", x->look->by, "list", list, "rows", x->rows, "sha256",
			text_hex(hash, sizeof hash, hex), "identities", x->opened, "purpose",
			x->identities ? x->look->purpose : NULL),
		NULL, e);
}

/* One of both lists, in one transaction, so that the file is of one moment. */
static int
export_list(
	struct export *x, const struct console_cases *cases, const struct console_contacts *contacts, struct error *e)
{
	int r;

	if (x->identities && (r = look_check(x->look, e)) < 0)
		return r;
	if ((r = registry_begin(x->registry, e)) < 0)
		return r;
	if ((r = buffer_add_text(x->csv,
			 cases               ? x->identities ? CASES("id_number") : CASES("person")
							   : x->identities ? "case,id_number,kind,degree,first,last,known_at,withdrawn_at,waiting\r\n"
								 : "case,person,kind,degree,first,last,known_at,withdrawn_at,waiting\r\n",
			 e)) == 0)
		r = cases ? cases_walk(x->registry, cases, "", CONSOLE_LISTED_MAX, NULL, add_case, x, e)
				  : contacts_walk(x->registry, contacts, "", CONSOLE_LISTED_MAX, NULL, add_contact, x, e);
	if (r == 0)
		r = note_export(x, cases ? "cases" : "contacts", e);
	explicit_bzero(x->id_number, sizeof x->id_number);
	if (r < 0) {
		registry_rollback(x->registry);
		buffer_clear(x->csv);
		return r;
	}
	return registry_commit(x->registry, e);
}

int
console_export_cases(struct registry *registry, const struct console_cases *filter, const struct console_look *look,
	bool identities, struct buffer *csv, struct error *e)
{
	struct export x = {.registry = registry, .look = look, .identities = identities, .csv = csv};

	return export_list(&x, filter, NULL, e);
}

int
console_export_contacts(struct registry *registry, const struct console_contacts *filter,
	const struct console_look *look, bool identities, struct buffer *csv, struct error *e)
{
	struct export x = {.registry = registry, .look = look, .identities = identities, .csv = csv};

	return export_list(&x, NULL, filter, e);
}
