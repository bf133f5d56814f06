/* The codes by which laboratories name tests and results of SARS-CoV-2: LOINC, SNOMED CT, HL7 table 0078, and words.
 *
 * LOINC codes and their meaning are copyright Regenstrief Institute and used under the LOINC licence (loinc.org/license). */

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "feed/lab.h"

static const struct {
	const char *code, *test;
} loinc[] = {
	{"94306-8", "pcr"},
	{"94307-6", "pcr"},
	{"94308-4", "pcr"},
	{"94309-2", "pcr"},
	{"94310-0", "pcr"},
	{"94314-2", "pcr"},
	{"94315-9", "pcr"},
	{"94316-7", "pcr"},
	{"94500-6", "pcr"},
	{"94502-2", "pcr"},
	{"94511-3", "pcr"},
	{"94533-7", "pcr"},
	{"94534-5", "pcr"},
	{"94559-2", "pcr"},
	{"94565-9", "pcr"},
	{"94639-2", "pcr"},
	{"94640-0", "pcr"},
	{"94647-5", "pcr"},
	{"94660-8", "pcr"},
	{"94746-5", "pcr"},
	{"94756-4", "pcr"},
	{"94757-2", "pcr"},
	{"94758-0", "pcr"},
	{"94759-8", "pcr"},
	{"94760-6", "pcr"},
	{"94765-5", "pcr"},
	{"94766-3", "pcr"},
	{"94767-1", "pcr"},
	{"94819-0", "pcr"},
	{"94822-4", "pcr"},
	{"94845-5", "pcr"},
	{"95406-5", "pcr"},
	{"95409-9", "pcr"},
	{"95423-0", "pcr"},
	{"95425-5", "pcr"},
	{"95608-6", "pcr"},
	{"95824-9", "pcr"},
	{"96091-4", "pcr"},
	{"96120-1", "pcr"},
	{"96121-9", "pcr"},
	{"96122-7", "pcr"},
	{"96123-5", "pcr"},
	{"96448-6", "pcr"},
	{"96763-8", "pcr"},
	{"96765-3", "pcr"},
	{"96797-6", "pcr"},
	{"96829-7", "pcr"},
	{"96957-6", "pcr"},
	{"96958-4", "pcr"},
	{"96986-5", "pcr"},
	{"97098-8", "pcr"},
	{"94558-4", "antigen"},
	{"95209-3", "antigen"},
	{"96119-3", "antigen"},
	{"97097-0", "antigen"},
	{"97099-6", "antigen"},
	{"94505-5", "antibody"},
	{"94506-3", "antibody"},
	{"94507-1", "antibody"},
	{"94508-9", "antibody"},
	{"94547-7", "antibody"},
	{"94562-6", "antibody"},
	{"94563-4", "antibody"},
	{"94564-2", "antibody"},
	{"94661-6", "antibody"},
	{"94761-4", "antibody"},
	{"94762-2", "antibody"},
	{"94768-9", "antibody"},
	{"94769-7", "antibody"},
	{"95125-1", "antibody"},
	{"95410-7", "antibody"},
	{"95416-4", "antibody"},
	{"95542-7", "antibody"},
	{"96603-6", "antibody"},
};

static const struct {
	const char *code, *result;
} results[] = {
	{"260373001", "positive"},
	{"10828004", "positive"},
	{"840539006", "positive"},
	{"840533007", "positive"},
	{"1240581000000104", "positive"},
	{"52101004", "positive"},
	{"260415000", "negative"},
	{"260385009", "negative"},
	{"895231008", "negative"},
	{"2667000", "negative"},
	{"1240591000000102", "negative"},
	{"419984006", "inconclusive"},
	{"82334004", "inconclusive"},
	{"280416009", "inconclusive"},
	{"280414007", "inconclusive"},
	{"42425007", "inconclusive"},
	{"455371000124106", "inconclusive"},
	{"125154007", "inconclusive"},
	{"373121007", "inconclusive"},
	{"720735008", "inconclusive"},
	{"POS", "positive"},
	{"NEG", "negative"},
	{"IND", "inconclusive"},
	{"DET", "positive"},
	{"ND", "negative"},
};

/* Longer words first where one holds another. */
static const struct {
	const char *words, *result;
} spoken[] = {
	{"not detected", "negative"},
	{"none detected", "negative"},
	{"undetected", "negative"},
	{"non-reactive", "negative"},
	{"nonreactive", "negative"},
	{"negative", "negative"},
	{"presumptive positive", "positive"},
	{"detected", "positive"},
	{"positive", "positive"},
	{"reactive", "positive"},
	{"inconclusive", "inconclusive"},
	{"indeterminate", "inconclusive"},
	{"equivocal", "inconclusive"},
	{"invalid", "inconclusive"},
	{"未检出", "negative"},
	{"阴性", "negative"},
	{"检出", "positive"},
	{"阳性", "positive"},
	{"可疑", "inconclusive"},
	{"无效", "inconclusive"},
};

static bool
says(const char *text, const char *words)
{
	return strcasestr(text, words) != NULL;
}

const char *
lab_test(const char *system, const char *code, const char *text)
{
	if (strcmp(system, "LN") == 0)
		for (size_t i = 0; i < sizeof loinc / sizeof *loinc; i++)
			if (strcmp(loinc[i].code, code) == 0)
				return loinc[i].test;
	if (!says(text, "SARS-CoV-2") && !says(text, "COVID") && !says(text, "2019-nCoV") && !says(text, "新冠") &&
		!says(text, "新型冠状病毒"))
		return NULL;
	if (says(text, "RNA") || says(text, "PCR") || says(text, "NAA") || says(text, "核酸"))
		return "pcr";
	if (says(text, "antibod") || says(text, " Ab ") || says(text, "IgG") || says(text, "IgM") || says(text, "抗体"))
		return "antibody";
	if (says(text, "antigen") || says(text, " Ag") || says(text, "抗原"))
		return "antigen";
	return NULL;
}

const char *
lab_result_word(const char *code, const char *text)
{
	for (size_t i = 0; i < sizeof results / sizeof *results; i++)
		if (strcasecmp(results[i].code, code) == 0)
			return results[i].result;
	for (size_t i = 0; i < sizeof spoken / sizeof *spoken; i++)
		if (strncasecmp(text, spoken[i].words, strlen(spoken[i].words)) == 0)
			return spoken[i].result;
	return NULL;
}

enum lab_question
lab_question(const char *code)
{
	if (strcmp(code, "65222-2") == 0 || strcmp(code, "11368-8") == 0)
		return LAB_ONSET;
	return strcmp(code, "95419-8") == 0 ? LAB_SYMPTOMS : LAB_NO_QUESTION;
}
