/* An expression and the data that it runs over: JSON, a line feed outside of both, JSON. Whatever the bytes, nothing may
 * crash, leak or run past its bounds, two runs come out the same, and a flip lies between now and the horizon. */

#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "base/json.h"
#include "policy/policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static const struct certlogic_clock fuzz_clock = {INT64_C(1585036800), INT64_C(1585036800) + 400 * INT64_C(86400)};

static int
pass_over(void *context, const struct certlogic_fault *fault)
{
	assert(fault->code == ERROR_BAD_INPUT || fault->code == ERROR_TOO_LARGE);
	return ++*(int *)context > 100;
}

static void
run(const struct certlogic_program *program, const json_t *data, const struct certlogic_clock *clock)
{
	json_t *first = NULL, *second = NULL;
	instant flip = 0, again = 0;
	struct error e = {0};
	int r = certlogic_run(program, data, clock, &first, &flip, &e);

	assert(r == certlogic_run(program, data, clock, &second, &again, &e));
	if (r == 0) {
		struct buffer written = buffer_make(1 << 24);

		assert(json_equal(first, second) && flip == again);
		assert(flip == CERTLOGIC_NO_FLIP || (clock && flip > clock->now && flip <= clock->horizon));
		json_write(first, &written, &e);
		buffer_free(&written);
	} else {
		assert(!first && !second && e.code == r && e.message[0]);
	}
	json_decref(first);
	json_decref(second);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	const char *text = (const char *)bytes;
	const char *line_feed = size ? memchr(text, '\n', size) : NULL;
	size_t length = line_feed ? (size_t)(line_feed - text) : size;
	struct certlogic_program *program = NULL;
	json_t *expression = NULL, *data = NULL;
	struct error e = {0};
	int faults = 0;

	if (json_read(text, length, "expression", &expression, &e) < 0)
		return 0;
	if (line_feed && json_read(line_feed + 1, size - length - 1, "data", &data, &e) < 0)
		data = NULL;
	certlogic_check(expression, pass_over, &faults);
	if (certlogic_compile(expression, &program, NULL, &e) == 0) {
		assert(faults == 0);
		certlogic_check_clock(program, NULL, &e);
		run(program, data, NULL);
		run(program, data, &fuzz_clock);
	} else {
		assert(faults > 0);
	}
	certlogic_program_free(program);
	json_decref(expression);
	json_decref(data);
	return 0;
}
