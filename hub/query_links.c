/*
 * Links, asked for; see query_links.h.
 */
#include "hub/query_links.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contrib/base/lang.h"
#include "contrib/base/mem.h"
#include "contrib/base/text.h"
#include "hub/item.h"
#include "hub/move.h"
#include "hub/query_inside.h"
#include "hub/rarest.h"
#include "hub/seen.h"
#include "hub/site.h"
#include "hub/target_row.h"
#include "protocol/limits.h"
#include "protocol/rewrite.h"
#include "protocol/url.h"

const char *
link_kind_name(enum link_kind k)
{
	static const char *const names[] = {
		[LINK_ANCHOR] = N_("anchor"),
		[LINK_IMAGE] = N_("image"),
		[LINK_FRAME] = N_("frame"),
		[LINK_FORM] = N_("form"),
		[LINK_SCRIPT] = N_("script"),
		[LINK_STYLE] = N_("style"),
	};

	return k >= LINK_ANCHOR && k <= LINK_STYLE ? names[k] : "?";
}

/* --- what is asked about -------------------------------------------------- */

static bool
domain_url(struct span typed, struct buf *url, const char **why)
{
	struct buf host;
	bool good;

	buf_init(&host, LIMIT_URL);
	good = url_host_normal(&host, typed, why);
	if (good) {
		buf_text(url, "http://");
		buf_span(url, buf_look(&host));
		buf_byte(url, '/');
	}
	buf_clear(&host);
	return good;
}

bool
query_links_scope(struct span typed, bool exact, enum rewrite_scope *scope,
    struct buf *url, const char **why)
{
	struct span is;

	typed = text_trim(typed);
	buf_reset(url);
	if (typed.n > 0 && memchr(typed.at, '/', typed.n) == NULL) {
		*scope = REWRITE_DOMAIN;
		return domain_url(typed, url, why);
	}
	if (!url_normal(url, typed, why))
		return false;
	is = buf_look(url);
	*scope = !exact && is.at[is.n - 1] == '/' &&
	    memchr(is.at, '?', is.n) == NULL ? REWRITE_PREFIX :
	    REWRITE_ADDRESS;
	return true;
}

/* --- sites, pages, words -------------------------------------------------- */

struct asking {
	struct query *query;
	struct rewrite *rules;
	struct buf now, url;
	struct target_info target;
	struct target_key key;		/* of the target in hand */
	uint32_t site;			/* … whose code stands in … */
	char code[CODE_MAX + 1];
	uint32_t item;			/* whose links stand in … */
	struct buf links;
	query_link_fn *each;
	void *arg;
	uint64_t skip, left;
	struct link_page *page;
	struct span exact;		/* of these links alone, or … */
	bool others;			/* … of all but these; empty: all */
	uint32_t but;			/* none from this site; 0: from all */
	uint32_t from;			/* links to this target from this site: */
	size_t of_site, most;		/* … handed out; at most */
	struct folded *folded;		/* … and pages of all of them, if some
					 * were not */
	size_t count, room;
};

struct folded {
	uint32_t item;
	bool shown;
	uint64_t more;
};

static void
begin(struct asking *a, struct query *q)
{
	*a = (struct asking){ .query = q, .rules = rewrite_new() };
	move_rules_effective(q->txn, a->rules);
	buf_init(&a->now, LIMIT_URL);
	buf_init(&a->url, LIMIT_URL + 16);
	buf_init(&a->links, LIMIT_CHANGE);
}

static void
end(struct asking *a)
{
	rewrite_free(a->rules);
	buf_clear(&a->now);
	buf_clear(&a->url);
	buf_clear(&a->links);
	free(a->folded);
}

static void
code_of(struct asking *a, uint32_t site, char code[CODE_MAX + 1])
{
	struct site s;

	if (site != a->site || site == 0) {
		a->site = site;
		a->code[0] = '\0';
		if (site != 0 && site_get(a->query->txn, site, &s))
			snprintf(a->code, sizeof(a->code), "%.*s",
			    SPAN_ARGS(s.code));
	}
	memcpy(code, a->code, CODE_MAX + 1);
}

