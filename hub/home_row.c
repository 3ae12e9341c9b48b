/*
 * A site's home page as a row; see home_row.h.
 */
#include "hub/home_row.h"

#include <string.h>

#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/lang.h"
#include "hub/home_json.h"
#include "hub/home_judge.h"
#include "hub/table.h"
#include "protocol/wire.h"

#define DAY (24 * INT64_C(3600) * 1000)

static void
write(struct buf *b, const struct home_row *r)
{
	write_u64(b, (uint64_t)r->at);
	write_u8(b, (uint8_t)r->outcome);
	write_u8(b, (uint8_t)r->cause);
	write_u16(b, r->status);
	write_u32(b, r->ms);
	write_u64(b, (uint64_t)r->since);
	write_u8(b, (uint8_t)r->verdict);
	write_u8(b, (uint8_t)r->why);
	write_u64(b, (uint64_t)r->changed);
	write_span(b, r->detail);
	write_span(b, r->candidate);
	write_u32(b, r->times);
	write_u64(b, (uint64_t)r->first);
	write_span(b, r->now);
	write_span(b, r->before);
	write_span(b, r->accepted);
}

static void
read(struct span row, struct home_row *h)
{
	struct reader r = reader_of(row);

	h->at = (int64_t)read_u64(&r);
	h->outcome = (enum home_outcome)read_u8(&r);
	h->cause = (enum cause)read_u8(&r);
	h->status = read_u16(&r);
	h->ms = read_u32(&r);
	h->since = (int64_t)read_u64(&r);
	h->verdict = (enum home_verdict)read_u8(&r);
	h->why = (enum home_why)read_u8(&r);
	h->changed = (int64_t)read_u64(&r);
	h->detail = read_span(&r);
	h->candidate = read_span(&r);
	h->times = read_u32(&r);
	h->first = (int64_t)read_u64(&r);
	h->now = read_span(&r);
	h->before = read_span(&r);
	h->accepted = read_span(&r);
	if (!reader_done(&r) || h->outcome >= HOME_OUTCOMES ||
	    h->cause >= CAUSE_COUNT || h->verdict >= HOME_VERDICTS ||
	    h->why >= HOME_WHYS)
		fatal("view: what was seen of a home page is damaged: run "
		    "zqhub rebuild");
}

bool
home_row_get(struct db_txn *t, uint32_t site, struct home_row *r)
{
	struct key k = key_u32(site);
	struct span row;

	*r = (struct home_row){ .at = CLOCK_NONE, .since = CLOCK_NONE,
	    .changed = CLOCK_NONE, .first = CLOCK_NONE };
	if (!db_get(t, TABLE_HOME, key_look(&k), &row))
		return false;
	read(row, r);
	return true;
}

/* Its spans may be the table's own: they are copied before that moves. */
void
home_row_put(struct group *g, uint32_t site, const struct home_row *r)
{
	struct key k = key_u32(site);

	buf_reset(&g->row);
	write(&g->row, r);
	db_put(g->txn, TABLE_HOME, key_look(&k), buf_look(&g->row));
}

bool
home_row_look(struct span evidence, struct home_look *l)
{
	json_t *o;
	bool good;

	if (evidence.n == 0)
		return false;
	o = json_loadb(evidence.at, evidence.n, 0, NULL);
	good = home_json_read(l, o);
	json_decref(o);
	return good;
}

bool
home_row_has_moved(const struct home_row *r, uint64_t looks, int64_t over)
{
	return r->candidate.n > 0 && r->times >= looks &&
	    r->at - r->first >= over;
}

int64_t
home_row_cert_until(const struct home_row *r)
{
	struct home_look l = { .cause = CAUSE_FINE };

	if (home_row_look(r->now, &l) && l.hop[0].has_cert)
		return l.hop[0].cert.until;
	/* It isn't shown while it isn't believed: that of before, then. */
	return l.cause == CAUSE_CERTIFICATE && home_row_look(r->before, &l) &&
	    l.hop[0].has_cert ? l.hop[0].cert.until : CLOCK_NONE;
}

bool
home_row_cert_is_known(const struct home_row *r, int64_t now)
{
	int64_t until = home_row_cert_until(r);

	return r->cause != CAUSE_CERTIFICATE ||
	    (until != CLOCK_NONE && until <= now);
}

void
home_row_sentence(struct buf *out, const struct home_row *r)
{
	if (r->verdict != HOME_SAME)
		home_why_sentence(out, r->why, r->detail);
}

/* --- a page that sends where nobody is ---------------------------------------- */

static bool
is_sent_to(const struct home_look *l, char host[HOME_HOST])
{
	char own[HOME_HOST];

	host[0] = '\0';
	if (l->hops < 2 || cause_outcome(l->cause) != OUTCOME_UNREACHABLE ||
	    home_end(l)->status != 0)
		return false;
	home_host(own, l->hop[0].url);
	home_host(host, home_end(l)->url);
	if (strcmp(own, host) == 0)
		host[0] = '\0';
	return host[0] != '\0';
}

void
home_look_evidence(struct buf *out, const struct home_look *l)
{
	char host[HOME_HOST];

	if (is_sent_to(l, host))
		buf_printf(out, _("the home page leads to %s, which can't be "
		    "reached: "), host);
	cause_evidence(out, l->cause, span_of(l->detail));
}

void
home_row_sent_to(struct db_txn *t, uint32_t site, char host[HOME_HOST])
{
	struct home_row r;
	struct home_look l;

	host[0] = '\0';
	if (home_row_get(t, site, &r) && !home_is_there(r.outcome) &&
	    home_row_look(r.now, &l))
		(void)is_sent_to(&l, host);
}
