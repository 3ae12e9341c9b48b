/*
 * Grant: the ticket book's rules, in the order in which they help most.
 */
#include "hub/grant.h"

#include <string.h>

#include "contrib/base/clock.h"
#include "contrib/base/lang.h"
#include "contrib/base/log.h"
#include "contrib/base/text.h"

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
	} else if (!t->used && now >= t->expires) {
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
	else
		return false;
	return true;
}

/* The signature was good and the certificate in date, says the ca. */
static enum grant
judge_renewal(struct view *v, const struct frame_ask *a,
    struct view_site *site, struct acts *acts, struct buf *refusal)
{
	struct buf key, old;

	if (!view_site(v, a->site, site)) {
		buf_text(refusal, _("this hub has no such site: enrol again, "
		    "with a ticket"));
		return GRANT_NO;
	}
	if (refuse_site(a, site, refusal))
		return GRANT_NO;
	if (!view_site_has(site, a->old_key_hash)) {
		buf_printf(refusal, _("this key is not the one of site %s: it "
		    "was enrolled again since"), site->code);
		return GRANT_NO;
	}
	if (memcmp(site->key_hash, a->key_hash, CA_KEY_HASH) == 0)
		return GRANT_AGAIN;
	buf_init(&key, 2 * CA_KEY_HASH + 1);
	buf_init(&old, 2 * CA_KEY_HASH + 1);
	text_hex(&key, a->key_hash, CA_KEY_HASH);
	text_hex(&old, a->old_key_hash, CA_KEY_HASH);
	acts_put(acts, json_pack("{s:s, s:I, s:s, s:s}", "do", "renew",
	    "site", (json_int_t)a->site, "key", buf_cstr(&key),
	    "old", buf_cstr(&old)), ACTS_HUB, "by its last key");
	buf_clear(&key);
	buf_clear(&old);
	return GRANT_NEW;
}

static void
bind_key(struct acts *acts, const struct frame_ask *a, uint32_t site)
{
	struct buf ref, key;

	buf_init(&ref, 2 * TICKET_REF + 1);
	buf_init(&key, 2 * CA_KEY_HASH + 1);
	text_hex(&ref, a->ref, TICKET_REF);
	text_hex(&key, a->key_hash, CA_KEY_HASH);
	acts_put(acts, json_pack("{s:s, s:I, s:s, s:s}", "do", "enroll",
	    "site", (json_int_t)site, "ref", buf_cstr(&ref),
	    "key", buf_cstr(&key)), ACTS_HUB, "by ticket");
	buf_clear(&ref);
	buf_clear(&key);
}

enum grant
grant_judge(struct view *v, const struct frame_ask *a, int64_t now,
    struct view_site *site, struct acts *acts, struct buf *refusal)
{
	struct view_ticket t;
	bool known, same;

	memset(site, 0, sizeof(*site));
	if (a->is_renewal)
		return judge_renewal(v, a, site, acts, refusal);
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
	if (same)
		return GRANT_AGAIN;
	bind_key(acts, a, t.site);
	return GRANT_NEW;
}