/* What the check part has seen of it, or a person has pinned. */
static void
fill_seen(struct asking *a, struct span url)
{
	struct target_info *t = &a->target;

	t->looked = checked_get(a->query->txn, url, &t->seen);
	if (!t->looked)
		return;
	t->broken = checked_is_broken(&t->seen, t->asked);
	if (cause_outcome(t->seen.record.cause) == OUTCOME_MOVED)
		t->now = t->seen.detail;
}

/* As it is judged now: a row may still wait for that. */
static void
fill_target(struct asking *a, struct span url)
{
	struct target_verdict v;

	target_judge(a->query->txn, a->rules, url, INT64_MAX, &v,
	    &a->now);
	a->target = (struct target_info){ .url = url, .state = v.state,
	    .broken = v.broken, .now = buf_look(&a->now), .move = v.move,
	    .asked = a->query->now };
	code_of(a, v.site, a->target.code);
	if (seen_is_asked(v.state))
		fill_seen(a, url);
}

static bool
keep_links(void *arg, const struct entry *e)
{
	struct asking *a = arg;
	struct change c;

	if (change_read(&c, e->body))
		buf_span(&a->links, c.links);
	return false;
}

/* The words stand in the journal only. */
static struct span
text_of(struct asking *a, const struct item *i, const struct link_hit *h)
{
	struct span rows;
	struct link l;

	if (a->item != i->number) {
		a->item = i->number;
		buf_reset(&a->links);
		query_entry(a->query, i->place, keep_links, a);
	}
	rows = buf_look(&a->links);
	while (change_link_next(&rows, &l))
		if (l.kind == h->kind && l.line == h->line &&
		    span_is(l.to, h->to))
			return l.text;
	return SPAN_NONE;
}

/* --- links to ------------------------------------------------------------- */

static int64_t
purse(int64_t steps)
{
	return steps > 0 ? steps : LINKS_STEPS;
}

static bool
pass(struct asking *a)
{
	if (a->skip > 0) {
		a->skip--;
		return false;
	}
	return true;
}

static bool
hand_out(struct asking *a, const struct link_hit *h)
{
	struct link_info l = { .item = h->item, .site = h->site,
	    .more = h->more, .kind = h->kind, .line = h->line, .to = h->to,
	    .target = &a->target };
	struct change said;
	struct item i;

	if (item_get(a->query->txn, h->item, &i) &&
	    change_glance(&said, i.said)) {
		l.page = said.url;
		l.title = said.word[WORD_TITLE];
		l.text = text_of(a, &i, h);
	}
	code_of(a, h->site, l.code);
	return a->each(a->arg, &l);
}

static int
by_item(const void *a, const void *b)
{
	const struct folded *x = a, *y = b;

	if (x->item != y->item)
		return x->item < y->item ? -1 : 1;
	return y->shown - x->shown;
}

/* Pages of which no link was handed out; or else links. */
static void
count_folded(struct asking *a, struct link_info *l)
{
	uint64_t links = 0;

	if (a->count > 0)
		qsort(a->folded, a->count, sizeof(*a->folded), by_item);
	for (size_t i = 0; i < a->count; i++) {
		if ((i == 0 || a->folded[i].item != a->folded[i - 1].item) &&
		    !a->folded[i].shown)
			l->folded += 1 + a->folded[i].more;
		links += !a->folded[i].shown;
	}
	if (l->folded == 0)
		l->folded_links = links;
}

/* What was folded, before another site or another target begins. */
static bool
unfold(struct asking *a)
{
	struct link_info l = { .site = a->from, .to = buf_look(&a->url),
	    .target = &a->target };

	count_folded(a, &l);
	a->count = a->of_site = 0;
	if (l.folded == 0 && l.folded_links == 0)
		return true;
	code_of(a, a->from, l.code);
	return a->each(a->arg, &l);
}

static bool
begin_group(struct asking *a, const struct link_hit *h)
{
	struct target_key k;
	bool same = !target_key(&k, h->target->url) || (k.n == a->key.n &&
	    memcmp(k.at, a->key.at, k.n) == 0);

	if (!same || a->from != h->site) {
		if (!unfold(a))
			return false;
		a->from = h->site;
	}
	if (!same)
		a->key = k;
	if (same && span_is(h->to, buf_look(&a->url)))
		return true;
	buf_reset(&a->url);	/* alike, but spelled otherwise */
	buf_span(&a->url, h->to);
	fill_target(a, buf_look(&a->url));
	return true;
}

