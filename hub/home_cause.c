#include "hub/home_cause.h"

#include <stdio.h>

#include "hub/home_row.h"

static bool
is_seen_outside(enum monitor_cause c)
{
	return c == MONITOR_CAUSE_OUTSIDE || c == MONITOR_CAUSE_UNSEEN ||
	    c == MONITOR_CAUSE_ALONE;
}

bool
home_cause_sent_to(struct db_txn *t, uint32_t site, enum monitor_cause c,
    char text[HOME_CAUSE_MAX])
{
	char host[HOME_HOST];

	if (!is_seen_outside(c))
		return false;
	home_row_sent_to(t, site, host);
	snprintf(text, HOME_CAUSE_MAX, "the home page leads to %s, which can't "
	    "be reached: look at where the site's server sends visitors",
	    host);
	return host[0] != '\0';
}
