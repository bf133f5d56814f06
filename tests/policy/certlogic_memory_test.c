/* Every allocation of the room's CertLogic fails once. */

#include "../test.h"

#include "../failing_allocation.h"
#include "expression.h"

static int
compile(void *context)
{
	struct certlogic_program *program = NULL;
	struct error e = {0};
	int r = certlogic_compile(context, &program, NULL, &e);

	assert_true((r == 0) == (program != NULL));
	certlogic_program_free(program);
	return r;
}

static void
compiling_survives_each_failed_allocation(void **state)
{
	json_t *expression = json_of("{'if':[{'var':'a.b.0'},[1,'two',{'+':[1,2]}],{'plusTime':['2020',1,'day']}]}");

	(void)state;
	assert_int_equal(failing_allocation_sweep(compile, expression), 11);
	json_decref(expression);
}

struct to_run {
	const struct certlogic_program *program;
	const json_t *data;
};

static int
run(void *context)
{
	const struct to_run *it = context;
	json_t *value = NULL;
	struct error e = {0};
	int r = certlogic_run(it->program, it->data, NULL, &value, NULL, &e);

	assert_true((r == 0) == (value != NULL));
	json_decref(value);
	return r;
}

static void
running_survives_each_failed_allocation(void **state)
{
	json_t *data = json_of("{'x':[1,2,{'y':'z'}],'u':'a/b'}");
	struct certlogic_program *program =
		program_of("[{'reduce':[{'var':'x'},[{'var':''},{'var':'accumulator'}],{'plusTime':['2020',1,'day']}]},"
				   "{'var':'x.0'},{'extractFromUVCI':[{'var':'u'},1]},true,{'+':[1,2]}]");
	struct to_run it = {program, data};

	(void)state;
	assert_true(failing_allocation_sweep(run, &it) > 10);
	certlogic_program_free(program);
	json_decref(data);
}

static int
pass_over(void *context, const struct suite_failure *failure)
{
	(void)context;
	(void)failure;
	return 0;
}

static int
judge(void *context)
{
	struct suite_listener listener = {pass_over, NULL};
	struct suite_counts counts = {0};
	char pointer[SUITE_POINTER_SIZE];
	struct error e = {0};

	return suite_run(context, "suite", &listener, &counts, pointer, &e);
}

static void
judging_a_suite_survives_each_failed_allocation(void **state)
{
	json_t *suite =
		json_of("{'name':'s','cases':[{'name':'a','certLogicExpression':{'var':''},'assertions':["
				"{'data':[1],'expected':[1]},{'data':1,'expected':2},{'certLogicExpression':{'x':[]},'data':1,"
				"'expected':2}]},{'certLogicExpression':{'x':[]},'issues':[]}]}");

	(void)state;
	assert_true(failing_allocation_sweep(judge, suite) > 10);
	json_decref(suite);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(compiling_survives_each_failed_allocation),
		cmocka_unit_test(running_survives_each_failed_allocation),
		cmocka_unit_test(judging_a_suite_survives_each_failed_allocation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
