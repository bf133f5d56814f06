#include "../test.h"

#include "expression.h"

/* All faults as "POINTER: MESSAGE" lines. */
static int
add_line(void *context, const struct certlogic_fault *fault)
{
	char *lines = context;

	sprintf(lines + strlen(lines), "%s: %s\n", fault->pointer, fault->message);
	return 0;
}

static void
faults_are(const char *expression, const char *wanted)
{
	json_t *json = json_of(expression);
	char lines[4096] = "";

	assert_int_equal(certlogic_check(json, add_line, lines), 0);
	assert_string_equal(lines, wanted);
	json_decref(json);
}

static void
every_fault_is_told_with_its_pointer(void **state)
{
	(void)state;
	faults_are("{'if':[{'var':'a..b'},{'foo':[1]},[1,null]]}",
		"/if/0: data access path doesn't have a valid format: a..b\n"
		"/if/1: unrecognised operator: \"foo\"\n"
		"/if/2/1: invalid CertLogic expression\n");
	faults_are("{'and':[{'plusTime':[{'var':1},'1','week']}]}",
		": an \"and\" operation must have at least 2 operands, but it has 1\n"
		"/and/0/plusTime/0: not of the form { \"var\": \"<path>\" }\n"
		"/and/0: \"amount\" argument (#2) of \"plusTime\" must be an integer, but it is: 1\n"
		"/and/0: \"unit\" argument (#3) of \"plusTime\" must be a string equal to one of year, month, day, hour, but it is: "
		"week\n");
	faults_are(
		"{'dccDateOfBirth':[]}", ": a \"dccDateOfBirth\"-operation must have exactly 1 value/operand, but it has 0\n");
	faults_are("{'<':[1,2,3,4]}", ": an operation with operator \"<\" must have 2 or 3 operands, but it has 4\n");
	faults_are(
		"{'!':[null,null]}", ": a !-operation (logical not/negation) must have exactly 1 operand, but it has 2\n");
	faults_are("{'extractFromUVCI':[1.5,1.5]}",
		"/extractFromUVCI/0: 1.5 is a non-integer number\n"
		": \"index\" argument (#2) of \"extractFromUVCI\" must be an integer, but it is: 1.5\n");
}

static void
an_expression_nests_as_deep_as_stated_and_no_deeper(void **state)
{
	char text[CERTLOGIC_DEPTH_MAX * 2 + 16];
	struct certlogic_program *program = NULL;
	struct certlogic_fault fault;
	struct error e = {0};
	json_t *json;

	(void)state;
	for (int over = 0; over <= 1; over++) {
		int depth = CERTLOGIC_DEPTH_MAX - 1 + over;

		memset(text, '[', (size_t)depth);
		text[depth] = '1';
		memset(text + depth + 1, ']', (size_t)depth);
		text[2 * depth + 1] = 0;
		json = json_of(text);
		assert_int_equal(certlogic_compile(json, &program, &fault, &e), over ? ERROR_TOO_LARGE : 0);
		json_decref(json);
		if (!over)
			certlogic_program_free(program);
	}
	assert_string_equal(fault.message, "nested deeper than the maximum of 128");
	assert_int_equal(strlen(fault.pointer), 2 * CERTLOGIC_DEPTH_MAX);
}

static void
an_expression_has_as_many_nodes_as_stated_and_no_more(void **state)
{
	json_t *many = json_array();
	struct certlogic_program *program = NULL;
	struct certlogic_fault fault;
	struct error e = {0};

	(void)state;
	for (int i = 1; i < CERTLOGIC_NODES_MAX; i++)
		json_array_append_new(many, json_true());
	assert_int_equal(certlogic_compile(many, &program, &fault, &e), 0);
	certlogic_program_free(program);
	json_array_append_new(many, json_true());
	assert_int_equal(certlogic_compile(many, &program, &fault, &e), ERROR_TOO_LARGE);
	json_decref(many);
}

static void
a_long_message_is_cut_between_characters(void **state)
{
	struct certlogic_program *program = NULL;
	struct certlogic_fault fault;
	struct error e = {0};
	char text[2048] = "{'", *end = text + 2;
	json_t *json;

	(void)state;
	for (int i = 0; i < 200; i++)
		end += sprintf(end, "\xe5\xba\xb7");
	strcpy(end, "':[]}");
	json = json_of(text);
	assert_int_equal(certlogic_compile(json, &program, &fault, &e), ERROR_BAD_INPUT);
	json_decref(json);
	json = json_string(fault.message);
	assert_non_null(json);
	json_decref(json);
}

static void
faults_are_placed_in_the_text(void **state)
{
	const char *text = "{\n  \"and\": [\n    true,\n    {\"nor\": [1]}\n  ]\n}";
	struct certlogic_program *program = NULL;
	struct certlogic_fault fault;
	struct error e = {0};
	json_t *json = NULL;
	size_t line, column;

	(void)state;
	assert_int_equal(json_read(text, strlen(text), "test", &json, &e), 0);
	assert_int_equal(certlogic_compile(json, &program, &fault, &e), ERROR_BAD_INPUT);
	json_place(text, strlen(text), fault.pointer, &line, &column);
	assert_int_equal(line, 4);
	assert_int_equal(column, 5);
	json_decref(json);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_fault_is_told_with_its_pointer),
		cmocka_unit_test(an_expression_nests_as_deep_as_stated_and_no_deeper),
		cmocka_unit_test(an_expression_has_as_many_nodes_as_stated_and_no_more),
		cmocka_unit_test(a_long_message_is_cut_between_characters),
		cmocka_unit_test(faults_are_placed_in_the_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
