/* The DCC's JSON schema 1.3 (DCC.combined-schema.json) as tables. */

#include <string.h>

#include "base/time.h"
#include "credential/certificate.h"

enum { TEXT_MAX = 80, DATE_LENGTH = 10 };

/* What a member's value must be. Texts of at most TEXT_MAX characters where the schema says so. */
enum rule {
	RULE_TEXT,         /* any text */
	RULE_SHORT_TEXT,   /* of at most TEXT_MAX characters */
	RULE_MACHINE_NAME, /* SHORT_TEXT of A-Z and < */
	RULE_COUNTRY,      /* text with a letter A-Z in it */
	RULE_COUNT,        /* an integer of at least 1 */
	RULE_DATE,         /* YYYY-MM-DD */
	RULE_TIME,         /* as dcc_time_read reads it */
	RULE_BIRTH_DATE,   /* YYYY-MM-DD, YYYY-MM, YYYY or nothing; 1900 to 2099 */
	RULE_VERSION,      /* 1.3.0 */
};

struct member {
	const char *name;
	enum rule rule;
	bool required;
};

static const struct member name_members[] = {
	{"fn", RULE_SHORT_TEXT, false},
	{"fnt", RULE_MACHINE_NAME, false},
	{"gn", RULE_SHORT_TEXT, false},
	{"gnt", RULE_MACHINE_NAME, false},
	{NULL},
};

static const struct member vaccination_members[] = {
	{"tg", RULE_TEXT, true},
	{"vp", RULE_TEXT, true},
	{"mp", RULE_TEXT, true},
	{"ma", RULE_TEXT, true},
	{"dn", RULE_COUNT, true},
	{"sd", RULE_COUNT, true},
	{"dt", RULE_DATE, true},
	{"co", RULE_COUNTRY, true},
	{"is", RULE_SHORT_TEXT, true},
	{"ci", RULE_SHORT_TEXT, true},
	{NULL},
};

static const struct member test_members[] = {
	{"tg", RULE_TEXT, true},
	{"tt", RULE_TEXT, true},
	{"nm", RULE_SHORT_TEXT, false},
	{"ma", RULE_TEXT, false},
	{"sc", RULE_TIME, true},
	{"tr", RULE_TEXT, true},
	{"tc", RULE_SHORT_TEXT, false},
	{"co", RULE_COUNTRY, true},
	{"is", RULE_SHORT_TEXT, true},
	{"ci", RULE_SHORT_TEXT, true},
	{NULL},
};

static const struct member recovery_members[] = {
	{"tg", RULE_TEXT, true},
	{"fr", RULE_DATE, true},
	{"co", RULE_COUNTRY, true},
	{"is", RULE_SHORT_TEXT, true},
	{"df", RULE_DATE, true},
	{"du", RULE_DATE, true},
	{"ci", RULE_SHORT_TEXT, true},
	{NULL},
};

static const struct member certificate_members[] = {
	{"ver", RULE_VERSION, true},
	{"dob", RULE_BIRTH_DATE, true},
	{NULL},
};

static const struct {
	const char *name;
	const struct member *members;
} groups[] = {{"v", vaccination_members}, {"t", test_members}, {"r", recovery_members}};

/* Characters, which are what the schema's lengths count. */
static size_t
count_characters(const char *text)
{
	size_t count = 0;

	for (; *text; text++)
		count += ((unsigned char)*text & 0xc0) != 0x80;
	return count;
}

static bool
is_digits(const char *text, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (text[i] < '0' || text[i] > '9')
			return false;
	return true;
}

static bool
is_birth_date(const char *text)
{
	size_t length = strlen(text);

	if (length == 0)
		return true;
	if (length != 4 && length != 7 && length != 10)
		return false;
	if ((memcmp(text, "19", 2) != 0 && memcmp(text, "20", 2) != 0) || !is_digits(text, 4))
		return false;
	for (size_t i = 4; i < length; i += 3)
		if (text[i] != '-' || !is_digits(text + i + 1, 2))
			return false;
	return true;
}

