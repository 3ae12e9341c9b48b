/*
 * Welcome: the reasons, in the order in which they help most.
 */
#include "hub/welcome.h"

#include <inttypes.h>
#include <string.h>

#include "contrib/base/lang.h"
#include "hub/fork.h"
#include "hub/heir.h"

#define WHY_MAX 1024

void
welcome_init(struct welcome *w)
{
	*w = (struct welcome){ .cause = "" };
	buf_init(&w->why, WHY_MAX);
}

void
welcome_clear(struct welcome *w)
{
	buf_clear(&w->why);
}

static bool
refuse(struct welcome *w, enum verdict verdict, const char *cause)
{
	w->verdict = verdict;
	w->cause = cause;
	return false;
}

static const char *
reason_of(const struct view_site *s)
{
	return s->reason[0] != '\0' ? s->reason : _("no reason given");
}

const char *
welcome_closed(const struct view_site *s, struct buf *why)
{
	if (s->retired) {
		buf_printf(why, _("the site %s is retired for good: %s; stop "
		    "this agent"), s->code, reason_of(s));
		return CAUSE_RETIRED;
	}
	if (s->blocked) {
		buf_printf(why, _("the site %s is blocked: %s"), s->code,
		    reason_of(s));
		return CAUSE_BLOCKED;
	}
	return NULL;
}

/* The two are told apart by their instance, or by their host if one of them
 * was started again meanwhile. */
static bool
is_dropped(const struct view_site *s, const struct frame_peer *p,
    uint64_t instance)
{
	int kept = s->kept == 2, other = !kept;

	if (s->kept == 0)
		return false;
	if (instance != 0 && instance == s->agent[kept].instance)
		return false;
	if (instance != 0 && instance == s->agent[other].instance)
		return true;
	return heir_is_at_copy(s, p->address);
}

void
welcome_refuse_copy(struct welcome *w)
{
	buf_reset(&w->why);
	buf_printf(&w->why, _("this is a copy of another agent of site %s, "
	    "which the hub's operator kept: stop this one, or enrol it with "
	    "a new ticket into an empty directory"), w->site.code);
	(void)refuse(w, VERDICT_FORKED, CAUSE_SETTLED);
}

static bool
refuse_copy(struct welcome *w)
{
	welcome_refuse_copy(w);
	return false;
}

static bool
judge_key(struct welcome *w, const struct frame_peer *p)
{
	const struct view_site *s = &w->site;

	if (view_site_has(s, p->key_hash))
		return true;
	if (view_site_forgot(s, p->key_hash, p->issued)) {
		buf_printf(&w->why, _("the hub was restored from a backup, "
		    "and takes this key of site %s for its own again: come "
		    "again"), s->code);
		return refuse(w, VERDICT_BUSY, "");
	}
	if (s->old_key_spent &&
	    memcmp(s->old_key_hash, p->key_hash, CA_KEY_HASH) == 0)
		return refuse_copy(w);
	buf_printf(&w->why, _("this key is not the one of site %s: it was "
	    "enrolled again since; stop this agent, or enrol it with a new "
	    "ticket"), s->code);
	return refuse(w, VERDICT_BLOCKED, CAUSE_REISSUED);
}

bool
welcome_peer(struct welcome *w, struct view *v, const struct frame_peer *p,
    uint64_t instance)
{
	const char *closed;

	buf_reset(&w->why);
	if (p->site == 0 || !view_site(v, p->site, &w->site)) {
		w->site.number = 0;
		buf_printf(&w->why, _("this hub has no site number %" PRIu32
		    ": ask its operator for a ticket and enrol again"),
		    p->site);
		return refuse(w, VERDICT_BLOCKED, CAUSE_UNKNOWN);
	}
	if ((closed = welcome_closed(&w->site, &w->why)) != NULL)
		return refuse(w, VERDICT_BLOCKED, closed);
	if (!judge_key(w, p))
		return false;
	if (is_dropped(&w->site, p, instance))
		return refuse_copy(w);
	if (!w->site.quarantined)
		return true;
	buf_printf(&w->why, _("the certificate of site %s was renewed only "
	    "after it had expired: nothing is taken until the hub's operator "
	    "says zqhub site admit %s"), w->site.code, w->site.code);
	return refuse(w, VERDICT_BLOCKED, CAUSE_QUARANTINED);
}

void
welcome_fork_advice(struct buf *b, const struct view_site *s)
{
	struct fork_side side[2];

	for (int i = 0; i < 2; i++)
		side[i] = (struct fork_side){
			.instance = s->agent[i].instance,
			.address = s->agent[i].address,
			.since = s->agent[i].since };
	fork_advice(b, s->code, side);
}

/* That its numbers went back is true of one of the two only. */
static const char *
cause_for(const struct view_site *s, uint64_t instance)
{
	if (strcmp(s->cause, CAUSE_BEHIND) == 0 && s->speaker != 0 &&
	    instance != s->agent[s->speaker - 1].instance)
		return CAUSE_INSTANCE;
	return s->cause;
}

bool
welcome_speaker(struct welcome *w, struct view *v, const struct frame_peer *p,
    uint64_t instance)
{
	const struct view_site *s = &w->site;

	if (!welcome_peer(w, v, p, instance))
		return false;
	if (!s->forked)
		return true;
	welcome_fork_advice(&w->why, s);
	return refuse(w, VERDICT_FORKED, cause_for(s, instance));
}
