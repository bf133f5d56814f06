#include "place/division.h"

#include <string.h>

struct alias {
	const char *name, *code;
};

#include "place/divisions.inc"

enum { DIVISION_COUNT = sizeof divisions / sizeof *divisions };
enum { COUNTRY_COUNT = sizeof countries / sizeof *countries };
enum { ALIAS_COUNT = sizeof aliases / sizeof *aliases };

/* A name longer than this is none of ours; the longest in the data has 60 bytes. */
enum { NAME_MAX_BYTES = 128 };

const struct division *
division_find(uint32_t code)
{
	size_t low = 0, high = DIVISION_COUNT;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (divisions[middle].code < code)
			low = middle + 1;
		else
			high = middle;
	}
	return low < DIVISION_COUNT && divisions[low].code == code ? &divisions[low] : NULL;
}

const struct division *
division_find_text(const char *text, size_t length)
{
	uint32_t code = 0;

	if (length != 6)
		return NULL;
	for (size_t i = 0; i < length; i++) {
		if (text[i] < '0' || text[i] > '9')
			return NULL;
		code = code * 10 + (uint32_t)(text[i] - '0');
	}
	return division_find(code);
}

const struct division *
division_province(const struct division *division)
{
	const struct division *province = division_find(division->code / 10000 * 10000);

	return province ? province : division; /* a test holds that every code has one */
}

/* Beijing, Tianjin, Shanghai and Chongqing are provinces and cities at once; so are Hong Kong, Macao (no parts here). */
static bool
is_municipality(uint32_t province)
{
	return province == 110000 || province == 120000 || province == 310000 || province == 500000 || province == 810000 ||
		province == 820000;
}

const struct division *
division_city(const struct division *division)
{
	const struct division *city;

	if (is_municipality(division->code / 10000 * 10000))
		return division_province(division);
	if (division->level == DIVISION_PROVINCE)
		return NULL;
	city = division_find(division->code / 100 * 100);
	return city && !city->placeholder ? city : division;
}

const struct division *
division_parent(const struct division *division)
{
	const struct division *city;

	if (division->level == DIVISION_PROVINCE)
		return NULL;
	city = division_city(division);
	return city && city != division ? city : division_province(division);
}

bool
division_contains(const struct division *outer, const struct division *inner)
{
	if (outer == inner)
		return true;
	if (outer->level == DIVISION_PROVINCE)
		return inner->code / 10000 == outer->code / 10000;
	return outer->level == DIVISION_CITY && inner->code / 100 == outer->code / 100;
}

static bool
ends_with(const char *text, size_t length, const char *end)
{
	size_t n = strlen(end);

	return length >= n && memcmp(text + length - n, end, n) == 0;
}

/* A Chinese name without the kind of division and the peoples in it: "恩施土家族苗族自治州" and "恩施州" are both
 * "恩施". What is left has two characters at least, so that "城区" stays what it is. Return the bytes left. */
static size_t
stem_length(const char *name, size_t length)
{
	static const char *const kinds[] = {"特别行政区", "自治区", "自治州", "自治县", "自治旗", "示范区", "林区", "新区",
		"地区", "省", "市", "州", "盟", "县", "区", "旗"};
	static const char *const peoples[] = {"维吾尔", "柯尔克孜", "哈萨克", "布依族", "傈僳族", "景颇族", "哈尼族",
		"土家族", "蒙古族", "朝鲜族", "蒙古", "壮族", "回族", "苗族", "藏族", "羌族", "彝族", "侗族", "傣族", "白族",
		"黎族", "瑶族", "畲族", "满族", "土族", "水族", "佤族", "纳西族", "拉祜族", "达斡尔族", "鄂温克族", "仡佬族",
		"仫佬族", "毛南族", "东乡族", "撒拉族", "裕固族", "保安族", "各族"};
	enum { TWO_CHARACTERS = 6 };
	bool found = true;

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		if (ends_with(name, length, kinds[i]) && length - strlen(kinds[i]) >= TWO_CHARACTERS) {
			length -= strlen(kinds[i]);
			break;
		}
	}
	while (found) {
		found = false;
		for (size_t i = 0; i < sizeof peoples / sizeof *peoples && !found; i++) {
			if (ends_with(name, length, peoples[i]) && length - strlen(peoples[i]) >= TWO_CHARACTERS) {
				length -= strlen(peoples[i]);
				found = true;
			}
		}
	}
	return length;
}

static bool
same_stem(const char *a, size_t a_length, const char *b)
{
	size_t b_length = stem_length(b, strlen(b));

	a_length = stem_length(a, a_length);
	return a_length == b_length && memcmp(a, b, a_length) == 0;
}

