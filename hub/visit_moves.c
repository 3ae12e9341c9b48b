/* See visit_moves.h. */
#include "hub/visit_moves.h"

#include "contrib/base/lang.h"
#include "contrib/base/text.h"

unsigned
visit_moves(const struct visit *v, struct move_spec *spec, struct buf *why)
{
	struct span state = v->argument[VISIT_STATE];
	struct span site = v->argument[VISIT_SITE];
	struct span after = v->argument[VISIT_AFTER];
	struct site_info s = { .number = 0 };
	uint64_t n = 0;

	spec->state = move_state_of(state);
	if (state.n > 0 && spec->state == MOVE_NONE) {
		buf_text(why, _("state: expected announced, checked, "
		    "effective, verified, closed, withdrawn, overdue, failed "
		    "or contested"));
		return 400;
	}
	if (after.n > 0 && !text_number(after, 1, UINT32_MAX, &n)) {
		buf_text(why, _("after: expected the number of a move"));
		return 400;
	}
	if (site.n > 0 && !query_site_by_code(v->query, site, &s)) {
		buf_text(why, _("there is no site with this code"));
		return 404;
	}
	spec->site = s.number;
	spec->before = (uint32_t)n;
	return 200;
}
