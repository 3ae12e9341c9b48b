#include "hub/cell.h"

#include "contrib/base/lang.h"
#include "hub/elsewhere.h"
#include "hub/home.h"
#include "hub/markup.h"
#include "hub/monitor_state.h"
#include "hub/sheet.h"

static const struct {
	const char *name, *word;
	bool wrong;
} cells[CELL_STATES] = {
	[CELL_DANGER] = { "danger", N_("danger"), true },
	[CELL_UNREACHABLE] = { "unreachable", N_("unreachable"), true },
	[CELL_DOWN] = { "down", N_("down"), true },
	[CELL_OVERRUN] = { "overrun", N_("outage overrun"), true },
	[CELL_SILENT] = { "silent", N_("agent silent"), true },
	[CELL_BLOCKED] = { "blocked", N_("blocked"), true },
	[CELL_HELD] = { "held", N_("waits for you"), true },
	[CELL_MOVED] = { "moved", N_("leads elsewhere"), true },
	[CELL_SLOW] = { "slow", N_("slow"), true },
	[CELL_OUTAGE] = { "outage", N_("announced outage"), false },
	[CELL_UNKNOWN] = { "unknown", N_("unknown"), false },
	[CELL_NEW] = { "new", N_("not enrolled"), false },
	[CELL_UP] = { "up", N_("up"), false },
};

const char *
cell_name(enum cell_state c)
{
	return cells[c].name;
}

bool
cell_parse(enum cell_state *c, struct span name)
{
	for (int i = 0; i < CELL_STATES; i++) {
		if (span_is(name, span_of(cells[i].name))) {
			*c = (enum cell_state)i;
			return true;
		}
	}
	return false;
}

const char *
cell_word(enum cell_state c)
{
	return _(cells[c].word);
}

bool
cell_is_wrong(enum cell_state c)
{
	return cells[c].wrong;
}

static enum cell_state
of_monitor(const struct pulse_row *p)
{
	static const enum cell_state cell[MONITOR_STATES] = {
		[MONITOR_UNKNOWN] = CELL_UNKNOWN, [MONITOR_UP] = CELL_UP,
		[MONITOR_SLOW] = CELL_SLOW, [MONITOR_DOWN] = CELL_DOWN,
		[MONITOR_SILENT] = CELL_SILENT,
		[MONITOR_UNREACHABLE] = CELL_UNREACHABLE,
		[MONITOR_OUTAGE] = CELL_OUTAGE,
		[MONITOR_OVERRUN] = CELL_OVERRUN,
		[MONITOR_ISOLATED] = CELL_UNKNOWN,
		[MONITOR_DANGER] = CELL_DANGER,
	};

	return p->state < MONITOR_STATES ? cell[p->state] : CELL_UNKNOWN;
}

static enum cell_state
of_index(enum site_state s)
{
	switch (s) {
	case SITE_BLOCKED:
		return CELL_BLOCKED;
	case SITE_HELD:
	case SITE_TROUBLE:
	case SITE_QUARANTINED:
		return CELL_HELD;
	default:
		return CELL_UP;
	}
}

enum cell_state
cell_of(enum site_state s, bool moved, const struct pulse_row *p)
{
	enum cell_state monitor = of_monitor(p), index = of_index(s);

	if (p->outcome == HOME_DANGER)
		return CELL_DANGER;
	if (moved && index > CELL_MOVED && monitor > CELL_MOVED)
		return CELL_MOVED;
	if (s == SITE_NEW && monitor >= CELL_UNKNOWN)
		return monitor == CELL_UP ? CELL_UP : CELL_NEW;
	return index < monitor ? index : monitor;
}

/* "down from here only: …; 2 of 3 other sites reach it". */
static void
cause_sentence(struct buf *b, const struct pulse_row *p)
{
	struct buf others;

	buf_text(b, monitor_sentence((enum monitor_cause)p->cause));
	buf_init(&others, 200);
	if (monitor_is_bad((enum monitor_state)p->state) &&
	    elsewhere_is_of_now(p))
		elsewhere_sentence(&others, p);
	if (others.n > 0)
		buf_printf(b, "; %s", buf_cstr(&others));
	buf_clear(&others);
}

void
cell_sentence(struct buf *b, enum cell_state c, enum site_state s,
    const struct pulse_row *p)
{
	if (c == CELL_DANGER)
		buf_text(b, _("another's page stands in its place"));
	else if (c == CELL_MOVED)
		buf_text(b, _("the home page leads to, or names, another "
		    "domain, lastingly and announced by nobody"));
	else if (c == CELL_BLOCKED || c == CELL_HELD)
		buf_text(b, sheet_state_word(s));
	else if (c != CELL_UP && c != CELL_NEW &&
	    p->cause != MONITOR_CAUSE_NONE && p->cause < MONITOR_CAUSES)
		cause_sentence(b, p);
}

void
cell_put(struct buf *b, enum cell_state c)
{
	buf_printf(b, "<span class=\"cell\"><i class=\"%s\"></i>%s</span>",
	    cell_name(c), cell_word(c));
}
