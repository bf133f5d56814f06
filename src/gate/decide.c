/* The decision alone: no store, no clock, so that a gate's device can do the same from the same rule. */

#include <stdio.h>
#include <string.h>

#include "gate/gate.h"

enum { TEMPERATURE_LEAST = 300, TEMPERATURE_MOST = 450, LIFETIME_S = 60, LIFETIME_MOST_S = DAY_S };
enum { PLACE_LEAST_S = 15, PLACE_MOST_S = 3600 };
enum { TYPED_AN_HOUR = 20, TYPED_AN_HOUR_MOST = 1000 };

static const char *const verdict_names[] = {"pass", "ask", "refuse"};
static const char *const cause_names[GATE_CAUSES] = {
	NULL,
	"yellow",
	"red",
	"gray",
	"fever",
	"expired",
	"not_yet_valid",
	"malformed",
	"wrong_signature",
	"unknown_issuer",
	"revoked",
	"not_recognised",
	"shown_elsewhere",
	"sealed",
};

enum { MEASURE_MINUTES = 10, DECIDE_MINUTES = 10, FRESH_CODE_MINUTES = 2 };

static const char *const end_names[] = {NULL, "measure_again", "telephone", "decide"};
static const struct gate_act let_in = {"请通行", "Let the person in", GATE_END_NONE, 0};
static const struct gate_act care_lane = {"请引导至就诊通道，不得拒绝",
	"Show the way to the care lane; nobody is refused here", GATE_END_DECIDE, DECIDE_MINUTES};
static const struct gate_act paper_pass = {
	"核对身份证后四位与此一致后放行", "Compare the last four of the ID card with these, then let the person in"};
static const struct gate_act verdict_acts[] = {
	[GATE_PASS] = {"请通行", "Let the person in"},
	[GATE_ASK] = {"请登记并询问，由值班负责人决定", "Ask and note down; the one in charge decides", GATE_END_DECIDE,
		DECIDE_MINUTES},
	[GATE_REFUSE] = {"请勿放行，请走人工通道", "Do not let in; show the way to the desk"},
};
static const struct gate_act acts[GATE_CAUSES] = {
	[GATE_YELLOW] = {"请登记并询问，由值班负责人决定", "Ask and note down; the one in charge decides", GATE_END_DECIDE,
		DECIDE_MINUTES},
	[GATE_RED] = {"请勿放行，联系值班负责人和疾控部门",
		"Do not let in; call the one in charge and the health department"},
	[GATE_GRAY] = {"该码待核验，请电话联系签发机构，由值班负责人决定",
		"The code awaits review: telephone the office that made it; the one in charge decides", GATE_END_TELEPHONE,
		DECIDE_MINUTES},
	[GATE_FEVER] = {"请休息10分钟后复测体温", "Let the person rest 10 minutes and measure again",
		GATE_END_MEASURE_AGAIN, MEASURE_MINUTES},
	[GATE_EXPIRED] = {"请对方刷新健康码", "Ask for a fresh code"},
	[GATE_NOT_YET_VALID] = {"请核对手机时间后刷新健康码", "Ask to check the phone's clock and for a fresh code"},
	[GATE_MALFORMED] = {"这不是健康码，请出示健康码", "This is no health code: ask for one"},
	[GATE_WRONG_SIGNATURE] = {"该码签名无效，请刷新或走人工通道",
		"The signature does not hold: ask for a fresh code, or use the desk"},
	[GATE_UNKNOWN_ISSUER] = {"签发机构不在信任名单，请走人工通道", "The issuer is not on the list: use the desk"},
	[GATE_REVOKED] = {"该码已被撤销，请刷新健康码", "The code was revoked: ask for a fresh one"},
	[GATE_SHOWN_ELSEWHERE] = {"此码刚在另一处使用，请对方等一分钟后刷新健康码",
		"This code was used elsewhere just now: ask for a fresh one, which comes within a minute", GATE_END_DECIDE,
		FRESH_CODE_MINUTES},
	[GATE_SEALED] = {"本设备缺少当日密钥，请联网更新，或请对方出示公开码",
		"This device lacks the day's key: fetch the lists, or ask for the public code", GATE_END_DECIDE,
		FRESH_CODE_MINUTES},
	[GATE_NOT_RECOGNISED] = {"此处不认可该码，请走人工通道", "This place does not take that code: use the desk"},
};

static int64_t
lifetime(const struct pack *pack, const char *name, int64_t otherwise)
{
	const json_t *valid_s = pack ? json_object_get(pack_section(pack, "credential"), name) : NULL;

	return json_is_integer(valid_s) && json_integer_value(valid_s) > 0 ? json_integer_value(valid_s) : otherwise;
}

int64_t
gate_code_lifetime(const struct pack *pack)
{
	return lifetime(pack, "valid_s", LIFETIME_S);
}

