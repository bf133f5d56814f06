#include "../test.h"

#include "expression.h"

static void
nothing_is_both_true_and_false_and_some_things_are_neither(void **state)
{
	static const char *const falsy[] = {"false", "null", "''", "0", "0.0", "[]", "{}"};
	static const char *const truthy[] = {"true", "'0'", "' '", "-1", "1.0", "[null]", "{'a':null}"};
	char data[64];

	(void)state;
	for (size_t i = 0; i < 7; i++) {
		snprintf(data, sizeof data, "{'x':%s}", falsy[i]);
		run_gives("{'!':[{'var':'x'}]}", data, "true");
		run_gives("{'if':[{'var':'x'},1,2]}", data, "2");
		snprintf(data, sizeof data, "{'x':%s}", truthy[i]);
		run_gives("{'!':[{'var':'x'}]}", data, "false");
		run_gives("{'if':[{'var':'x'},1,2]}", data, "1");
	}
	assert_int_equal(run_gives("{'!':[{'var':'x'}]}", "{'x':3.14}", NULL), ERROR_BAD_INPUT);
	assert_int_equal(run_gives("{'if':[{'var':'x'},1,2]}", "{'x':3.14}", NULL), ERROR_BAD_INPUT);
	assert_int_equal(run_gives("{'if':[{'plusTime':['2020',0,'day']},1,2]}", "{}", NULL), ERROR_BAD_INPUT);
}

static void
and_returns_its_first_falsy_operand_or_the_last(void **state)
{
	(void)state;
	run_gives("{'and':[1,'',{'var':'x'}]}", "{'x':3.14}", "''");
	run_gives("{'and':[1,'a',{'var':'x'}]}", "{'x':{'y':[]}}", "{'y':[]}");
	run_gives("{'and':[true,[1,{'var':'x'}]]}", "{'x':2}", "[1,2]");
	run_gives("{'and':[[],{'+':['a','b']}]}", "{}", "[]");
	assert_int_equal(run_gives("{'and':[true,{'var':'x'}]}", "{'x':3.14}", NULL), ERROR_BAD_INPUT);
}

static void
only_what_is_asked_for_is_evaluated(void **state)
{
	(void)state;
	run_gives("{'if':[true,1,{'+':['a',1]}]}", "{}", "1");
	run_gives("{'if':[0,{'+':['a',1]},2]}", "{}", "2");
}

static void
paths_lead_into_arrays_and_objects_and_nowhere_else(void **state)
{
	(void)state;
	run_gives("{'var':''}", "[1,2]", "[1,2]");
	run_gives("{'var':'a.1.b'}", "{'a':[0,{'b':7}]}", "7");
	run_gives("{'var':'a.2'}", "{'a':[0,1]}", "null");
	run_gives("{'var':'a.-1'}", "{'a':[0,1]}", "null");
	run_gives("{'var':'a.length'}", "{'a':[0,1]}", "null");
	run_gives("{'var':'a.0'}", "{'a':'text'}", "null");
	run_gives("{'var':'a.0'}", "{'a':{'0':5}}", "5");
	run_gives("{'var':'a.99999999999999999999'}", "{'a':[1]}", "null");
	run_gives("{'var':'a'}", "3", "null");
}

static void
integers_are_exact_up_to_64_bits(void **state)
{
	(void)state;
	run_gives("{'+':[9223372036854775806,1]}", "{}", "9223372036854775807");
	assert_int_equal(run_gives("{'+':[9223372036854775807,1]}", "{}", NULL), ERROR_BAD_INPUT);
	run_gives("{'<':[9007199254740992,9007199254740993]}", "{}", "true");
	run_gives("{'+':[1.0,{'var':'x'}]}", "{'x':2.0}", "3");
	assert_int_equal(run_gives("{'+':[1,{'var':'x'}]}", "{'x':'2'}", NULL), ERROR_BAD_INPUT);
	assert_int_equal(run_gives("{'<':[1,{'var':'x'}]}", "{'x':null}", NULL), ERROR_BAD_INPUT);
	assert_int_equal(run_gives("{'<':[3,2,{'var':'x'}]}", "{'x':null}", NULL), ERROR_BAD_INPUT);
}

