/*
 * Retiring; see act_retire.h.
 */
#include "hub/act_retire.h"

#include <string.h>

#include "contrib/base/buf.h"
#include "contrib/base/err.h"
#include "contrib/base/text.h"
#include "hub/act_site.h"
#include "hub/graph.h"
#include "hub/held.h"
#include "hub/item.h"
#include "hub/item_turn.h"
#include "hub/moved.h"
#include "hub/notice.h"
#include "hub/notice_say.h"
#include "hub/table.h"
#include "protocol/change.h"
#include "protocol/limits.h"
#include "protocol/url.h"
#include "protocol/wire.h"

static void
free_domains(struct group *g, const struct site *s)
{
	struct span rest = s->domains, one;
	uint32_t owner;

	while (site_domain_next(&rest, &one)) {
		if (site_by_domain(g->txn, one, &owner) &&
		    owner == s->number) {
			moved_look_host(g, one);
			site_free_domain(g->txn, one);
		}
	}
	group_forget_host(g);
}

const char *
act_retire_begin(struct group *g, const struct entry *e, const json_t *o)
{
	struct site s;

	if (!act_read_site(g, o, &s))
		return ACT_READ_NO_SITE;
	if (s.retired)
		return "the site is retired already";
	free_domains(g, &s);
	s.retired = true;
	s.blocked = s.forked = s.quarantined = false;
	s.begun = s.renewed = false;
	s.kept = 0;
	s.reason = text_cut(act_read_text(o, "reason"), ACT_READ_REASON);
	act_site_put(g, &s, e->at);
	notice_retire(g, e, s.number, act_read_text(o, "reason"),
	    act_read_text(o, "actor"));
	return NULL;
}

/* --- what it had -------------------------------------------------------------------------- */

struct clear {
	struct group *group;
	struct entry entry;	/* of the act, as if the site had said it */
	struct buf said;	/* the item's row, which is written over */
	struct span by, reason;
};

/* Where to turn to, as the closing of the site said: of its home page. Where
 * the other pages are, if anywhere, nobody has said. */
static void
put_successor(struct buf *b, struct db_txn *t, uint32_t site, struct span url)
{
	struct notice closing;
	struct url u;

	if (url_parse(&u, url) && span_is(u.path, SPAN("/")) &&
	    notice_closing(t, site, &closing))
		buf_span(b, closing.see);
}

static void
withdraw(struct clear *c, const struct item *i)
{
	struct change was, gone;
	struct buf see;

	buf_init(&see, LIMIT_URL);
	buf_reset(&c->said);
	buf_span(&c->said, i->said);
	if (!change_glance(&was, buf_look(&c->said)))
		fatal("view: the row of item %u is damaged: run zqhub "
		    "rebuild", i->number);
	change_init(&gone);
	gone.kind = CHANGE_DELETED;
	gone.seq = was.seq;
	gone.when = c->entry.at;
	gone.url = was.url;
	gone.id = was.id;
	gone.word[WORD_REASON] = c->reason;
	gone.word[WORD_BY] = c->by;
	put_successor(&see, c->group->txn, i->site, gone.url);
	gone.word[WORD_SUCCESSOR] = buf_look(&see);
	item_turn(c->group, &c->entry, &gone);
	buf_clear(&see);
	c->group->work++;
}

static bool
is_its_own(struct group *g, const struct item *i)
{
	struct change c;
	struct url u;

	return change_glance(&c, i->said) && (c.url.n == 0 ||
	    (url_parse(&u, c.url) && group_host(g, u.host) == i->site));
}

/* Goes on behind s->cleared. */
static void
withdraw_some(struct clear *c, struct site *s, uint64_t most, uint64_t look)
{
	uint64_t last = c->group->meta.numbers;
	const struct graph *graph = c->group->graph;
	uint64_t edges = graph->edges;
	struct item i;

	for (; s->cleared < last && most > 0 && look > 0 &&
	    graph->edges - edges < ACT_RETIRE_LINKS; look--) {
		if (!item_get(c->group->txn, ++s->cleared, &i) ||
		    i.site != s->number || i.withdrawn ||
		    (!s->retired && is_its_own(c->group, &i)))
			continue;
		withdraw(c, &i);
		most--;
	}
}

/* --- what is left --------------------------------------------------------------------------- */

bool
act_retire_left(struct db_txn *t, uint32_t *site, struct span *row)
{
	struct db_cursor *c = db_cursor_open(t, TABLE_CLEAR);
	struct span key;
	bool found = db_cursor_get(c, MDB_FIRST, &key, row);

	if (found)
		*site = wire_get_u32((const uint8_t *)key.at);
	db_cursor_close(c);
	return found;
}

static void
note_left(struct group *g, const struct clear *c, uint32_t site, bool left)
{
	struct key k = key_u32(site);

	if (!left) {
		db_del(g->txn, TABLE_CLEAR, key_look(&k));
		return;
	}
	buf_reset(&g->row);
	write_span(&g->row, c->by);
	write_span(&g->row, c->reason);
	db_put(g->txn, TABLE_CLEAR, key_look(&k), buf_look(&g->row));
}

/* Of the site that it names; or of the first of which something is left. */
static const char *
read_clear(struct group *g, const json_t *o, struct clear *c, struct site *s,
    struct buf *words)
{
	struct span row = SPAN_NONE;
	struct reader r;
	uint32_t number;

	if (json_object_get(o, "site") != NULL) {
		c->by = text_cut(act_read_text(o, "actor"), LIMIT_TEXT);
		c->reason = text_cut(act_read_text(o, "reason"), LIMIT_TEXT);
		return act_read_site(g, o, s) ? NULL : ACT_READ_NO_SITE;
	}
	if (!act_retire_left(g->txn, &number, &row) ||
	    !site_get(g->txn, number, s))
		return "nothing is left to be withdrawn";
	buf_span(words, row);
	r = reader_of(buf_look(words));
	c->by = read_span(&r);
	c->reason = read_span(&r);
	return NULL;
}

static void
clear(struct clear *c, struct site *s, const json_t *o)
{
	uint64_t most = UINT64_MAX, look = UINT64_MAX;
	struct group *g = c->group;
	struct site now;

	if (act_read_number(o, "most", INT64_MAX, &most))
		look = ACT_RETIRE_LOOK;
	c->entry.site = s->number;
	if (s->retired)
		held_forget_some(g, s->number, most);
	buf_init(&c->said, ITEM_ROW_MAX);
	withdraw_some(c, s, most, look);
	buf_clear(&c->said);
	/* The row may have moved since: its spans are read again. */
	must(site_get(g->txn, s->number, &now));
	now.cleared = s->cleared;
	site_put(g->txn, &now);
	note_left(g, c, s->number, s->cleared < g->meta.numbers);
}

const char *
act_retire_clear(struct group *g, const struct entry *e, const json_t *o)
{
	struct clear c = { .group = g, .entry = *e };
	struct buf words;
	const char *why;
	struct site s;

	buf_init(&words, 4 * LIMIT_TEXT);
	why = read_clear(g, o, &c, &s, &words);
	if (why == NULL)
		clear(&c, &s, o);
	buf_clear(&words);
	return why;
}
