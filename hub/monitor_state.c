/*
 * States, causes, and the table of verdicts; see monitor_state.h.
 */
#include "hub/monitor_state.h"

#include "contrib/base/err.h"
#include "contrib/base/lang.h"

/* --- the verdict --------------------------------------------------------- */

#define SAY(s, c) { MONITOR_##s, MONITOR_CAUSE_##c }

/* Columns: the page from outside is unknown, well, slow, failed, failed from
 * here alone. */
static const struct monitor_verdict
verdicts[MONITOR_INSIDES][MONITOR_OUTSIDES] = {
	[MONITOR_INSIDE_UNKNOWN] = {
		SAY(UNKNOWN, START), SAY(UNKNOWN, START),
		SAY(UNKNOWN, START), SAY(UNKNOWN, START),
		SAY(UNKNOWN, START) },
	[MONITOR_INSIDE_NONE] = {
		SAY(UNKNOWN, UNWATCHED), SAY(UP, FINE), SAY(SLOW, LATE),
		SAY(DOWN, ALONE), SAY(UNREACHABLE, HERE) },
	[MONITOR_INSIDE_WELL] = {
		SAY(UP, FINE), SAY(UP, FINE), SAY(SLOW, LATE),
		SAY(DOWN, OUTSIDE), SAY(UNREACHABLE, HERE) },
	[MONITOR_INSIDE_MUTE] = {
		SAY(UNKNOWN, UNWATCHED), SAY(UP, FINE), SAY(SLOW, LATE),
		SAY(DOWN, OUTSIDE), SAY(UNREACHABLE, HERE) },
	[MONITOR_INSIDE_ILL] = {
		SAY(DOWN, INSIDE), SAY(UP, SELF), SAY(SLOW, SELF),
		SAY(DOWN, BOTH), SAY(DOWN, BOTH) },
	[MONITOR_INSIDE_SILENT] = {
		SAY(SILENT, QUIET), SAY(SILENT, AGENT), SAY(SILENT, AGENT),
		SAY(UNREACHABLE, GONE), SAY(SILENT, HERE) },
};

struct monitor_verdict
monitor_judge(enum monitor_inside inside, enum monitor_outside outside)
{
	must(inside < MONITOR_INSIDES && outside < MONITOR_OUTSIDES);
	return verdicts[inside][outside];
}

/* --- states -------------------------------------------------------------- */

enum sort { NEITHER, GOOD, BAD };

static const struct {
	const char *name, *word;
	enum sort sort;
} states[MONITOR_STATES] = {
	[MONITOR_UNKNOWN] = { "unknown", N_("unknown"), NEITHER },
	[MONITOR_UP] = { "up", N_("up"), GOOD },
	[MONITOR_SLOW] = { "slow", N_("slow"), GOOD },
	[MONITOR_DOWN] = { "down", N_("site down"), BAD },
	[MONITOR_SILENT] = { "silent", N_("agent silent"), BAD },
	[MONITOR_UNREACHABLE] = { "unreachable", N_("unreachable"), BAD },
	[MONITOR_OUTAGE] = { "outage", N_("announced outage"), BAD },
	[MONITOR_OVERRUN] = { "overrun", N_("overrun"), BAD },
	[MONITOR_ISOLATED] = { "isolated", N_("hub isolated"), BAD },
	[MONITOR_DANGER] = { "danger", N_("danger"), BAD },
};

bool
monitor_is_good(enum monitor_state s)
{
	must(s < MONITOR_STATES);
	return states[s].sort == GOOD;
}

bool
monitor_is_bad(enum monitor_state s)
{
	must(s < MONITOR_STATES);
	return states[s].sort == BAD;
}

const char *
monitor_state_name(enum monitor_state s)
{
	must(s < MONITOR_STATES);
	return states[s].name;
}

const char *
monitor_state_word(enum monitor_state s)
{
	must(s < MONITOR_STATES);
	return _(states[s].word);
}

bool
monitor_state_parse(enum monitor_state *s, struct span name)
{
	for (size_t i = 0; i < MONITOR_STATES; i++) {
		if (!span_is(name, span_of(states[i].name)))
			continue;
		*s = (enum monitor_state)i;
		return true;
	}
	return false;
}

/* --- causes -------------------------------------------------------------- */

