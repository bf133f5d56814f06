/* policy/view.h (inside the room): the data that rules see at one moment, moved forward in time.
 *
 * V1. At a moment the view shows only facts with an own time at or before it; an end that has not come is the clock.
 * V2. What it shows depends on the moment alone, not on the moments visited before it.
 * V3. What the pack's rules look at does not change between a moment and view_next(), but for the clock itself. */

#ifndef HEALTHCODE_POLICY_VIEW_H
#define HEALTHCODE_POLICY_VIEW_H

#include <stdalign.h>
#include <stddef.h>

#include "policy/certlogic_run.h"
#include "policy/facts.h"
#include "policy/pack_inside.h"
#include "policy/reads.h"

struct view;

/* What one fold works in: where facts and view stand, what runs take and give back, and what equal parts of rules came out as. */
struct workspace {
	struct arena memory, scratch;
	struct certlogic_keep keep;
	alignas(max_align_t) char own[]; /* what the arenas begin with */
};

/* workspace_new(ret_work, e): with some memory to begin with. workspace_clear: empty for the next fold. workspace_free accepts
 * NULL. */
int workspace_new(struct workspace **ret_work, struct error *e);
void workspace_clear(struct workspace *work);
void workspace_free(struct workspace *work);

/* view_new(pack, facts, work, ret_view, e): a view before any moment, in the pack's first colour, in ${work}'s memory. All
 * three must outlive it. */
int view_new(const struct pack *pack, const struct facts *facts, struct workspace *work, struct view **ret_view,
	struct error *e);

/* view_move(view, at, e): show the moment ${at}, not earlier than the one shown. */
int view_move(struct view *view, instant at, struct error *e);

/* Show that this colour has been held since then, and count days from there. */
void view_set_colour(struct view *view, enum colour colour, instant since);

/* The earliest moment after the one shown at which a part that the pack watches changes by itself, or INT64_MAX. */
instant view_next(const struct view *view);

/* The parts that have changed since this was last asked, all at first. Moments that pass change none by themselves. */
view_parts view_take_changed(struct view *view);

/* The whole data for CertLogic, and the rows of one list of it. They live as long as the view, and change as it moves. */
const struct value *view_data(const struct view *view);
const struct value_list *view_list(const struct view *view, int list);

/* A derived value: a row or a list of rows. */
const struct value *view_derived(const struct view *view, size_t number);

/* What "item" means in the data; NULL: null. */
void view_set_item(struct view *view, const struct row *item);

#endif
