#include "registry/given.h"
#include "registry/internal.h"

/* Make due now, or later with others that are marked. */
static int
make_due(struct registry *registry, struct registry_due_marks *marks, enum evidence_kind kind, person_number person,
	instant at, struct error *e)
{
	return marks ? registry_due_mark(marks, person, at, e)
				 : registry_due_put(registry, person, NULL, evidence_kind_name(kind), at, e);
}

bool
evidence_colours(enum evidence_kind kind)
{
	return kind != EVIDENCE_VOUCHER && kind != EVIDENCE_MANDATE;
}

static int
put(struct registry *registry, const struct evidence_row *row, struct registry_due_marks *marks,
	enum evidence_outcome *ret_outcome, struct error *e)
{
	struct evidence_before before;
	int64_t seq;
	int r;

	if ((r = evidence_put_numbered(registry->db, row, ret_outcome, &seq, &before, e)) < 0 ||
		(seq && (r = given_put(registry, row, seq, e)) < 0))
		return r;
	if (*ret_outcome == EVIDENCE_UNCHANGED || !evidence_colours(row->kind) || row->person == 0)
		return 0;
	/* A correction concerns the moment it was said of, and whom. */
	if (*ret_outcome == EVIDENCE_CHANGED && before.person != 0 &&
		(r = make_due(registry, marks, row->kind, before.person, before.at, e)) < 0)
		return r;
	return make_due(registry, marks, row->kind, row->person, row->at, e);
}

int
registry_evidence_put(
	struct registry *registry, const struct evidence_row *row, enum evidence_outcome *ret_outcome, struct error *e)
{
	return registry_evidence_put_marking(registry, row, NULL, ret_outcome, e);
}

int
registry_evidence_put_marking(struct registry *registry, const struct evidence_row *row,
	struct registry_due_marks *marks, enum evidence_outcome *ret_outcome, struct error *e)
{
	enum evidence_outcome outcome = EVIDENCE_UNCHANGED;
	bool own;
	int r;

	if ((r = scope_begin(registry, &own, e)) < 0)
		return r;
	r = scope_end(registry, own, put(registry, row, marks, &outcome, e), e);
	if (r == 0)
		*ret_outcome = outcome;
	return r;
}