static const struct {
	const char *name, *sentence;
} causes[MONITOR_CAUSES] = {
	[MONITOR_CAUSE_NONE] = { "none", "" },
	[MONITOR_CAUSE_START] = { "start", N_("not enough was heard or seen "
	    "of it yet: the hub has started, or the site was let in, just "
	    "now") },
	[MONITOR_CAUSE_STALE] = { "stale", N_("what was known of it is too "
	    "old to say anything") },
	[MONITOR_CAUSE_ISOLATED] = { "isolated", N_("many sites vanished at "
	    "once: the hub itself seems to be cut off, and judges nobody; "
	    "look at the hub's own network") },
	[MONITOR_CAUSE_FINE] = { "fine", N_("all that is watched of it is "
	    "well") },
	[MONITOR_CAUSE_SELF] = { "self", N_("the home page answers from "
	    "outside, but its own agent can't get it: look at the agent's "
	    "setting \"home\"") },
	[MONITOR_CAUSE_LATE] = { "late", N_("the home page answers, but "
	    "late") },
	[MONITOR_CAUSE_BOTH] = { "both", N_("the home page doesn't answer, "
	    "neither from outside nor on its own machine, though that is "
	    "up: look at its web server") },
	[MONITOR_CAUSE_OUTSIDE] = { "outside", N_("the home page doesn't "
	    "answer from outside, though the site's machine is up: look at "
	    "its name, its certificate, its firewall") },
	[MONITOR_CAUSE_UNSEEN] = { "unseen", N_("the home page doesn't "
	    "answer from outside; the site's machine is up, and its agent "
	    "has not said yet how the page is there: look at its web server, "
	    "then at its name, its certificate, its firewall") },
	[MONITOR_CAUSE_INSIDE] = { "inside", N_("the home page doesn't "
	    "answer on the site's own machine: look at its web server") },
	[MONITOR_CAUSE_ALONE] = { "alone", N_("the home page doesn't answer, "
	    "and there is no agent that could say why") },
	[MONITOR_CAUSE_AGENT] = { "agent", N_("the home page answers, but "
	    "the agent is silent: look whether zqagentd runs there") },
	[MONITOR_CAUSE_QUIET] = { "quiet", N_("the agent is silent; what "
	    "became of the site can't be seen from here") },
	[MONITOR_CAUSE_GONE] = { "gone", N_("neither the agent nor the home "
	    "page answers: look at the machine, its line, its power") },
	[MONITOR_CAUSE_HERE] = { "here", N_("down from here only: the home page "
	    "doesn't answer the hub, but other sites get it: look at the way "
	    "between hub and site") },
	[MONITOR_CAUSE_UNWATCHED] = { "unwatched", N_("nobody looks at its "
	    "home page, neither the hub nor its agent") },
	[MONITOR_CAUSE_FOREIGN] = { "foreign", N_("the home page answers, but "
	    "another's page stands in its place: zqhub home CODE has the "
	    "evidence") },
	[MONITOR_CAUSE_BLIND] = { "blind", N_("the hub gets nobody's home "
	    "page: the outside view is missing, and no site is judged by it; "
	    "look at this machine's way out: its resolver, its firewall") },
	[MONITOR_CAUSE_NEVER] = { "never", N_("neither its home page was ever "
	    "seen nor its agent heard: look whether its domain is right, and "
	    "at zqhub home CODE") },
	[MONITOR_CAUSE_MUTE] = { "mute", N_("the hub looks at its home page, "
	    "but gets no answer that says how it is (a wall against robots, "
	    "a private address): zqhub home CODE has it; and no agent looks "
	    "at it") },
};

bool
monitor_cause_is_final(enum monitor_cause c)
{
	return c == MONITOR_CAUSE_UNWATCHED || c == MONITOR_CAUSE_MUTE;
}

const char *
monitor_cause_name(enum monitor_cause c)
{
	must(c < MONITOR_CAUSES);
	return causes[c].name;
}

const char *
monitor_sentence(enum monitor_cause c)
{
	must(c < MONITOR_CAUSES);
	return c == MONITOR_CAUSE_NONE ? "" : _(causes[c].sentence);
}

bool
monitor_cause_parse(enum monitor_cause *c, struct span name)
{
	for (size_t i = 0; i < MONITOR_CAUSES; i++) {
		if (!span_is(name, span_of(causes[i].name)))
			continue;
		*c = (enum monitor_cause)i;
		return true;
	}
	return false;
}