static void
equal_means_equal_in_kind_and_content(void **state)
{
	(void)state;
	run_gives("{'===':[1,'1']}", "{}", "false");
	run_gives("{'===':[{'var':'x'},1]}", "{'x':1.0}", "true");
	run_gives("{'===':[{'var':'x'},false]}", "{}", "false");
	run_gives("{'===':[{'var':'x'},{'var':'y'}]}", "{}", "true");
	run_gives("{'===':[[1,{'var':'x'}],{'var':'y'}]}", "{'x':2,'y':[1,2]}", "true");
	run_gives("{'===':[{'var':'x'},{'var':'y'}]}", "{'x':{'a':1,'b':[]},'y':{'b':[],'a':1}}", "true");
	run_gives("{'===':[{'var':'x'},{'var':'y'}]}", "{'x':{'a':1},'y':{'b':1}}", "false");
	run_gives("{'===':[{'plusTime':['2020',0,'day']},{'plusTime':['2020-12-31',0,'day']}]}", "{}", "true");
	run_gives("{'in':[[1],[[2],[1]]]}", "{}", "true");
	run_gives("{'in':[{'var':'x'},[]]}", "{}", "false");
	assert_int_equal(run_gives("{'in':['a',{'var':'x'}]}", "{'x':'abc'}", NULL), ERROR_BAD_INPUT);
	assert_int_equal(run_gives("{'in':['a',{'var':'x'}]}", "{}", NULL), ERROR_BAD_INPUT);
}

static void
a_reduce_sees_accumulator_current_and_data(void **state)
{
	(void)state;
	run_gives("{'reduce':[{'var':'x'},{'+':[{'var':'accumulator'},"
			  "{'if':[{'===':[{'var':'current'},{'var':'data.z'}]},1,0]}]},0]}",
		"{'x':[1,2,1,1],'z':1}", "3");
	run_gives("{'reduce':[{'var':'x'},{'var':'y'},{'var':'y'}]}", "{'x':null,'y':7}", "7");
	run_gives("{'reduce':[{'var':'x'},{'var':'y'},{'var':'y'}]}", "{'x':[1],'y':7}", "null");
	run_gives("{'reduce':[[1,2],[{'var':'current'},{'var':'accumulator'}],[]]}", "{}", "[2,[1,[]]]");
	run_gives("{'reduce':[[1],{'var':''},0]}", "{'q':1}", "{'accumulator':0,'current':1,'data':{'q':1}}");
	run_gives("{'reduce':[[[1,2],[3]],{'+':[{'var':'accumulator'},{'reduce':[{'var':'current'},"
			  "{'+':[{'var':'accumulator'},{'+':[{'var':'current'},{'var':'data.data.k'}]}]},0]}]},0]}",
		"{'k':10}", "36");
	assert_int_equal(run_gives("{'reduce':['abc',1,0]}", "{}", NULL), ERROR_BAD_INPUT);
}

static void
a_fragment_of_a_certificate_identifier_is_taken_or_null(void **state)
{
	(void)state;
	run_gives("{'extractFromUVCI':[{'var':'x'},5]}", "{'x':'a::c/#/f'}", "'f'");
	run_gives("{'extractFromUVCI':[{'var':'x'},1]}", "{'x':'a::c/#/f'}", "''");
	run_gives("{'extractFromUVCI':[{'var':'x'},6]}", "{'x':'a::c/#/f'}", "null");
	run_gives("{'extractFromUVCI':[{'var':'x'},0]}", "{'x':'URN:UVCI:'}", "''");
	run_gives("{'extractFromUVCI':[{'var':'x'},0]}", "{'x':'urn:uvci:01'}", "'urn'");
	run_gives("{'extractFromUVCI':[{'var':'x'},-1]}", "{'x':'a'}", "null");
	run_gives("{'extractFromUVCI':[{'var':'x'},0]}", "{}", "null");
	assert_int_equal(run_gives("{'extractFromUVCI':[{'var':'x'},0]}", "{'x':1}", NULL), ERROR_BAD_INPUT);
}