static void
note_page(struct asking *a, const struct link_hit *h, bool shown)
{
	a->page->shown++;
	if (a->most == 0)
		return;
	if (a->count == a->room) {
		a->room = a->room > 0 ? a->room * 2 : 64;
		a->folded = mem_grow(a->folded, a->room, sizeof(*a->folded));
	}
	a->folded[a->count++] = (struct folded){ h->item, shown, h->more };
}

static bool
take_hit(void *arg, const struct link_hit *h)
{
	struct asking *a = arg;

	if ((a->exact.n > 0 && span_is(h->to, a->exact) == a->others) ||
	    h->site == a->but || !pass(a))
		return true;
	if (!begin_group(a, h))
		return false;
	if (a->most > 0 && a->of_site >= a->most) {
		note_page(a, h, false);
		return true;
	}
	if (a->left == 0) {
		a->page->more = true;
		return false;
	}
	a->left--;
	a->of_site++;
	note_page(a, h, true);
	return hand_out(a, h);
}

/* Of an address, all that servers may answer alike. */
static enum rewrite_scope
scope_of(const struct link_spec *spec)
{
	return spec->scope == REWRITE_ADDRESS && !spec->only ?
	    REWRITE_ALIKE : spec->scope;
}

/* Whose own links aren't asked for; 0: nobody's. */
static uint32_t
but_from(struct query *q, const struct link_spec *spec)
{
	uint32_t site = 0;
	struct url u;

	if (!spec->others || !url_parse(&u, spec->url) ||
	    !site_of_host(q->txn, u.host, &site))
		return 0;
	return site;
}

static bool
all_to(struct asking *a, const struct link_spec *spec, int64_t *steps)
{
	bool more = links_to(a->query->txn, scope_of(spec), spec->url,
	    spec->site, NULL, take_hit, a, steps);

	return unfold(a) && more;
}

void
query_links_to(struct query *q, const struct link_spec *spec,
    query_link_fn *each, void *arg, struct link_page *page)
{
	int64_t steps = purse(spec->steps);
	struct asking a;

	*page = (struct link_page){ .shown = 0 };
	begin(&a, q);
	a.each = each;
	a.arg = arg;
	a.skip = spec->skip;
	a.left = spec->limit;
	a.page = page;
	a.most = spec->of_site;
	a.but = but_from(q, spec);
	if (spec->scope == REWRITE_ADDRESS)
		a.exact = spec->url;
	if (all_to(&a, spec, &steps) && a.exact.n > 0) {
		a.others = true;
		a.from = 0;
		a.key.n = 0;
		(void)all_to(&a, spec, &steps);
	}
	page->cut = steps < 0;
	end(&a);
}

void
query_links_count(struct query *q, const struct link_spec *spec,
    struct link_count *n)
{
	int64_t steps = purse(spec->steps);
	uint32_t but = but_from(q, spec);

	if (but != 0)
		links_count_but(q->txn, scope_of(spec), spec->url, but, n,
		    &steps);
	else
		links_count(q->txn, scope_of(spec), spec->url, spec->site, n,
		    &steps);
}

/* --- links from ----------------------------------------------------------- */

struct leaving {
	struct asking asking;
	struct link_info out;
	query_link_fn *each;
	void *arg;
};

static void
leave_from(struct leaving *l, struct query *q, const struct item_info *i)
{
	begin(&l->asking, q);
	l->out = (struct link_info){ .item = i->number, .site = i->site,
	    .page = i->said.url, .title = i->said.word[WORD_TITLE],
	    .target = &l->asking.target };
	code_of(&l->asking, i->site, l->out.code);
}

static bool
leave(struct leaving *l, const struct link *link)
{
	l->out.kind = link->kind;
	l->out.line = link->line;
	l->out.to = link->to;
	l->out.text = link->text;
	fill_target(&l->asking, link->to);
	return l->each(l->arg, &l->out);
}

