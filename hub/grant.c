/*
 * Grant: the ticket book's rules, in the order in which they help most.
 */
#include "hub/grant.h"

#include <string.h>

#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/lang.h"
#include "contrib/base/log.h"
#include "contrib/base/text.h"
#include "hub/adopt.h"
#include "hub/json.h"

#define DAY (INT64_C(1000) * 24 * 3600)

static bool
refuse_form(const struct frame_ask *a, bool known, struct buf *refusal)
{
	if (!a->has_ref)
		buf_text(refusal, _("the request names no ticket: enrol with "
		    "the line that the hub's operator was given"));
	else if (!known)
		buf_text(refusal, _("this hub knows no such ticket: it is of "
		    "another hub, or misspelt; copy it whole, or ask for a "
		    "new one"));
	else if (!a->mac_good)
		buf_text(refusal, _("the ticket is damaged: its second half "
		    "does not fit its first; copy it whole"));
	else
		return false;
	return true;
}

static bool
refuse_ticket(const struct view_ticket *t, bool same, int64_t now,
    struct buf *refusal)
{
	char when[CLOCK_TEXT_MAX], here[CLOCK_TEXT_MAX];

	if (t->used && !same) {
		buf_text(refusal, _("the ticket was used already, by another "
		    "key: a ticket is good once; ask for a new one"));
	} else if (now >= t->expires) {
		buf_printf(refusal, _("the ticket expired at %s (by the "
		    "hub's clock it is %s): ask for a new one"),
		    clock_show(when, t->expires), clock_show(here, now));
	} else {
		return false;
	}
	return true;
}

static bool
refuse_site(const struct frame_ask *a, const struct view_site *s,
    struct buf *refusal)
{
	char code[LOG_QUOTE_MAX];

	if (a->code.n > 0 && !text_same_nocase(a->code, span_of(s->code)))
		buf_printf(refusal, a->is_renewal ?
		    _("the certificate is of site %s, not of %s") :
		    _("the ticket is for site %s, not for %s"), s->code,
		    log_quote(code, a->code.at, a->code.n));
	else if (s->blocked)
		buf_printf(refusal, _("site %s is blocked: %s"), s->code,
		    s->reason[0] != '\0' ? s->reason :
		    _("no reason given"));
	else if (s->retired)
		buf_printf(refusal, _("site %s is retired: %s"), s->code,
		    s->reason[0] != '\0' ? s->reason :
		    _("no reason given"));
	else
		return false;
	return true;
}

/* Of a renewal: is the key that signed for it good enough? */
static bool
refuse_old(const struct frame_ask *a, const struct view_site *s, int64_t now,
    int64_t grace, struct buf *refusal)
{
	char when[CLOCK_TEXT_MAX], span[CLOCK_TEXT_MAX];

	if (!view_site_has(s, a->old_key_hash) &&
	    !view_site_forgot(s, a->old_key_hash, a->issued))
		buf_printf(refusal, _("this key is not the one of site %s: it "
		    "was enrolled again since"), s->code);
	else if (s->old_key_spent && memcmp(s->old_key_hash,
	    a->old_key_hash, CA_KEY_HASH) == 0)
		buf_printf(refusal, _("this key is not the one of site %s any "
		    "more: two agents had it, and the other was kept"),
		    s->code);
	else if (s->forked)
		buf_printf(refusal, _("two agents of site %s have this key: "
		    "before either gets another one, the hub's operator says "
		    "which is kept (zqhub site settle)"), s->code);
	else if (s->kept != 0 && !s->begun)
		buf_printf(refusal, _("of two agents of site %s one was kept, "
		    "and it has to tell everything anew before it gets "
		    "another key"), s->code);
	else if (s->kept != 0 && s->renewed && memcmp(s->old_key_hash,
	    a->old_key_hash, CA_KEY_HASH) == 0 && memcmp(s->key_hash,
	    a->key_hash, CA_KEY_HASH) != 0)
		buf_printf(refusal, _("one of the two agents of site %s has "
		    "got its new key already, and this is the other: stop "
		    "it. If it is the one that was kept, the hub's operator "
		    "says: zqhub site reissue %s"), s->code, s->code);
	else if (a->expired != 0 && now - a->expired > grace)
		buf_printf(refusal, _("the certificate of site %s expired at "
		    "%s, longer ago than %s: it can't be renewed any more. "
		    "The hub's operator makes a new ticket with: zqhub site "
		    "reissue %s"), s->code, clock_show(when, a->expired),
		    clock_span(span, grace), s->code);
	else
		return false;
	return true;
}

