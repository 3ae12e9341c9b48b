/*
 * Advice: the worst first.
 */
#include "hub/advice.h"

#include <inttypes.h>

#include "contrib/base/clock.h"
#include "contrib/base/lang.h"
#include "hub/fork.h"
#include "protocol/reason.h"
#include "protocol/url.h"

#define SOON (30 * INT64_C(86400000))	/* ms before a domain's end */

static struct fork_side
side_of(const struct site_info *s, int which, char address[FORK_ADDRESS])
{
	return (struct fork_side){ .instance = s->agent_instance[which],
		.address = fork_address(address, s->agent_address[which]),
		.since = s->agent_since[which] };
}

static void
put_fork(struct buf *b, const struct site_info *s)
{
	char address[2][FORK_ADDRESS];

	fork_advice(b, s->code, (struct fork_side[2]){
	    side_of(s, 0, address[0]), side_of(s, 1, address[1]) });
}

/* It may be gone for good: there is always a next command. */
static void
put_kept(struct buf *b, const struct site_info *s)
{
	int kept = s->kept == 2;
	char address[FORK_ADDRESS];
	struct fork_side side = side_of(s, kept, address);

	struct buf who;

	buf_init(&who, ADVICE_MAX);
	fork_put_side(&who, &side);
	buf_printf(b, _("of two agents the one at %s was kept: it has yet to "
	    "begin anew with a new key; start it if it does not run, or, if "
	    "it is gone, keep the other: zqhub site settle %s --keep %d"),
	    buf_cstr(&who), s->code, kept ? 1 : 2);
	buf_clear(&who);
}

static void
put_gate(struct buf *b, const struct site_info *s)
{
	char when[CLOCK_TEXT_MAX];

	if (s->gate)
		buf_printf(b, _("the gate holds %" PRIu64 " withdrawals here "
		    "since %s"), s->gated, clock_show(when, s->gate_since));
	if (s->gate && s->agent_held > 0)
		buf_text(b, "; ");
	if (s->agent_held > 0)
		buf_printf(b, _("its agent holds %" PRIu64 " withdrawals"),
		    s->agent_held);
	buf_printf(b, _(": zqhub release %s or zqhub refuse %s"), s->code,
	    s->code);
}

static void
put_trouble(struct buf *b, const struct site_info *s)
{
	struct buf said;

	buf_init(&said, ADVICE_MAX);
	reason_put(&said, span_of(s->trouble));
	buf_printf(b, _("its agent says: %s"), buf_cstr(&said));
	buf_clear(&said);
}

static void
put_snapshot(struct buf *b, const struct site_info *s)
{
	buf_printf(b, _("its agent's spool overflowed, or all is told from "
	    "the start: not everything is here yet; it comes by itself, and "
	    "zqhub prove %s says whether it has"), s->code);
}

static void
put_ahead(struct buf *b, const struct site_info *s)
{
	char when[CLOCK_TEXT_MAX];

	buf_printf(b, _("it was last heard at %s, which is yet to come: the "
	    "hub's clock was wrong then, and nothing was heard since"),
	    clock_show(when, s->ahead));
}

/* Nothing that it says is let in. */
static bool
has_expired(const struct site_info *s)
{
	return s->until != CLOCK_NONE && s->until < clock_wall();
}

static void
put_expired(struct buf *b, const struct site_info *s)
{
	char when[CLOCK_TEXT_MAX];

	buf_printf(b, _("its certificate expired at %s: an agent that runs "
	    "renews it by itself within grace_days, later it needs a new "
	    "ticket: zqhub site reissue %s"), clock_show(when, s->until),
	    s->code);
}

static void
put_left_behind(struct buf *b, const struct site_info *s)
{
	buf_printf(b, _("its certificate is of the CA that was replaced, and "
	    "the hub refuses it: the site needs a new ticket: zqhub site "
	    "reissue %s"), s->code);
}

/* Its domain, soon. */
static bool
runs_out(const struct site_info *s)
{
	return s->expires != CLOCK_NONE && s->expires - clock_wall() < SOON;
}

static void
put_running_out(struct buf *b, const struct site_info *s)
{
	char when[CLOCK_TEXT_MAX], span[CLOCK_TEXT_MAX];
	int64_t left = s->expires - clock_wall();
	struct span domain;
	struct buf host;

	buf_init(&host, ADVICE_MAX);
	url_show_host(&host, s->expiring);
	domain = buf_look(&host);
	if (left < 0)
		buf_printf(b, _("its domain %.*s has run out at %s"),
		    SPAN_ARGS(domain), clock_show(when, s->expires));
	else
		buf_printf(b, _("its domain %.*s runs out in %s"),
		    SPAN_ARGS(domain), clock_span(span, left));
	buf_clear(&host);
}

/* The newest of what isn't shown, and where all of it is listed. */
static void
put_held(struct buf *b, const struct site_info *s)
{
	reason_put(b, s->reason);
	buf_printf(b, _("%szqhub held --site %s lists all that is held"),
	    s->reason.n > 0 ? "; " : "", s->code);
}

void
advice_put(struct buf *b, const struct site_info *s)
{
	if (s->retired || s->state == SITE_BLOCKED)
		reason_put(b, s->reason);
	else if (has_expired(s))
		put_expired(b, s);
	else if (s->left_behind)
		put_left_behind(b, s);
	else if (s->quarantined)
		buf_printf(b, _("its certificate was renewed only after it "
		    "had expired: nothing is taken until zqhub site admit "
		    "%s"), s->code);
	else if (s->forked)
		put_fork(b, s);
	else if (s->gate || s->agent_held > 0)
		put_gate(b, s);
	else if (s->kept != 0)
		put_kept(b, s);
	else if (s->ahead != CLOCK_NONE)
		put_ahead(b, s);
	else if (s->trouble[0] != '\0')
		put_trouble(b, s);
	else if (s->needs_snapshot)
		put_snapshot(b, s);
	else if (s->reason.n == 0 && runs_out(s))
		put_running_out(b, s);
	else if (s->state == SITE_HELD && s->held > 0)
		put_held(b, s);
	else
		reason_put(b, s->reason);
}