bool
gate_code_is_sealed(const struct pack *pack)
{
	const json_t *audience = json_object_get(pack_section(pack, "credential"), "audience");

	return audience && strcmp(json_string_value(audience), "gates") == 0;
}

int64_t
gate_paper_lifetime(const struct pack *pack)
{
	return lifetime(pack, "paper_valid_s", DAY_S);
}

int64_t
gate_place_lifetime(const struct pack *pack)
{
	return lifetime(pack, "place_valid_s", LIFETIME_S);
}

const char *
gate_verdict_name(enum gate_verdict verdict)
{
	return verdict_names[verdict];
}

const char *
gate_end_name(enum gate_end end)
{
	return end_names[end];
}

const char *
gate_cause_name(enum gate_cause cause)
{
	return cause_names[cause];
}

bool
gate_verdict_read(const char *name, enum gate_verdict *ret_verdict)
{
	for (int i = GATE_PASS; i <= GATE_REFUSE; i++)
		if (strcmp(name, verdict_names[i]) == 0) {
			*ret_verdict = (enum gate_verdict)i;
			return true;
		}
	return false;
}

bool
gate_cause_read(const char *name, enum gate_cause *ret_cause)
{
	for (int i = GATE_NONE + 1; i < GATE_CAUSES; i++)
		if (strcmp(name, cause_names[i]) == 0) {
			*ret_cause = (enum gate_cause)i;
			return true;
		}
	return false;
}

static void
read_colours(struct json_check *check, const json_t *gate, const char *member, bool *flags)
{
	const json_t *names = json_object_get(gate, member), *name;
	enum code_colour colour;
	char pointer[JSON_POINTER_SIZE], item[JSON_POINTER_SIZE + 24];
	size_t i;

	if (!names)
		return;
	json_pointer(pointer, "", member);
	if (!json_is_array(names))
		json_check_fault(check, pointer, "a list of colours expected");
	json_array_foreach((json_t *)names, i, name)
	{
		snprintf(item, sizeof item, "%s/%zu", pointer, i);
		if (!json_is_string(name) || !code_colour_read(json_string_value(name), &colour))
			json_check_fault(check, item, "not a colour: green, yellow, red or gray expected");
		else
			flags[colour] = true;
	}
}

static void
check_kinds(struct json_check *check, const json_t *gate, const char *member)
{
	const json_t *places = json_object_get(gate, member), *place;
	char pointer[JSON_POINTER_SIZE], item[JSON_POINTER_SIZE + 24];
	size_t i;

	json_pointer(pointer, "", member);
	if (places && !json_is_array(places))
		json_check_fault(check, pointer, "a list of kinds of place expected");
	json_array_foreach((json_t *)places, i, place)
	{
		snprintf(item, sizeof item, "%s/%zu", pointer, i);
		if (json_string_length(place) == 0 || json_string_length(place) >= PRESENCE_KIND_SIZE)
			json_check_fault(check, item, "a kind of place has 1 to %d bytes", PRESENCE_KIND_SIZE - 1);
	}
}

static bool
lists(const json_t *names, const char *wanted)
{
	const json_t *name;
	size_t i;

	json_array_foreach(
		(json_t *)names, i, name) if (json_is_string(name) && strcmp(json_string_value(name), wanted) == 0) return true;
	return false;
}

/* Read all of it and tell every fault; what ${rule} holds counts where none was told. */
static void
read_rule(struct json_check *check, const json_t *gate, struct gate_rule *rule)
{
	static const char *const required[] = {"pass_colours", "ask_colours", "temperature_limit_tenths_c", NULL};
	static const char *const optional[] = {
		"care_places", "card_places", "name_places", "typed_id_numbers_an_hour", NULL};
	int64_t limit;

	rule->typed_an_hour = TYPED_AN_HOUR;
	if (!json_check_object(check, "", gate, required, optional))
		return;
	read_colours(check, gate, "pass_colours", rule->pass);
	read_colours(check, gate, "ask_colours", rule->ask);
	if (json_check_integer(check, "", gate, "temperature_limit_tenths_c", TEMPERATURE_LEAST, TEMPERATURE_MOST, &limit))
		rule->fever_tenths_c = (int32_t)limit;
	if (json_check_integer(check, "", gate, "typed_id_numbers_an_hour", 0, TYPED_AN_HOUR_MOST, &limit))
		rule->typed_an_hour = (int)limit;
	check_kinds(check, gate, "care_places");
	check_kinds(check, gate, "card_places");
	check_kinds(check, gate, "name_places");
}

int
gate_rule_read(const json_t *gate, const char *place_kind, struct gate_rule *ret_rule, struct error *e)
{
	struct json_check check = {.root = "/gate"};
	struct gate_rule rule = {0};
	int r;

	read_rule(&check, gate, &rule);
	if ((r = json_check_result(&check, e)) < 0)
		return r;
	rule.care = lists(json_object_get(gate, "care_places"), place_kind);
	rule.card = lists(json_object_get(gate, "card_places"), place_kind);
	rule.name = lists(json_object_get(gate, "name_places"), place_kind);
	*ret_rule = rule;
	return 0;
}