/* What was granted is there already, and was written down. */
static bool
is_granted(const struct frame_ask *a, const struct view_site *s)
{
	return s->has_key && a->expired == 0 &&
	    memcmp(s->key_hash, a->key_hash, CA_KEY_HASH) == 0 &&
	    memcmp(s->ca, a->ca, TICKET_PIN) == 0 &&
	    s->until != CLOCK_NONE && a->until - s->until < DAY;
}

/* What both acts say. */
static json_t *
act(const char *what, uint32_t site, const struct frame_ask *a)
{
	struct buf key, ca;
	json_t *o;

	buf_init(&key, 2 * CA_KEY_HASH + 1);
	buf_init(&ca, 2 * TICKET_PIN + 1);
	text_hex(&key, a->key_hash, CA_KEY_HASH);
	text_hex(&ca, a->ca, TICKET_PIN);
	o = json_pack("{s:s, s:I, s:s, s:I, s:s}", "do", what,
	    "site", (json_int_t)site, "key", buf_cstr(&key),
	    "until", (json_int_t)a->until, "ca", buf_cstr(&ca));
	must(o != NULL);
	buf_clear(&key);
	buf_clear(&ca);
	return o;
}

/* The signature was good, says the ca, by a certificate of ours. */
static enum grant
judge_renewal(struct view *v, const struct frame_ask *a, int64_t now,
    int64_t grace, struct view_site *site, struct acts *acts,
    struct buf *refusal)
{
	json_t *o;

	if (!view_site(v, a->site, site)) {
		buf_text(refusal, _("this hub has no such site: enrol again, "
		    "with a ticket"));
		return GRANT_NO;
	}
	if (refuse_site(a, site, refusal) ||
	    refuse_old(a, site, now, grace, refusal))
		return GRANT_NO;
	if (is_granted(a, site))
		return GRANT_AGAIN;
	if (!view_site_has(site, a->old_key_hash))
		acts_put(acts, adopt_act(a->site, a->old_key_hash, a->issued),
		    ACTS_HUB, ADOPT_REASON);
	o = act("renew", a->site, a);
	json_object_set_new(o, "old", json_bytes(a->old_key_hash, CA_KEY_HASH));
	if (a->expired != 0)
		json_object_set_new(o, "quarantine", json_true());
	acts_put(acts, o, ACTS_HUB, a->expired != 0 ?
	    "by its last key, which had expired" : "by its last key");
	return GRANT_NEW;
}

static void
bind_key(struct acts *acts, const struct frame_ask *a, uint32_t site)
{
	json_t *o = act("enroll", site, a);

	json_object_set_new(o, "ref", json_bytes(a->ref, TICKET_REF));
	acts_put(acts, o, ACTS_HUB, "by ticket");
}

enum grant
grant_judge(struct view *v, const struct frame_ask *a, int64_t now,
    int64_t grace, struct view_site *site, struct acts *acts,
    struct buf *refusal)
{
	struct view_ticket t;
	bool known, same;

	memset(site, 0, sizeof(*site));
	if (a->is_renewal)
		return judge_renewal(v, a, now, grace, site, acts, refusal);
	known = a->has_ref && view_ticket(v, a->ref, &t) &&
	    view_site(v, t.site, site);
	if (refuse_form(a, known, refusal))
		return GRANT_NO;
	same = t.used && memcmp(t.key_hash, a->key_hash, CA_KEY_HASH) == 0 &&
	    site->has_key &&
	    memcmp(site->key_hash, a->key_hash, CA_KEY_HASH) == 0;
	if (refuse_ticket(&t, same, now, refusal) ||
	    refuse_site(a, site, refusal))
		return GRANT_NO;
	if (same && is_granted(a, site))
		return GRANT_AGAIN;
	bind_key(acts, a, t.site);
	return GRANT_NEW;
}
