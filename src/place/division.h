/* place/division.h: the administrative divisions of GB/T 2260 and the countries of ISO 3166-1.
 *
 * A division is a code of six digits: PPCCDD, province, city (prefecture), county. An area is a division ("420800") or
 * a country ("KR"): what counts are published for. Every pointer returned lives as long as the program. */

#ifndef HEALTHCODE_PLACE_DIVISION_H
#define HEALTHCODE_PLACE_DIVISION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum division_level { DIVISION_PROVINCE = 1, DIVISION_CITY = 2, DIVISION_COUNTY = 3 };

struct division {
	uint32_t code;
	enum division_level level;
	bool former;      /* was in force in 2019 or 2020, is not any more */
	bool placeholder; /* groups counties under a province and is no city: "市辖区", "省直辖县级行政区划" */
	const char *name_zh;
	const char *name_en; /* NULL where the data has none (most counties) */
};

struct country {
	const char alpha2[3], alpha3[4];
	uint16_t numeric;
	const char *name_zh, *name_en, *long_name_en;
};

enum { AREA_CODE_SIZE = 7 }; /* "420800" or "KR", and the NUL */

/* division_find(code): the division of that code, or NULL. */
const struct division *division_find(uint32_t code);

/* division_find_text(text, length): as division_find for exactly six digits; NULL for anything else. */
const struct division *division_find_text(const char *text, size_t length);

/* division_province(division): the province it lies in, itself for a province. Never NULL. */
const struct division *division_province(const struct division *division);

/* division_city(division): the city it lies in as people say it: the prefecture; the province for a municipality's
 * parts (110105 is in 110000); the county itself where a province administers it directly (429004, 659001); NULL for
 * a province that is no municipality. */
const struct division *division_city(const struct division *division);

/* division_parent(division): the next division above that is no placeholder; NULL above a province. */
const struct division *division_parent(const struct division *division);

/* division_contains(outer, inner): whether ${inner} is ${outer} or lies in it. */
bool division_contains(const struct division *outer, const struct division *inner);

/* division_by_name(within, name, length):
 * The division called that, in Chinese with or without its suffix ("恩施", "恩施州", "恩施土家族苗族自治州") or in
 * English without regard to case, spaces and apostrophes, or by a known other spelling. Among provinces where
 * ${within} is NULL; else below ${within}, cities (and directly administered counties) before counties, present ones
 * before former ones. NULL where nothing or more than one thing is called that. */
const struct division *division_by_name(const struct division *within, const char *name, size_t length);

/* division_called(text): what people call so: six digits, a province's name, or that of something which is called so in exactly
 * one province; NULL where nothing or more than one thing is. */
const struct division *division_called(const char *text);

/* country_find(code, length): by alpha-2 or alpha-3, in capitals; NULL if there is none. */
const struct country *country_find(const char *code, size_t length);

/* country_by_name(name, length): by a Chinese, English or otherwise known name, without regard to case, spaces and
 * apostrophes; NULL if there is none. */
const struct country *country_by_name(const char *name, size_t length);

/* area_known(code): whether ${code} is a division's or a country's (alpha-2). */
bool area_known(const char *code);

/* area_names(code, ret_zh, ret_en): its names; English is NULL where the data has none. Return area_known(code);
 * nothing is changed where that is false. */
bool area_names(const char *code, const char **ret_zh, const char **ret_en);

/* division_each(each, context): call ${each} for every division by code until it returns non-zero; return that, or 0. */
int division_each(int (*each)(const struct division *division, void *context), void *context);

#endif