static void
dates_come_out_with_milliseconds(void **state)
{
	(void)state;
	run_gives(
		"{'plusTime':[{'var':'x'},-18,'year']}", "{'x':'2021-06-01T00:00:00.25+02:00'}", "'2003-05-31T22:00:00.250Z'");
	run_gives("{'dccDateOfBirth':[{'var':'x'}]}", "{'x':'2004-02'}", "'2004-02-29T00:00:00.000Z'");
	run_gives(
		"{'before':[{'plusTime':['2020-01-01',0,'day']},{'dccDateOfBirth':['2020']},{'dccDateOfBirth':['2021']}]}",
		"{}", "true");
	assert_int_equal(run_gives("{'dccDateOfBirth':['2004-02-01T00:00:00Z']}", "{}", NULL), ERROR_BAD_INPUT);
	assert_int_equal(run_gives("{'plusTime':[{'plusTime':['2020',0,'day']},0,'day']}", "{}", NULL), ERROR_BAD_INPUT);
	assert_int_equal(run_gives("{'plusTime':['@clock',0,'day']}", "{}", NULL), ERROR_BAD_INPUT);
	assert_int_equal(run_gives("{'plusTime':['yesterday',0,'day']}", "{}", NULL), ERROR_BAD_INPUT);
	assert_int_equal(run_gives("{'after':['2020','2021']}", "{}", NULL), ERROR_BAD_INPUT);
}

/* 250 items, and for each of them all again, and for each of those all again: 15 million steps and more. */
static void
nested_reductions_end_at_the_limit_of_steps(void **state)
{
	json_t *data = json_object(), *items = json_array(), *value = NULL;
	struct certlogic_program *program;
	struct error e = {0};

	(void)state;
	for (int i = 0; i < 250; i++)
		json_array_append_new(items, json_integer(i));
	json_object_set_new(data, "x", items);
	program = program_of("{'reduce':[{'var':'x'},{'+':[{'var':'accumulator'},"
						 "{'reduce':[{'var':'data.x'},{'+':[{'var':'accumulator'},"
						 "{'reduce':[{'var':'data.data.x'},{'+':[{'var':'accumulator'},1]},0]}]},0]}]},0]}");
	assert_int_equal(certlogic_run(program, data, NULL, &value, NULL, &e), ERROR_TOO_LARGE);
	assert_non_null(strstr(e.message, "10000000"));
	assert_null(value);
	certlogic_program_free(program);
	json_decref(data);
}

static void
a_value_that_doubles_with_each_step_ends_at_a_limit(void **state)
{
	const char *twice = "[{'var':'accumulator'},{'var':'accumulator'}]";
	char expression[1024], items[256] = "[0";

	(void)state;
	for (int i = 0; i < 60; i++)
		strcat(items, ",0");
	strcat(items, "]");
	snprintf(expression, sizeof expression, "{'reduce':[%s,%s,0]}", items, twice);
	assert_int_equal(run_gives(expression, "{}", NULL), ERROR_TOO_LARGE);
	snprintf(expression, sizeof expression, "{'===':[{'reduce':[%s,%s,0]},{'reduce':[%s,%s,0]}]}", items, twice, items,
		twice);
	assert_int_equal(run_gives(expression, "{}", NULL), ERROR_TOO_LARGE);
}

static void
a_value_that_deepens_with_each_step_ends_at_a_limit(void **state)
{
	json_t *items = json_array(), *value = NULL;
	struct certlogic_program *program = program_of("{'reduce':[{'var':''},[{'var':'accumulator'}],0]}");
	struct error e = {0};

	(void)state;
	for (int i = 0; i < 1000; i++)
		json_array_append_new(items, json_null());
	assert_int_equal(certlogic_run(program, items, NULL, &value, NULL, &e), ERROR_TOO_LARGE);
	certlogic_program_free(program);
	json_decref(items);
}

