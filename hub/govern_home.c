/*
 * A home page, accepted; see govern_home.h.
 */
#include "hub/govern_home.h"

#include "contrib/base/lang.h"
#include "hub/home_row.h"

/* What is accepted is what came last, and something must have come. */
static bool
has_come(struct ask *a, const struct view_site *s)
{
	struct db_txn *t = view_read(a->view);
	struct home_look l;
	struct home_row r;
	bool there = home_row_get(t, s->number, &r) &&
	    home_row_look(r.now, &l);

	db_abort(t);
	if (!there)
		return ask_refuse(a, _("hub.conf must say homes = yes"),
		    _("nothing was seen of the home page of site %s yet"),
		    s->code);
	return l.has_page || ask_refuse(a, _("when it comes again"),
	    _("the home page of site %s did not come when it was last "
	    "looked at"), s->code);
}

bool
govern_home_accept(struct ask *a)
{
	struct view_site s = { .number = 0 };

	if (!ask_reason(a) || !ask_site(a, &s) || !has_come(a, &s))
		return false;
	ask_put(a, json_pack("{s:s, s:I}", "do", "home-accept", "site",
	    (json_int_t)s.number));
	a->result = json_pack("{s:I, s:s}", "site", (json_int_t)s.number,
	    "code", s.code);
	return true;
}
