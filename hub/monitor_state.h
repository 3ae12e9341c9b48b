/*
 * What the monitor says of a site, and why: states, causes, the two views
 * they come of, and the one table that makes a verdict of both.
 *
 * The inside view is what the site's own agent says, if it speaks; the
 * outside view is what the hub sees of its home page. Neither alone says what
 * is wrong: a page that doesn't come while the agent speaks is a site that is
 * down; an agent that is silent beside a page that comes is an agent that is
 * down; neither is a machine that is gone, or its line.
 */
#ifndef ZQ_HUB_MONITOR_STATE_H
#define ZQ_HUB_MONITOR_STATE_H

#include <stdbool.h>

#include "contrib/base/span.h"

enum monitor_state {	/* numbers are in rows for ever */
	MONITOR_UNKNOWN = 0,	/* no fresh evidence: neither good nor bad */
	MONITOR_UP = 1,
	MONITOR_SLOW = 2,	/* it comes, late */
	MONITOR_DOWN = 3,	/* the page doesn't come; the agent speaks */
	MONITOR_SILENT = 4,	/* the agent doesn't speak */
	MONITOR_UNREACHABLE = 5,	/* neither */
	MONITOR_OUTAGE = 6,	/* one of these, and it was announced */
	MONITOR_OVERRUN = 7,	/* … and should be over by now */
	MONITOR_ISOLATED = 8,	/* of the hub (site 0) alone: it is cut off */
	MONITOR_DANGER = 9,	/* a page comes that isn't the site's own */
	MONITOR_STATES
};

enum monitor_inside {	/* numbers are in rows for ever */
	MONITOR_INSIDE_UNKNOWN = 0,	/* not heard since the hub started */
	MONITOR_INSIDE_NONE = 1,	/* there is no agent to be heard */
	MONITOR_INSIDE_WELL = 2,	/* it speaks; the page answers there */
	MONITOR_INSIDE_MUTE = 3,	/* it speaks, of itself only */
	MONITOR_INSIDE_ILL = 4,		/* it speaks; the page doesn't answer */
	MONITOR_INSIDE_SILENT = 5,
	MONITOR_INSIDES
};

enum monitor_outside {	/* numbers are in rows for ever */
	MONITOR_OUTSIDE_UNKNOWN = 0,	/* not looked at, or long ago */
	MONITOR_OUTSIDE_WELL = 1,
	MONITOR_OUTSIDE_SLOW = 2,
	MONITOR_OUTSIDE_FAILED = 3,
	MONITOR_OUTSIDE_HERE = 4,	/* failed from here; others get it */
	MONITOR_OUTSIDES
};

enum monitor_cause {	/* numbers are in rows for ever */
	MONITOR_CAUSE_NONE = 0,
	MONITOR_CAUSE_START = 1,	/* the hub has started */
	MONITOR_CAUSE_STALE = 2,	/* what was known is too old */
	MONITOR_CAUSE_ISOLATED = 3,	/* the hub is cut off */
	MONITOR_CAUSE_FINE = 4,
	MONITOR_CAUSE_SELF = 5,		/* fine, but not in its own eyes */
	MONITOR_CAUSE_LATE = 6,		/* slow */
	MONITOR_CAUSE_BOTH = 7,		/* down, seen from both sides */
	MONITOR_CAUSE_OUTSIDE = 8,	/* down for visitors; inside it
					 * answers */
	MONITOR_CAUSE_INSIDE = 9,	/* down inside; not seen from here */
	MONITOR_CAUSE_ALONE = 10,	/* down; no agent speaks of it */
	MONITOR_CAUSE_AGENT = 11,	/* the agent alone is silent */
	MONITOR_CAUSE_QUIET = 12,	/* silent; the page isn't looked at */
	MONITOR_CAUSE_GONE = 13,	/* silent, and no page */
	MONITOR_CAUSE_HERE = 14,	/* no page here, but elsewhere */
	MONITOR_CAUSE_UNWATCHED = 15,	/* nobody looks at it */
	MONITOR_CAUSE_FOREIGN = 16,	/* another's page in its place */
	MONITOR_CAUSE_BLIND = 17,	/* the hub sees nobody's page */
	MONITOR_CAUSE_NEVER = 18,	/* neither heard nor seen, ever */
	MONITOR_CAUSE_MUTE = 19,	/* looks at it say nothing of it */
	MONITOR_CAUSE_UNSEEN = 20,	/* down for visitors; nobody has looked
					 * inside since */
	MONITOR_CAUSES
};

struct monitor_verdict {
	enum monitor_state state;
	enum monitor_cause cause;
};

/* The table. A page that wasn't looked at counts for nothing: the agent
 * decides. But a site with an agent that wasn't heard yet isn't good because
 * of its page: that agent may be dead since long before the hub started. */
struct monitor_verdict monitor_judge(enum monitor_inside inside,
    enum monitor_outside outside);

/* Is it good; does it ask for somebody? The unknown is neither. */
bool monitor_is_good(enum monitor_state s);
bool monitor_is_bad(enum monitor_state s);

/* Will nothing more be known, as things are: is it no use to wait? */
bool monitor_cause_is_final(enum monitor_cause c);

/* Words in acts, of the API and of zqhub: "up", "unreachable"; "gone". */
const char *monitor_state_name(enum monitor_state s);
bool monitor_state_parse(enum monitor_state *s, struct span name);
const char *monitor_cause_name(enum monitor_cause c);
bool monitor_cause_parse(enum monitor_cause *c, struct span name);
/* For people, translated: a word, and a sentence that says what it means and
 * where to look. */
const char *monitor_state_word(enum monitor_state s);
const char *monitor_sentence(enum monitor_cause c);

#endif