static void
arrays_that_a_run_keeps_end_at_the_limit_of_memory(void **state)
{
	json_t *items = json_array(), *value = NULL;
	char expression[8192] = "{'reduce':[{'var':''},{'if':[{'var':'accumulator'},[{'var':'current'}",
		 *end = expression + strlen(expression);
	struct certlogic_program *program;
	struct error e = {0};

	(void)state;
	for (int i = 0; i < 1000; i++)
		end += sprintf(end, ",0");
	strcpy(end, "],0]},1]}");
	for (int i = 0; i < 1000; i++)
		json_array_append_new(items, json_null());
	program = program_of(expression);
	assert_int_equal(certlogic_run(program, items, NULL, &value, NULL, &e), ERROR_TOO_LARGE);
	assert_non_null(strstr(e.message, "16777216 bytes"));
	certlogic_program_free(program);
	json_decref(items);
}

static void
a_failure_names_the_operation(void **state)
{
	struct certlogic_program *program = program_of("{'and':[true,{'if':[true,{'+':[1,{'var':'x'}]},2]}]}");
	json_t *value = NULL;
	struct error e = {0};

	(void)state;
	assert_int_equal(certlogic_run(program, NULL, NULL, &value, NULL, &e), ERROR_BAD_INPUT);
	assert_string_equal(e.message, "operand 2 is null and must be an integer, at /and/1/if/1");
	certlogic_program_free(program);
}

