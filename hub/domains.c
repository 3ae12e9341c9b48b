/*
 * The history of a site's domains; see domains.h. A row for each act, with as
 * many lines as it has domains.
 */
#include "hub/domains.h"

#include "contrib/base/err.h"
#include "contrib/base/lang.h"
#include "contrib/base/text.h"
#include "hub/act_read.h"
#include "hub/table.h"
#include "protocol/wire.h"

static const struct {
	const char *name, *word;
} events[DOMAINS_EVENTS] = {
	[DOMAINS_GIVEN] = { "given", N_("given") },
	[DOMAINS_TAKEN] = { "taken", N_("taken away") },
	[DOMAINS_PROVEN] = { "proven", N_("proven") },
	[DOMAINS_UNPROVEN] = { "unproven", N_("not proven any more") },
};

const char *
domains_event_name(enum domains_event e)
{
	must(e < DOMAINS_EVENTS);
	return events[e].name;
}

const char *
domains_event_word(enum domains_event e)
{
	must(e < DOMAINS_EVENTS);
	return _(events[e].word);
}

static void
write_line(struct buf *b, const struct domains_line *l)
{
	write_u64(b, (uint64_t)l->at);
	write_u8(b, (uint8_t)l->event);
	write_span(b, l->domain);
	write_span(b, l->by);
	write_span(b, l->reason);
}

static void
read_line(struct reader *r, struct domains_line *l)
{
	l->at = (int64_t)read_u64(r);
	l->event = (enum domains_event)read_u8(r);
	l->domain = read_span(r);
	l->by = read_span(r);
	l->reason = read_span(r);
	if (r->bad || l->event >= DOMAINS_EVENTS)
		fatal("view: a domain's history is damaged: run zqhub "
		    "rebuild");
}

void
domains_note(struct group *g, const struct entry *e, uint32_t site,
    enum domains_event event, struct span domain, const json_t *o)
{
	struct key k = key_u32_u64(site, e->place);
	struct domains_line l = { .at = e->at, .event = event,
	    .domain = domain,
	    .by = text_cut(act_read_text(o, "actor"), ACT_READ_REASON),
	    .reason = text_cut(act_read_text(o, "reason"),
	    ACT_READ_REASON) };
	struct span row = SPAN_NONE;

	(void)db_get(g->txn, TABLE_DOMAIN_PAST, key_look(&k), &row);
	buf_reset(&g->row);
	buf_span(&g->row, row);
	write_line(&g->row, &l);
	db_put(g->txn, TABLE_DOMAIN_PAST, key_look(&k), buf_look(&g->row));
}

static bool
tell_row(struct span row, domains_fn *each, void *arg)
{
	struct reader r = reader_of(row);
	struct domains_line l;

	while (reader_left(&r) > 0) {
		read_line(&r, &l);
		if (!each(arg, &l))
			return false;
	}
	return true;
}

void
domains_each(struct db_txn *t, uint32_t site, domains_fn *each, void *arg)
{
	struct db_cursor *c = db_cursor_open(t, TABLE_DOMAIN_PAST);
	struct key first = key_u32_u64(site, 0);
	struct span key = key_look(&first), row;
	bool more = db_cursor_get(c, MDB_SET_RANGE, &key, &row);

	while (more && key_heads(&first, 4, key))
		more = tell_row(row, each, arg) &&
		    db_cursor_get(c, MDB_NEXT, &key, &row);
	db_cursor_close(c);
}
