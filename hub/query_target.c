/*
 * What has become of a target, and who says so, in words; see query_links.h.
 */
#include "hub/query_links.h"

#include "contrib/base/lang.h"

const char *
query_links_state(const struct target_info *t)
{
	return t->looked ? outcome_name(checked_outcome(&t->seen,
	    t->asked)) : target_state_name(t->state);
}

const char *
query_links_judge(const struct target_info *t)
{
	if (t->looked)
		return checked_is_pinned(&t->seen, t->asked) ? N_("person") :
		    N_("check");
	if (t->state == TARGET_UNKNOWN || t->state == TARGET_OUTSIDE)
		return "";
	return t->state == TARGET_MOVED ? N_("announcement") : N_("agent");
}
