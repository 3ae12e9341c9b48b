/*
 * Fork: the watch, the act, the words.
 */
#include "hub/fork.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "contrib/base/lang.h"
#include "contrib/base/log.h"
#include "contrib/base/text.h"
#include "protocol/answer.h"

#define STEADY_LEAST 5000	/* ms, to judge a clock by */

/* --- watching ------------------------------------------------------------- */

/* Its clock went on as ours did since its last word. */
static bool
is_steady(const struct fork_agent *a, const struct fork_word *f, int64_t mono)
{
	int64_t ours = mono - a->seen, off = f->now - a->now - ours;

	return ours >= STEADY_LEAST && (off < 0 ? -off : off) <= ours / 10;
}

/* Not sent before the other one's last word, by their clocks; or else its
 * clock is another one, and goes. */
static bool
is_live(const struct fork_watch *w, const struct fork_word *f, int64_t mono)
{
	return f->now >= w->agent[0].now ||
	    (f->instance == w->agent[1].instance &&
	    is_steady(&w->agent[1], f, mono));
}

static bool
is_return(const struct fork_watch *w, const struct fork_word *f, int64_t mono)
{
	return f->instance != 0 && f->instance != w->agent[0].instance &&
	    f->instance == w->agent[1].instance && w->agent[0].live &&
	    is_live(w, f, mono) && mono - w->agent[1].seen < FORK_WINDOW;
}

bool
fork_turns(const struct fork_watch *w, const struct fork_word *f, int64_t mono)
{
	return is_return(w, f, mono) && w->returns + 1 >= FORK_RETURNS &&
	    mono - w->since < FORK_WINDOW;
}

static void
count_return(struct fork_watch *w, int64_t mono)
{
	if (w->returns == 0 || mono - w->since >= FORK_WINDOW) {
		w->returns = 0;
		w->since = mono;
	}
	w->returns++;
}

void
fork_seen(struct fork_watch *w, const struct fork_word *f, int64_t mono)
{
	struct fork_agent *a = &w->agent[0];
	bool same = f->instance == a->instance;
	bool live = same ? f->now > a->now : is_live(w, f, mono);

	if (f->instance == 0 && a->instance != 0)
		return;
	if (!same && a->address[0] != '\0') {
		if (is_return(w, f, mono))
			count_return(w, mono);
		else if (f->instance != w->agent[1].instance)
			w->returns = 0;		/* a third one: a restart */
		w->agent[1] = *a;
	}
	*a = (struct fork_agent){ .instance = f->instance, .seen = mono,
		.now = f->now, .live = live };
	fork_address(a->address, f->address);
}

const struct fork_agent *
fork_other(const struct fork_watch *w, uint64_t instance)
{
	bool last = w->agent[0].instance == instance &&
	    w->agent[1].address[0] != '\0' && instance != 0;

	return &w->agent[last ? 1 : 0];
}

/* --- the act -------------------------------------------------------------- */

const char *
fork_address(char out[FORK_ADDRESS], struct span address)
{
	snprintf(out, FORK_ADDRESS, "%.*s",
	    SPAN_ARGS(text_cut(address, FORK_ADDRESS - 1)));
	return out;
}

static const char *
why(const char *cause)
{
	if (strcmp(cause, CAUSE_INSTANCE) == 0)
		return "two agents take turns";
	if (strcmp(cause, CAUSE_BEHIND) == 0)
		return "its numbers went back: restored from a copy";
	return "the same number with other content";
}

void
fork_act(struct acts *acts, uint32_t site, const char *cause, uint64_t seq,
    const struct fork_agent *before, const struct fork_word *now)
{
	char was[17], is[17], address[FORK_ADDRESS];

	snprintf(was, sizeof(was), "%016" PRIx64, before->instance);
	snprintf(is, sizeof(is), "%016" PRIx64, now->instance);
	acts_put(acts, json_pack("{s:s, s:I, s:s, s:I, s:s, s:s, s:s, s:s}",
	    "do", "fork", "site", (json_int_t)site, "cause", cause,
	    "seq", (json_int_t)(seq & INT64_MAX),
	    "before", before->address, "instance_before", was,
	    "address", fork_address(address, now->address),
	    "instance", is), ACTS_HUB, why(cause));
}

/* --- the words ------------------------------------------------------------ */

struct span
fork_host(struct span address)
{
	for (size_t n = address.n; n > 0; n--) {
		if (address.at[n - 1] == ':')
			return (struct span){ .at = address.at, .n = n - 1 };
	}
	return address;
}

bool
fork_same_host(struct span a, struct span b)
{
	return span_is(fork_host(a), fork_host(b));
}

void
fork_advice(struct buf *b, const char *code, const char *before,
    const char *now)
{
	struct span one = fork_host(span_of(before));
	struct span two = fork_host(span_of(now));
	bool same = span_is(one, two) || one.n == 0;

	buf_printf(b, _("two agents speak with this site's key (a cloned "
	    "machine, or one restored from a backup): 1 from %s, 2 from %s. "
	    "Stop the copy, then keep the other: "),
	    before[0] != '\0' ? before : _("(not known)"), now);
	if (same)
		buf_printf(b, "zqhub site settle %s --keep 2 (or 1)", code);
	else
		buf_printf(b, "zqhub site settle %s --keep %.*s (or %.*s)",
		    code, SPAN_ARGS(two), SPAN_ARGS(one));
}

void
fork_say(const char *code, const char *cause, const struct fork_agent *before,
    const struct fork_word *now)
{
	char address[FORK_ADDRESS];
	struct buf what;

	buf_init(&what, 1024);
	fork_advice(&what, code, before->address,
	    fork_address(address, now->address));
	log_warn("site=%s forked cause=%s: %s", code, cause,
	    buf_cstr(&what));
	buf_clear(&what);
}