/* The published pattern is ^\d+.\d+.\d+$, whose dots stand for any character; what it means is a version. */
static bool
is_version(const char *text)
{
	for (unsigned part = 0;; part++) {
		size_t digits = strspn(text, "0123456789");

		if (digits == 0)
			return false;
		text += digits;
		if (part == 2)
			return *text == 0;
		if (*text++ != '.')
			return false;
	}
}

bool
dcc_time_read(const char *text, instant *ret_at)
{
	size_t length = strlen(text);
	char full[TIME_TEXT_SIZE * 2];
	struct error none;

	if (length <= DATE_LENGTH || length > sizeof full - 4)
		return false;
	memcpy(full, text, length + 1);
	if (length > 3 && strchr("+-", text[length - 3]) && length - 3 > DATE_LENGTH) {
		memcpy(full + length, ":00", 4);
	} else if (length > 5 && strchr("+-", text[length - 5]) && length - 5 > DATE_LENGTH) {
		full[length - 2] = ':';
		memcpy(full + length - 1, text + length - 2, 3);
	}
	return time_read(full, strlen(full), &zone_utc, ret_at, &none) == 0;
}

static bool
is_date(const char *text)
{
	struct error none;
	day_number day;

	return day_read(text, strlen(text), &day, &none) == 0;
}

static bool
keeps_rule(const json_t *value, enum rule rule)
{
	const char *text = json_string_value(value);
	instant at;

	if (rule == RULE_COUNT)
		return json_is_integer(value) && json_integer_value(value) >= 1;
	if (!text)
		return false;
	switch (rule) {
	case RULE_SHORT_TEXT:
		return count_characters(text) <= TEXT_MAX;
	case RULE_MACHINE_NAME:
		return strlen(text) <= TEXT_MAX && text[strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ<")] == 0;
	case RULE_COUNTRY:
		return strpbrk(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != NULL;
	case RULE_DATE:
		return is_date(text);
	case RULE_TIME:
		return dcc_time_read(text, &at);
	case RULE_BIRTH_DATE:
		return is_birth_date(text);
	case RULE_VERSION:
		return is_version(text);
	default:
		return true;
	}
}

static int
bad(struct error *e, const char *group, const char *member, const char *reason)
{
	return error_set(
		e, ERROR_BAD_INPUT, "DCC schema: /%s%s%s: %s", group, *group && *member ? "/" : "", member, reason);
}

static int
check_members(const json_t *object, const struct member *members, const char *group, struct error *e)
{
	if (!json_is_object(object))
		return bad(e, group, "", "not an object");
	for (const struct member *member = members; member->name; member++) {
		const json_t *value = json_object_get(object, member->name);

		if (!value && member->required)
			return bad(e, group, member->name, "missing");
		if (value && !keeps_rule(value, member->rule))
			return bad(e, group, member->name, "not as the schema says");
	}
	return 0;
}

int
dcc_check(const json_t *payload, struct error *e)
{
	const json_t *name = json_object_get(payload, "nam");
	size_t present = 0;
	int r;

	if ((r = check_members(payload, certificate_members, "", e)) < 0 ||
		(r = check_members(name, name_members, "nam", e)) < 0)
		return r;
	if (!json_object_get(name, "fnt") && !json_object_get(name, "gnt"))
		return bad(e, "nam", "", "neither fnt nor gnt");
	for (size_t i = 0; i < sizeof groups / sizeof *groups; i++) {
		const json_t *entries = json_object_get(payload, groups[i].name);

		if (!entries)
			continue;
		present++;
		if (json_array_size(entries) != 1)
			return bad(e, groups[i].name, "", "not an array of one entry");
		if ((r = check_members(json_array_get(entries, 0), groups[i].members, groups[i].name, e)) < 0)
			return r;
	}
	return present == 1 ? 0 : bad(e, "", "", "not exactly one of v, t and r");
}