/* The same letters, without regard to ASCII case, spaces, hyphens and apostrophes (also U+2019). */
static bool
same_letters(const char *a, size_t a_length, const char *b)
{
	size_t i = 0, j = 0, b_length = strlen(b);

	for (;;) {
		while (i < a_length && strchr(" -'", a[i]) && a[i])
			i++;
		while (i + 2 < a_length && memcmp(a + i, "\u2019", 3) == 0)
			i += 3;
		while (j < b_length && strchr(" -'", b[j]))
			j++;
		while (j + 2 < b_length && memcmp(b + j, "\u2019", 3) == 0)
			j += 3;
		if (i == a_length || j == b_length)
			return i == a_length && j == b_length;
		unsigned char x = (unsigned char)a[i++], y = (unsigned char)b[j++];

		if (x >= 'A' && x <= 'Z')
			x += 'a' - 'A';
		if (y >= 'A' && y <= 'Z')
			y += 'a' - 'A';
		if (x != y)
			return false;
	}
}

static const struct division *
by_alias(const struct division *within, const char *name, size_t length)
{
	for (size_t i = 0; i < ALIAS_COUNT; i++) {
		const struct division *found;

		if (!same_letters(name, length, aliases[i].name))
			continue;
		found = division_find_text(aliases[i].code, strlen(aliases[i].code));
		if (found && (within ? division_contains(within, found) : found->level == DIVISION_PROVINCE))
			return found;
	}
	return NULL;
}

enum likeness { EXACT, STEM, LETTERS, LIKENESS_COUNT };

static bool
is_called(const struct division *division, const char *name, size_t length, enum likeness likeness)
{
	switch (likeness) {
	case EXACT:
		return strlen(division->name_zh) == length && memcmp(division->name_zh, name, length) == 0;
	case STEM:
		return same_stem(name, length, division->name_zh);
	default:
		return division->name_en && same_letters(name, length, division->name_en);
	}
}

/* 1 province, 2 city or directly administered county, 3 other county; former ones come after. */
static int
rank_of(const struct division *division)
{
	int rank = (int)division->level;

	if (division->level == DIVISION_COUNTY && division_city(division) == division)
		rank = DIVISION_CITY;
	return division->former ? rank + DIVISION_COUNTY : rank;
}

const struct division *
division_by_name(const struct division *within, const char *name, size_t length)
{
	if (length == 0 || length > NAME_MAX_BYTES)
		return NULL;
	for (enum likeness likeness = EXACT; likeness < LIKENESS_COUNT; likeness++) {
		const struct division *found = NULL;
		int best = 0;
		bool twice = false;

		for (size_t i = 0; i < DIVISION_COUNT; i++) {
			const struct division *d = &divisions[i];

			if (d->placeholder ||
				(within ? d == within || !division_contains(within, d) : d->level != DIVISION_PROVINCE) ||
				!is_called(d, name, length, likeness))
				continue;
			if (found && rank_of(d) == best)
				twice = true;
			if (!found || rank_of(d) < best) {
				found = d;
				best = rank_of(d);
				twice = false;
			}
		}
		if (found)
			return twice ? NULL : found;
	}
	return by_alias(within, name, length);
}

const struct division *
division_called(const char *text)
{
	const struct division *found = division_find_text(text, strlen(text));
	size_t count = 0;

	if (found || (found = division_by_name(NULL, text, strlen(text))))
		return found;
	for (size_t i = 0; i < DIVISION_COUNT; i++) {
		const struct division *within = &divisions[i], *here;

		if (within->level == DIVISION_PROVINCE && !within->former &&
			(here = division_by_name(within, text, strlen(text)))) {
			found = here;
			count++;
		}
	}
	return count == 1 ? found : NULL;
}

const struct country *
country_find(const char *code, size_t length)
{
	if (length != 2 && length != 3)
		return NULL;
	for (size_t i = 0; i < COUNTRY_COUNT; i++)
		if (memcmp(length == 2 ? countries[i].alpha2 : countries[i].alpha3, code, length) == 0)
			return &countries[i];
	return NULL;
}

const struct country *
country_by_name(const char *name, size_t length)
{
	if (length == 0 || length > NAME_MAX_BYTES)
		return NULL;
	for (size_t i = 0; i < COUNTRY_COUNT; i++)
		if (same_letters(name, length, countries[i].name_zh) || same_letters(name, length, countries[i].name_en) ||
			same_letters(name, length, countries[i].long_name_en))
			return &countries[i];
	for (size_t i = 0; i < ALIAS_COUNT; i++)
		if (strlen(aliases[i].code) == 2 && same_letters(name, length, aliases[i].name))
			return country_find(aliases[i].code, 2);
	return NULL;
}

bool
area_known(const char *code)
{
	size_t length = strlen(code);

	return length == 2 ? country_find(code, length) != NULL : division_find_text(code, length) != NULL;
}

bool
area_names(const char *code, const char **ret_zh, const char **ret_en)
{
	size_t length = strlen(code);
	const struct division *division = division_find_text(code, length);
	const struct country *country = length == 2 ? country_find(code, length) : NULL;

	if (division) {
		*ret_zh = division->name_zh;
		*ret_en = division->name_en;
	} else if (country) {
		*ret_zh = country->name_zh;
		*ret_en = country->name_en;
	}
	return division || country;
}

int
division_each(int (*each)(const struct division *division, void *context), void *context)
{
	int r = 0;

	for (size_t i = 0; i < DIVISION_COUNT && r == 0; i++)
		r = each(&divisions[i], context);
	return r;
}
