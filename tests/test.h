/* tests/test.h: what every test file includes first. */

#ifndef HEALTHCODE_TESTS_TEST_H
#define HEALTHCODE_TESTS_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#endif