/* By the specification's words; certlogic-js gives the same, and fails where these fail, but for "data" within a reduce. */
static void
operators_inside_each_other_give_what_the_specification_says(void **state)
{
	static const char *const cases[][3] = {
		{"{'and':[{'===':[1,{'var':'x'}]},5]}", "{'x':2}", "false"},
		{"{'and':[{'===':[{'var':'x'},1]},5]}", "{'x':2}", "false"},
		{"{'and':[{'===':[{'var':'x'},2]},5]}", "{'x':2}", "5"},
		{"{'and':[{'!':[{'var':'x'}]},5]}", "{'x':1}", "false"},
		{"{'and':[{'in':[{'var':'x'},['b']]},5]}", "{'x':'a'}", "false"},
		{"{'and':[{'>':[{'var':'x'},1]},5]}", "{'x':1}", "false"},
		{"{'and':[{'before':[{'plusTime':[{'var':'x'},0,'day']},{'plusTime':['2020',0,'day']}]},5]}", "{'x':'2021'}",
			"false"},
		{"{'and':[{'and':[1,'']},5]}", "{}", "''"},
		{"{'and':[0,5]}", "{}", "0"},
		{"{'and':[{'if':[{'var':'x'},0,1]},5]}", "{'x':1}", "0"},
		{"{'and':[{'if':[{'var':'x'},{'var':'y'},1]},5]}", "{'x':1,'y':[]}", "[]"},
		{"{'and':[{'if':[{'var':'x'},0,1]},5]}", "{}", "5"},
		{"{'and':[{'if':[true,{'!':[1]},1]},5]}", "{}", "false"},
		{"{'and':[1,{'if':[{'var':'x'},'a','b']}]}", "{}", "'b'"},
		{"{'and':[1,{'and':[{'var':'x'},2]}]}", "{'x':{}}", "{}"},
		{"{'!':[{'if':[{'var':'x'},'a','']}]}", "{'x':0}", "true"},
		{"{'!':[{'!':[{'var':'x'}]}]}", "{'x':[]}", "false"},
		{"{'!':[{'and':[1,{'var':'x'}]}]}", "{'x':'0'}", "false"},
		{"{'if':[{'and':[{'var':'x'},{'!':[{'var':'y'}]}]},'yes','no']}", "{'x':'0','y':{}}", "'yes'"},
		{"{'if':[{'if':[{'var':'x'},false,true]},'yes','no']}", "{'x':1}", "'no'"},
		{"{'reduce':[{'var':'x'},{'and':[{'var':'accumulator'},{'var':'current'}]},true]}", "{'x':[1,'a',[]]}", "[]"},
		{"{'===':[{'var':'x'},true]}", "{'x':'true'}", "false"},
		{"{'===':[{'var':'x'},0]}", "{'x':false}", "false"},
		{"{'===':[{'var':'x'},'']}", "{}", "false"},
		{"{'===':[{'var':'x'},1]}", "{'x':1.0}", "true"},
		{"{'in':[{'var':'x'},['1']]}", "{'x':1}", "false"},
		{"{'in':[{'var':'x'},{'var':'y'}]}", "{'x':null,'y':[null]}", "true"},
		{"{'var':'x.01'}", "{'x':[5,6]}", "6"},
		{"{'extractFromUVCI':['URN:UVCI:01:NL:187/37512422923',3]}", "{}", "'37512422923'"},
		{"{'extractFromUVCI':['',0]}", "{}", "''"},
		{"{'plusTime':['2021-06-15T00:00:00-0930',-13,'hour']}", "{}", "'2021-06-14T20:30:00.000Z'"},
		{"{'plusTime':[{'var':'x'},0,'day']}", "{'x':'1999-06'}", "'1999-06-30T00:00:00.000Z'"},
		{"{'not-after':[{'plusTime':['2020-01-01',0,'day']},{'plusTime':['2020-01-01',0,'day']},"
		 "{'plusTime':['2019-12-31',0,'day']}]}",
			"{}", "false"},
		{"{'after':[{'plusTime':['2020-01-02',0,'day']},{'plusTime':['2020-01-01',0,'day']},"
		 "{'plusTime':['2020-01-01',0,'day']}]}",
			"{}", "false"},
		{"{'before':[{'plusTime':['2019-12-31',24,'hour']},{'plusTime':['2020-01-01',0,'day']}]}", "{}", "false"},
		{"{'and':[{'if':[true,{'var':'x'},1]},5]}", "{'x':3.14}", NULL},
		{"{'and':[1,{'if':[true,{'var':'x'},1]}]}", "{'x':3.14}", NULL},
		{"{'!':[{'and':[1,{'plusTime':['2020',0,'day']}]}]}", "{}", NULL},
		{"{'>':[{'var':'x'},1]}", "{'x':'2'}", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		run_gives(cases[i][0], cases[i][1], cases[i][2]);
}

/* The operator that asks for a truth is the one that fails, however deep what has none is. */
static void
a_value_without_a_truth_fails_where_it_is_asked_for(void **state)
{
	static const char *const cases[][2] = {
		{"{'!':[{'if':[true,{'var':'x'},1]}]}", "the root"},
		{"{'!':[{'and':[1,{'var':'x'}]}]}", "/!/0"},
		{"{'and':[1,{'if':[{'var':'x'},1,2]}]}", "/and/1"},
		{"{'and':[1,{'if':[1,{'var':'x'},2]}]}", "the root"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct certlogic_program *program = program_of(cases[i][0]);
		json_t *data = json_of("{'x':3.14}"), *value = NULL;
		char wanted[96];
		struct error e = {0};

		snprintf(wanted, sizeof wanted, "a number that is no integer is neither truthy nor falsy, at %s", cases[i][1]);
		assert_int_equal(certlogic_run(program, data, NULL, &value, NULL, &e), ERROR_BAD_INPUT);
		assert_string_equal(e.message, wanted);
		certlogic_program_free(program);
		json_decref(data);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_both_true_and_false_and_some_things_are_neither),
		cmocka_unit_test(and_returns_its_first_falsy_operand_or_the_last),
		cmocka_unit_test(only_what_is_asked_for_is_evaluated),
		cmocka_unit_test(paths_lead_into_arrays_and_objects_and_nowhere_else),
		cmocka_unit_test(integers_are_exact_up_to_64_bits),
		cmocka_unit_test(equal_means_equal_in_kind_and_content),
		cmocka_unit_test(a_reduce_sees_accumulator_current_and_data),
		cmocka_unit_test(a_fragment_of_a_certificate_identifier_is_taken_or_null),
		cmocka_unit_test(dates_come_out_with_milliseconds),
		cmocka_unit_test(nested_reductions_end_at_the_limit_of_steps),
		cmocka_unit_test(a_value_that_doubles_with_each_step_ends_at_a_limit),
		cmocka_unit_test(a_value_that_deepens_with_each_step_ends_at_a_limit),
		cmocka_unit_test(arrays_that_a_run_keeps_end_at_the_limit_of_memory),
		cmocka_unit_test(a_failure_names_the_operation),
		cmocka_unit_test(operators_inside_each_other_give_what_the_specification_says),
		cmocka_unit_test(a_value_without_a_truth_fails_where_it_is_asked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
