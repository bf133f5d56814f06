/* policy/view.h (inside the room): the data that rules see at one moment, moved forward in time.
 *
 * V1. At a moment the view shows only facts with an own time at or before it; an end that has not come is the clock.
 * V2. What it shows depends on the moment alone, not on the moments visited before it.
 * V3. It does not change between a moment and view_next(), but for the clock itself. */

#ifndef HEALTHCODE_POLICY_VIEW_H
#define HEALTHCODE_POLICY_VIEW_H

#include "policy/facts.h"
#include "policy/pack_inside.h"
#include "policy/reads.h"

struct view;

/* view_new(pack, facts, ret_view, e): a view before any moment, in the pack's first colour. Both must outlive it. */
int view_new(const struct pack *pack, const struct facts *facts, struct view **ret_view, struct error *e);
void view_free(struct view *view);

/* view_move(view, at, e): show the moment ${at}, not earlier than the one shown. */
int view_move(struct view *view, instant at, struct error *e);

/* view_set_colour(view, colour, since, e): show that this colour has been held since then, and count days from there. */
int view_set_colour(struct view *view, enum colour colour, instant since, struct error *e);

/* The earliest moment after the one shown at which the view changes by itself, or INT64_MAX. */
instant view_next(const struct view *view);

/* The parts that have changed since this was last asked, all at first. Moments that pass change none by themselves. */
view_parts view_take_changed(struct view *view);

/* The whole data for CertLogic, and one list of it. Borrowed, valid until the view moves. */
json_t *view_data(struct view *view);
json_t *view_list(const struct view *view, int list);
json_t *view_derived(const struct view *view, size_t number);

/* view_set_item(view, item, e): what "item" means in the data; NULL: null. */
int view_set_item(struct view *view, json_t *item, struct error *e);

#endif
