/* Each allocation fails once while it is looked at whether an import takes a second office: the failure is told, nothing leaks, and nothing is held or
 * proposed for it. */

#include "stores.h"

#include "../failing_allocation.h"
#include "office/office.h"

static struct cascade *cascade;
static struct issuer *issuer;
static struct office office;
static const struct office_actor first = {"first", "first password"};

static int
set_up(void **state)
{
	struct registry_application a = application(FENG, "hubei-2020", "2020-03-20T00:00:00Z");
	char path[96], data[96];
	const char *packs[] = {path};
	const struct registry_where where = {.data = data};
	instant now = START;
	struct error e = {0};

	(void)state;
	strcpy(folder, "/tmp/healthcode-office-XXXXXX");
	assert_non_null(mkdtemp(folder));
	/* Hubei's pack, by which one office may worsen nobody but one */
	pack_with(folder, "hubei-2020", "second_office", json_pack("{s:i, s:s}", "people", 1, "source", "this test"), path);
	snprintf(data, sizeof data, "%s/store", folder);
	GOOD(registry_create(&where, packs, 1, &now, &e));
	GOOD(registry_open(&where, &registry, &e));
	registry_set_times(registry, &now, NULL);
	GOOD(cascade_open(registry, &cascade, &e));
	GOOD(issuer_open(registry_db(registry), registry_keys(registry), &issuer, &e));
	office = (struct office){.cascade = cascade, .issuer = issuer};
	GOOD(office_migrate(registry_db(registry), &e));
	GOOD(registry_user_add(registry, "first", REGISTRY_SUPERVISOR, "first password", NULL, &e));
	GOOD(registry_user_move(registry, "first", "north", &e));
	(void)apply(registry, &a);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	issuer_close(issuer);
	cascade_close(cascade);
	store_discard(registry, folder);
	registry = NULL;
	return 0;
}

/* As an import does: in its transaction, which is rolled back here. */
static int
look(void *context)
{
	struct office_import import;
	struct error e = {0};
	int r;

	(void)context;
	if ((r = office_import_open(&import, &office, &first, "cases", &e)) < 0 || (r = registry_begin(registry, &e)) < 0)
		return r;
	if ((r = office_import_settle((const uint8_t[OFFICE_SHA256_SIZE]){1}, &import, &e)) == 0)
		r = office_message_settle((const uint8_t[OFFICE_SHA256_SIZE]){1}, &import, &e);
	assert_true(import.most == 1 && !import.held);
	registry_rollback(registry);
	return r;
}

static int
count(const struct office_proposal *proposal, void *context, struct error *e)
{
	(void)proposal;
	(void)e;
	++*(int *)context;
	return 0;
}

static void
no_failure_of_memory_is_hidden_and_nothing_is_proposed(void **state)
{
	struct error e = {0};
	int proposals = 0;

	(void)state;
	assert_true(failing_allocation_sweep(look, NULL) > 5);
	GOOD(office_proposals_each(&office, count, &proposals, &e));
	assert_int_equal(proposals, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(no_failure_of_memory_is_hidden_and_nothing_is_proposed, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
