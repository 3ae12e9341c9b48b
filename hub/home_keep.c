/*
 * What the core makes of a look; see home_keep.h.
 */
#include "hub/home_keep.h"

#include <stdio.h>
#include <string.h>

#include "contrib/base/buf.h"
#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/text.h"
#include "hub/baseline.h"
#include "hub/home_json.h"
#include "hub/home_judge.h"
#include "hub/home_row.h"
#include "hub/json.h"
#include "hub/move.h"
#include "protocol/limits.h"
#include "protocol/url.h"

#define EVIDENCE_LIFE (24 * INT64_C(3600) * 1000)	/* ms: then it is kept
							 * anew, come what may */
#define ADDRESS_LIFE (3600 * INT64_C(1000))	/* … if its addresses are
						 * other ones */

/* Where the judging stands. */
struct bench {
	struct db_txn *txn;
	const struct site *site;
	struct home_look *look;
	struct home_row row;
	struct home_look last, before;	/* the row's */
	bool has_last, has_before;
	struct home_judgement judgement;
	char host[HOME_HOST], code[HOME_CODE];
};

/* --- what the hub knows of the site ------------------------------------------- */

static bool
is_of(struct db_txn *t, uint32_t number, struct span host)
{
	uint32_t site;

	return site_of_host(t, host, &site) && site == number;
}

static bool
leads_to(struct db_txn *t, const char *from, bool below, struct span host)
{
	struct move m;
	struct url u;
	struct buf old;
	bool leads;

	buf_init(&old, LIMIT_URL);
	buf_printf(&old, "https://%s/", from);
	leads = move_of_old(t, buf_look(&old), below, 0, &m) &&
	    url_parse(&u, m.new) && span_is(u.host, host);
	buf_clear(&old);
	return leads;
}

static bool
is_own(void *arg, struct span host)
{
	const struct bench *b = arg;

	return is_of(b->txn, b->site->number, host);
}

static bool
is_announced(void *arg, struct span host)
{
	const struct bench *b = arg;

	return leads_to(b->txn, b->host, false, host) ||
	    leads_to(b->txn, b->host, true, host);
}

/* The home page is that of the first of its domains. */
static void
first_host(char out[HOME_HOST], const struct site *s)
{
	struct span rest = s->domains, host = SPAN_NONE;

	(void)site_domain_next(&rest, &host);
	snprintf(out, HOME_HOST, "%.*s",
	    SPAN_ARGS(text_cut(host, HOME_HOST - 1)));
}

bool
home_keep_expects(struct db_txn *t, const struct site *s, struct span host)
{
	char from[HOME_HOST];

	first_host(from, s);
	return is_of(t, s->number, host) || leads_to(t, from, false, host) ||
	    leads_to(t, from, true, host);
}

/* --- judging ------------------------------------------------------------------- */

/* Not changed (304) means as it was seen last; what isn't asked for each time
 * is as it was last. */
static void
complete(struct bench *b)
{
	struct home_look *l = b->look, *last = &b->last;

	if (!b->has_last)
		return;
	if (!l->asked_missing && last->asked_missing) {
		l->asked_missing = true;
		l->is_missing = last->is_missing;
	}
	if (l->secure == CAUSE_FINE && strncmp(l->hop[0].url, "http:", 5) == 0)
		l->secure = last->secure;
	if (l->cause != CAUSE_UNCHANGED || !last->has_page)
		return;
	l->cause = CAUSE_FINE;
	l->has_page = true;
	l->language = last->language;
	snprintf(l->title, sizeof(l->title), "%s", last->title);
	snprintf(l->bad, sizeof(l->bad), "%s", last->bad);
	snprintf(l->parked, sizeof(l->parked), "%s", last->parked);
	snprintf(l->code, sizeof(l->code), "%s", last->code);
	snprintf(l->domain, sizeof(l->domain), "%s", last->domain);
}

/* While nothing comes, the verdict of what came last stands; that the server
 * is another's by its certificate is less than danger, and more than none. */
static void
judge(struct bench *b)
{
	const struct home_own own = { .host = b->host, .code = b->code,
	    .accepted = b->row.accepted, .is_own = is_own,
	    .is_announced = is_announced, .arg = b };
	struct home_judgement *j = &b->judgement;

	home_judge(j, b->has_before ? &b->before : NULL, b->look, &own);
	if ((b->look->has_page && b->look->cause == CAUSE_FINE) ||
	    j->verdict == HOME_HIJACKED ||
	    (j->why == HOME_WHY_CERTIFICATE && b->row.verdict <= HOME_NOTE))
		return;
	j->verdict = b->row.verdict;
	j->why = b->row.verdict == HOME_SAME ? HOME_WHY_NONE : b->row.why;
	snprintf(j->detail, sizeof(j->detail), "%.*s",
	    SPAN_ARGS(b->row.detail));
}