static struct span
links_of(const struct item_info *i)
{
	return i->withdrawn ? SPAN_NONE : i->said.links;
}

void
query_links_from(struct query *q, const struct item_info *i,
    query_link_fn *each, void *arg)
{
	struct leaving leaving = { .each = each, .arg = arg };
	struct span rows = links_of(i);
	struct link l;
	bool more = true;

	leave_from(&leaving, q, i);
	while (more && change_link_next(&rows, &l))
		more = leave(&leaving, &l);
	end(&leaving.asking);
}

static void
leave_rare(void *arg, const struct link *link, uint64_t pages)
{
	struct leaving *l = arg;

	l->out.more = pages > 1 ? pages - 1 : 0;
	(void)leave(l, link);
}

uint64_t
query_links_from_part(struct query *q, const struct item_info *i,
    const struct link_spec *spec, query_link_fn *each, void *arg)
{
	struct leaving l = { .each = each, .arg = arg };
	struct rarest what = { .links = links_of(i), .site = i->site,
	    .skip = spec->skip, .limit = spec->limit };
	uint64_t n;

	leave_from(&l, q, i);
	n = rarest_each(q->txn, &what, leave_rare, &l);
	end(&l.asking);
	return n;
}

/* --- what is broken ------------------------------------------------------- */

struct breaking {
	struct asking asking;
	const struct broken_spec *spec;
	query_broken_fn *each;
	void *arg;
	size_t left;
	int64_t steps;
	bool by_check;		/* what agents say has been listed */
};

static bool
take_url(struct breaking *b, struct span url)
{
	struct asking *a = &b->asking;
	struct broken_info info;

	if (b->left == 0)
		return false;
	fill_target(a, url);
	if (!a->target.broken ||
	    seen_is_asked(a->target.state) != b->by_check)
		return true;
	info.target = a->target;
	links_count(a->query->txn, b->by_check ?
	    REWRITE_ALIKE : REWRITE_ADDRESS, url, b->spec->site,
	    &info.links, &b->steps);
	if (b->by_check && info.links.pages == 0)
		return b->steps >= 0;	/* of another site, or of nobody now */
	b->left--;
	return b->each(b->arg, &info) && b->steps >= 0;
}

static bool
take_broken(void *arg, const struct target_key *k, const struct target *t)
{
	(void)k;
	return take_url(arg, t->url);
}

static bool
take_seen(void *arg, const uint8_t key[TABLE_DIGEST],
    const struct checked *c)
{
	struct breaking *b = arg;

	(void)key;
	b->by_check = true;
	return take_url(b, c->url);
}

/* Is the last one that was listed the check's? Then its key. */
static bool
is_seen(struct breaking *b, uint8_t key[TABLE_DIGEST])
{
	struct asking *a = &b->asking;
	struct span url = b->spec->after;

	if (url.n == 0)
		return false;
	fill_target(a, url);
	baseline_place(key, url);
	return seen_is_asked(a->target.state);
}

/* What is broken as agents say, then as the check has seen. */
static bool
list_broken(struct breaking *b)
{
	struct asking *a = &b->asking;
	struct span last = b->spec->after;
	uint8_t key[TABLE_DIGEST];
	bool seen = is_seen(b, key);
	struct target_key after;
	int64_t steps = b->steps;

	return (seen || links_broken(a->query->txn, b->spec->site,
	    last.n > 0 && target_key(&after, last) ? &after : NULL,
	    take_broken, b, &steps)) && checked_broken(a->query->txn,
	    a->query->now, seen ? key : NULL, take_seen, b, &steps);
}

bool
query_links_broken(struct query *q, const struct broken_spec *spec,
    query_broken_fn *each, void *arg)
{
	struct breaking b = { .spec = spec, .each = each, .arg = arg,
	    .left = spec->limit, .steps = purse(spec->steps) };
	bool all;

	begin(&b.asking, q);
	all = list_broken(&b);
	end(&b.asking);
	return all;
}

void
query_covers(struct query *q, uint32_t site, cover_fn *each, void *arg)
{
	cover_each(q->txn, site, each, arg);
}