void
gate_rule_check(const json_t *gate, struct json_check *check)
{
	struct gate_rule rule = {0};

	read_rule(check, gate, &rule);
}

void
gate_credential_check(const json_t *credential, struct json_check *check)
{
	static const char *const required[] = {NULL},
							 *const optional[] = {"valid_s", "paper_valid_s", "place_valid_s", "audience", NULL};
	const char *audience = json_string_value(json_object_get(credential, "audience"));
	int64_t valid_s;

	if (!json_check_object(check, "", credential, required, optional))
		return;
	json_check_integer(check, "", credential, "valid_s", 1, LIFETIME_MOST_S, &valid_s);
	json_check_integer(check, "", credential, "place_valid_s", PLACE_LEAST_S, PLACE_MOST_S, &valid_s);
	json_check_integer(check, "", credential, "paper_valid_s", 1, CODE_LIFETIME_MAX_S, &valid_s);
	if (json_object_get(credential, "audience") &&
		(!audience || (strcmp(audience, "gates") != 0 && strcmp(audience, "public") != 0)))
		json_check_fault(check, "/audience", "\"gates\" or \"public\"");
}

const struct gate_act *
gate_act_of(enum gate_cause cause)
{
	return cause == GATE_NONE ? &let_in : &acts[cause];
}

const struct gate_act *
gate_act_of_ask(enum gate_cause cause)
{
	return acts[cause].end ? &acts[cause] : &verdict_acts[GATE_ASK];
}

const struct gate_act *
gate_act_of_verdict(enum gate_verdict verdict)
{
	return &verdict_acts[verdict];
}

const struct gate_act *
gate_act_of_paper(void)
{
	return &paper_pass;
}

static enum gate_cause
cause_of_code(enum code_cause cause)
{
	switch (cause) {
	case CODE_VALID:
		return GATE_NONE;
	case CODE_MALFORMED:
	case CODE_NOT_A_CODE:
	case CODE_WRONG_ALGORITHM:
	case CODE_WRONG_COLOUR:
	case CODE_TOO_LARGE:
		return GATE_MALFORMED;
	case CODE_UNKNOWN_KEY:
	case CODE_WRONG_ISSUER:
	case CODE_KEY_NOT_VALID:
	case CODE_LIST_TOO_OLD:
		return GATE_UNKNOWN_ISSUER;
	case CODE_BAD_SIGNATURE:
		return GATE_WRONG_SIGNATURE;
	case CODE_REVOKED:
		return GATE_REVOKED;
	case CODE_NOT_YET_VALID:
		return GATE_NOT_YET_VALID;
	case CODE_EXPIRED:
		return GATE_EXPIRED;
	case CODE_SEALED:
		return GATE_SEALED;
	case CODE_NOT_RECOGNISED:
		return GATE_NOT_RECOGNISED;
	}
	return GATE_MALFORMED;
}

static enum gate_cause
cause_of_colour(enum code_colour colour)
{
	return colour == CODE_YELLOW ? GATE_YELLOW
		: colour == CODE_RED     ? GATE_RED
		: colour == CODE_GRAY    ? GATE_GRAY
								 : GATE_NOT_RECOGNISED;
}

enum gate_verdict
gate_decide(const struct gate_rule *rule, enum code_cause cause, enum code_colour colour, bool recognised,
	int32_t temperature_tenths_c, enum gate_cause *ret_cause, const struct gate_act **ret_act)
{
	enum gate_verdict verdict = GATE_PASS;
	enum gate_cause why = cause_of_code(cause);

	if (why == GATE_NONE && !recognised)
		why = GATE_NOT_RECOGNISED;
	if (why == GATE_SEALED) {
		verdict = GATE_ASK; /* it is theirs, and holds: that the gate cannot read it is not the holder's fault */
	} else if (why != GATE_NONE) {
		verdict = GATE_REFUSE;
	} else if (!rule->pass[colour]) {
		why = cause_of_colour(colour);
		verdict = rule->ask[colour] ? GATE_ASK : GATE_REFUSE;
	}
	/* A fever asks; it does not soften a refusal. */
	if (verdict != GATE_REFUSE && temperature_tenths_c >= rule->fever_tenths_c) {
		why = GATE_FEVER;
		verdict = GATE_ASK;
	}
	*ret_act = verdict == GATE_ASK ? gate_act_of_ask(why) : gate_act_of(why);
	if (rule->care && verdict == GATE_REFUSE) {
		verdict = GATE_ASK;
		*ret_act = &care_lane;
	}
	*ret_cause = why;
	return verdict;
}