static void
tell(const struct bench *b, const struct home_pace *pace, struct home_seen *s)
{
	const struct home_look *l = b->look;
	const struct home_hop *end = home_end(l);
	const struct home_judgement *j = &b->judgement;

	*s = (struct home_seen){ .site = b->site->number, .at = l->at,
	    .outcome = home_judge_outcome(l, j, pace), .cause = l->cause,
	    .status = (uint16_t)end->status, .ms = l->ms,
	    .verdict = j->verdict, .why = j->why, .cert_until =
	    l->hop[0].has_cert ? l->hop[0].cert.until : CLOCK_NONE };
	if (l->cause == CAUSE_FINE && l->ms >= pace->limit)
		s->cause = CAUSE_TIME;
	snprintf(s->address, sizeof(s->address), "%s", end->address);
	home_host(s->host, end->url);
	snprintf(s->detail, sizeof(s->detail), "%s",
	    s->outcome == HOME_FAILED || s->outcome == HOME_UNKNOWN ?
	    l->detail : j->detail);
}

/* --- is it new? ------------------------------------------------------------------ */

static bool
differs_in_certificate(const struct home_hop *a, const struct home_hop *b)
{
	return a->has_cert && (!b->has_cert || memcmp(a->cert.digest,
	    b->cert.digest, WEBCERT_DIGEST) != 0);
}

static bool
differs_in_page(const struct home_look *a, const struct home_look *b)
{
	return a->has_page && (!b->has_page || a->language != b->language ||
	    !baseline_same_title(a->title, b->title) ||
	    strcmp(a->code, b->code) != 0 ||
	    strcmp(a->domain, b->domain) != 0 ||
	    strcmp(a->bad, b->bad) != 0 || strcmp(a->parked, b->parked) != 0);
}

static bool
has_same_address(const struct home_look *a, const struct home_look *b)
{
	for (size_t i = 0; i < a->dns_count; i++)
		for (size_t k = 0; k < b->dns_count; k++)
			if (strcmp(a->dns[i], b->dns[k]) == 0)
				return true;
	return a->dns_count == 0 && b->dns_count == 0;
}

static bool
is_new(const struct bench *b, const struct home_seen *s)
{
	const struct home_look *l = b->look, *last = &b->last;
	const struct home_row *r = &b->row;
	char host[HOME_HOST];

	if (!b->has_last || r->at == CLOCK_NONE ||
	    l->at - last->at >= EVIDENCE_LIFE ||
	    s->verdict != r->verdict ||
	    (s->verdict != HOME_SAME && s->why != r->why) ||
	    l->cause != last->cause || l->secure != last->secure ||
	    (l->asked_missing && !last->asked_missing) ||
	    l->is_missing != last->is_missing)
		return true;
	home_host(host, home_end(last)->url);
	return strcmp(s->host, host) != 0 || differs_in_page(l, last) ||
	    differs_in_certificate(&l->hop[0], &last->hop[0]) ||
	    differs_in_certificate(home_end(l), home_end(last)) ||
	    (!has_same_address(l, last) && l->at - last->at >= ADDRESS_LIFE);
}

static json_t *
act_of(const struct home_seen *s, const struct bench *b)
{
	return json_pack("{s:s, s:I, s:o, s:s, s:s, s:o}", "do", "home",
	    "site", (json_int_t)s->site, "look", home_json(b->look),
	    "verdict", home_verdict_name(s->verdict), "why",
	    home_why_name(s->why), "detail",
	    json_span(span_of(b->judgement.detail)));
}

void
home_keep(struct db_txn *t, const struct site *s, struct home_look *look,
    const struct home_pace *pace, struct home_kept *k)
{
	struct bench b = { .txn = t, .site = s, .look = look };

	first_host(b.host, s);
	snprintf(b.code, sizeof(b.code), "%.*s",
	    SPAN_ARGS(text_cut(s->code, sizeof(b.code) - 1)));
	if (home_row_get(t, s->number, &b.row)) {
		b.has_last = home_row_look(b.row.now, &b.last);
		b.has_before = home_row_look(b.row.before, &b.before);
	}
	complete(&b);
	judge(&b);
	tell(&b, pace, &k->seen);
	k->act = is_new(&b, &k->seen) ? act_of(&k->seen, &b) : NULL;
}
