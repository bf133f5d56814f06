#include "../test.h"

#include <string.h>

#include "credential/credential.h"

static const struct paper paper = {
	.code = "HC1:6BF+70790T9WJWG.FKY*4GO0.O1CV2 O5 N2FBBRW1*70HS8WY04AC*WIFN0AHCD8KD97TK0F90",
	.card = "002X",
	.from = "2020-03-24 08:00",
	.until = "2020-03-25 08:00",
	.colour = CODE_GREEN};

static void
each_colour_has_a_page_of_either_size(void **state)
{
	struct error e = {0};

	(void)state;
	for (enum code_colour colour = CODE_GREEN; colour <= CODE_GRAY; colour++)
		for (int size = PAPER_A6; size <= PAPER_A4; size++) {
			struct buffer pdf = buffer_make(PAPER_PDF_MAX);
			struct paper page = paper;

			page.colour = colour;
			assert_int_equal(paper_pdf(&page, 1, (enum paper_size)size, &pdf, &e), 0);
			assert_memory_equal(pdf.data, "%PDF", 4);
			buffer_free(&pdf);
		}
}

static void
a_page_past_its_limit_leaves_the_buffer_as_it_was(void **state)
{
	struct buffer pdf = buffer_make(100);
	struct error e = {0};

	(void)state;
	assert_int_equal(buffer_add_text(&pdf, "before", &e), 0);
	assert_int_equal(paper_pdf(&paper, 1, PAPER_A6, &pdf, &e), ERROR_TOO_LARGE);
	assert_string_equal(buffer_text(&pdf), "before");
	buffer_free(&pdf);
}

static size_t
pages_of(const struct buffer *pdf)
{
	size_t pages = 0;

	for (const char *at = (const char *)pdf->data;
		 (at = memmem(at, pdf->length - (size_t)(at - (const char *)pdf->data), "/Type /Page %", 13)); at++)
		pages++;
	return pages;
}

static void
a_household_has_a_page_each(void **state)
{
	struct paper papers[PAPERS_MAX + 1];
	struct buffer pdf = buffer_make(PAPER_PDF_MAX);
	struct error e = {0};

	(void)state;
	for (size_t i = 0; i <= PAPERS_MAX; i++)
		papers[i] = paper;
	assert_int_equal(paper_pdf(papers, 3, PAPER_A4, &pdf, &e), 0);
	assert_int_equal(pages_of(&pdf), 3);
	assert_int_equal(paper_pdf(papers, PAPERS_MAX + 1, PAPER_A4, &pdf, &e), ERROR_TOO_LARGE);
	buffer_free(&pdf);
}

static void
a_places_poster_has_a_page_for_each_day(void **state)
{
	const struct poster posters[] = {
		{paper.code, "菜市场 Market", "2020-03-24"}, {paper.code, "菜市场 Market", "2020-03-25"}};
	struct buffer pdf = buffer_make(PAPER_PDF_MAX);
	struct error e = {0};

	(void)state;
	assert_int_equal(poster_pdf(posters, 2, PAPER_A4, &pdf, &e), 0);
	assert_memory_equal(pdf.data, "%PDF", 4);
	assert_int_equal(pages_of(&pdf), 2);
	assert_int_equal(poster_pdf(posters, POSTERS_MAX + 1, PAPER_A4, &pdf, &e), ERROR_TOO_LARGE);
	buffer_free(&pdf);
}

static void
text_that_is_not_utf8_is_refused(void **state)
{
	struct buffer pdf = buffer_make(PAPER_PDF_MAX);
	struct paper page = paper;
	struct error e = {0};

	(void)state;
	page.card = "\xff\xfe";
	assert_int_equal(paper_pdf(&page, 1, PAPER_A6, &pdf, &e), ERROR_BAD_INPUT);
	buffer_free(&pdf);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_colour_has_a_page_of_either_size),
		cmocka_unit_test(a_page_past_its_limit_leaves_the_buffer_as_it_was),
		cmocka_unit_test(a_household_has_a_page_each),
		cmocka_unit_test(a_places_poster_has_a_page_for_each_day),
		cmocka_unit_test(text_that_is_not_utf8_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
