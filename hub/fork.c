/*
 * Fork: the watch, the act, the words.
 */
#include "hub/fork.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "contrib/base/clock.h"
#include "contrib/base/lang.h"
#include "contrib/base/log.h"
#include "contrib/base/text.h"
#include "protocol/answer.h"

#define SIDE_MAX 256		/* bytes of a side, for people */
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

/* As it is known from before; NULL: it is new. */
static const struct fork_agent *
known(const struct fork_watch *w, uint64_t instance)
{
	for (size_t i = 0; i < 2; i++)
		if (instance != 0 && w->agent[i].instance == instance)
			return &w->agent[i];
	return NULL;
}

static struct fork_agent
agent_of(const struct fork_watch *w, const struct fork_word *f)
{
	const struct fork_agent *was = known(w, f->instance);
	struct fork_agent a = { .instance = f->instance, .now = f->now,
		.since = was != NULL ? was->since : clock_wall(),
		.order = was != NULL ? was->order : w->heard + 1 };

	fork_address(a.address, f->address);
	return a;
}

void
fork_seen(struct fork_watch *w, const struct fork_word *f, int64_t mono)
{
	struct fork_agent *a = &w->agent[0], now = agent_of(w, f);
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
	if (now.order > w->heard)
		w->heard = now.order;
	*a = now;
	a->seen = mono;
	a->live = live;
}

/* Who else than this one has spoken? */
static struct fork_agent
other_than(const struct fork_watch *w, uint64_t instance, uint64_t before)
{
	for (size_t i = 0; i < 2; i++)
		if (w->agent[i].address[0] != '\0' &&
		    (instance == 0 || w->agent[i].instance != instance))
			return w->agent[i];
	return (struct fork_agent){ .instance = before };
}

void
fork_order(struct fork_pair *p, const struct fork_agent *other,
    const struct fork_agent *speaker)
{
	bool first = other->address[0] != '\0' &&
	    speaker->order < other->order;

	p->speaker = first ? 1 : 2;
	p->agent[first ? 0 : 1] = *speaker;
	p->agent[first ? 1 : 0] = *other;
}

void
fork_pair(struct fork_pair *p, const struct fork_watch *w,
    const struct fork_word *f, uint64_t before)
{
	struct fork_agent other = other_than(w, f->instance, before);
	struct fork_agent now = agent_of(w, f);

	fork_order(p, &other, &now);
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
    const struct fork_pair *p)
{
	const struct fork_agent *a = p->agent;
	char one[17], two[17];

	snprintf(one, sizeof(one), "%016" PRIx64, a[0].instance);
	snprintf(two, sizeof(two), "%016" PRIx64, a[1].instance);
	acts_put(acts, json_pack("{s:s, s:I, s:s, s:I, s:s, s:s, s:I, s:s, "
	    "s:s, s:I, s:i}",
	    "do", "fork", "site", (json_int_t)site, "cause", cause,
	    "seq", (json_int_t)(seq & INT64_MAX),
	    "before", a[0].address, "instance_before", one,
	    "since_before", (json_int_t)a[0].since,
	    "address", a[1].address, "instance", two,
	    "since", (json_int_t)a[1].since,
	    "speaker", p->speaker), ACTS_HUB, why(cause));
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

const char *
fork_name(char out[FORK_NAME], uint64_t instance)
{
	if (instance == 0)
		out[0] = '\0';
	else
		snprintf(out, FORK_NAME, "%04x",
		    (unsigned)(instance & 0xffff));
	return out;
}

void
fork_put_side(struct buf *b, const struct fork_side *s)
{
	char name[FORK_NAME], when[CLOCK_TEXT_MAX];

	buf_text(b, s->address[0] != '\0' ? s->address : _("(not known)"));
	fork_name(name, s->instance);
	if (name[0] != '\0' && s->since > 0)
		buf_printf(b, _(" (agent %s, since %s)"), name,
		    clock_show(when, s->since));
	else if (name[0] != '\0')
		buf_printf(b, _(" (agent %s)"), name);
}

/* The host if that says which, or else the number. */
static void
put_command(struct buf *b, const char *code, struct span one, struct span two)
{
	if (span_is(one, two) || one.n == 0)
		buf_printf(b, "zqhub site settle %s --keep 1 (or 2)", code);
	else
		buf_printf(b, "zqhub site settle %s --keep %.*s (or %.*s)",
		    code, SPAN_ARGS(one), SPAN_ARGS(two));
}

void
fork_advice(struct buf *b, const char *code, const struct fork_side side[2])
{
	struct buf one, two;

	buf_init(&one, SIDE_MAX);
	buf_init(&two, SIDE_MAX);
	fork_put_side(&one, &side[0]);
	fork_put_side(&two, &side[1]);
	buf_printf(b, _("two agents speak with this site's key (a cloned "
	    "machine, or one restored from a backup): 1 from %s, 2 from %s. "
	    "Stop the copy, then keep the other: "), buf_cstr(&one),
	    buf_cstr(&two));
	buf_clear(&one);
	buf_clear(&two);
	put_command(b, code, fork_host(span_of(side[0].address)),
	    fork_host(span_of(side[1].address)));
}

struct fork_side
fork_side(const struct fork_agent *a)
{
	return (struct fork_side){ .instance = a->instance,
		.address = a->address, .since = a->since };
}

void
fork_say(const char *code, const char *cause, const struct fork_pair *p)
{
	struct fork_side side[2] = { fork_side(&p->agent[0]),
		fork_side(&p->agent[1]) };
	struct buf what;

	buf_init(&what, 1024);
	fork_advice(&what, code, side);
	log_warn("site=%s forked cause=%s: %s", code, cause,
	    buf_cstr(&what));
	buf_clear(&what);
}
