/*
 * Reading a change list; see changelist.h, and changelist_put.c for the
 * other side.
 *
 * The document is three floors: <urlset>, in it a head (rs:md, zq:batch) and
 * then changes, in a change its parts. Every element after zq:batch is one
 * change and takes one number, whether we can make sense of it or not.
 * The first thing that is wrong with a change is kept in `why`; the rest of
 * it is then read over.
 */
#include "protocol/changelist.h"

#include <stdlib.h>

#include "contrib/base/clock.h"
#include "contrib/base/mem.h"
#include "contrib/base/text.h"
#include "protocol/limits.h"
#include "protocol/url.h"
#include "protocol/words.h"
#include "protocol/xml.h"

#define ZONE 480	/* minutes: a date without zone is Beijing's */
#define HEAD_TEXT 1024	/* bytes of features, and of the agent's name */
#define TEXT_MOST (2 * LIMIT_LONG_TEXT)	/* over every limit: cut here */
#define TEXTS_MOST (1u << 20)	/* all parts, each cut a little over its limit */

struct part {		/* a piece of `texts`; spans would move with it */
	size_t at, n;
};

struct changelist {
	struct xml *xml;
	changelist_head_fn *on_head;
	changelist_change_fn *on_change;
	void *arg;

	struct batch head;
	bool has_md, has_batch;
	uint64_t next;		/* seq of the next change */
	size_t count;

	/* the change being read */
	struct change c;
	struct part part[E_COUNT], type, critical;
	uint32_t seen;		/* bits of enum element */
	struct buf texts, links, unknown, why;
	size_t link_count;
	struct link link;	/* being read; its text is still to come */
	struct part link_to;
	int open;		/* the part whose text comes in */
	size_t copy;		/* depth where an unknown part began; 0: none */
	size_t skip;		/* the same for what is read over */
};

_Static_assert(E_COUNT <= 32, "seen has a bit for each");

/* --- complaints -------------------------------------------------------------- */

static void
complain(struct changelist *l, const char *part, const char *what)
{
	if (l->why.n == 0)
		buf_printf(&l->why, "line %zu: %s%s%s", xml_line(l->xml), part,
		    *part != '\0' ? ": " : "", what);
}

static bool
is_spoilt(const struct changelist *l)
{
	return l->why.n > 0;
}

/* --- the head ----------------------------------------------------------------- */

static void
read_root(struct changelist *l, int name)
{
	struct span ns = xml_ns(l->xml), local = xml_local(l->xml);

	if (name != E_URLSET)
		xml_fail(l->xml, "expected <urlset xmlns=\"" NS_SITEMAP "\">, "
		    "found <%.*s> %s%.*s", SPAN_ARGS(local),
		    ns.n > 0 ? "of " : "without a namespace", SPAN_ARGS(ns));
}

static void
read_list_md(struct changelist *l)
{
	struct span s = xml_attribute(l->xml, NULL, "capability");
	struct span from = xml_attribute(l->xml, NULL, "from");

	if (!span_is(s, SPAN("changelist")))
		xml_fail(l->xml, "rs:md: expected capability=\"changelist\"");
	else if (from.at != NULL &&
	    !clock_parse(from.at, from.n, ZONE, &l->head.from))
		xml_fail(l->xml, "rs:md: from: expected a time such as "
		    "2026-11-21T08:00:00Z");
	l->has_md = true;
}

static bool
head_number(struct changelist *l, const char *name, uint64_t least,
    uint64_t *n)
{
	if (text_number(xml_attribute(l->xml, NULL, name), least, UINT64_MAX,
	    n))
		return true;
	xml_fail(l->xml, "zq:batch: %s: expected a number from %u", name,
	    (unsigned)least);
	return false;
}

static bool
head_text(struct changelist *l, const char *name, struct span *s)
{
	*s = xml_attribute(l->xml, NULL, name);
	if (s->n <= HEAD_TEXT)
		return true;
	xml_fail(l->xml, "zq:batch: %s: longer than %d bytes", name,
	    HEAD_TEXT);
	return false;
}

static void
read_batch(struct changelist *l)
{
	struct batch *h = &l->head;
	struct span now = xml_attribute(l->xml, NULL, "now");

	if (!head_number(l, "incarnation", 1, &h->incarnation) ||
	    !head_number(l, "first", 1, &h->first) ||
	    !head_number(l, "head", 0, &h->head) ||
	    !head_text(l, "features", &h->features) ||
	    !head_text(l, "agent", &h->agent))
		return;
	if (h->first > INT64_MAX)
		xml_fail(l->xml, "zq:batch: first: not a number that was "
		    "counted to");
	else if (!clock_parse(now.at, now.n, ZONE, &h->now))
		xml_fail(l->xml, "zq:batch: now: expected a time such as "
		    "2026-11-21T08:00:00Z");
	else if (xml_had_bad_bytes(l->xml))
		xml_fail(l->xml, "zq:batch: not UTF-8");
	else {
		h->needs_snapshot = span_is(xml_attribute(l->xml, NULL,
		    "needs-snapshot"), SPAN("true"));
		l->next = h->first;
		l->has_batch = true;
		l->on_head(l->arg, h);
	}
}

static bool
is_critical(const struct changelist *l)
{
	struct span s = xml_attribute(l->xml, NS_ZQ, "critical");

	return span_is(s, SPAN("true")) || span_is(s, SPAN("1"));
}

static void
read_head(struct changelist *l, int name)
{
	struct span local = xml_local(l->xml);

	if (name == E_BATCH && l->has_md)
		read_batch(l);
	else if (name == E_MD && !l->has_md)
		read_list_md(l);
	else if (name == E_BATCH || name == E_MD || name == E_URL ||
	    xml_ns(l->xml).n == 0)
		xml_fail(l->xml, "<%.*s>: expected <rs:md> and then "
		    "<zq:batch> before all changes, each with its namespace",
		    SPAN_ARGS(local));
	else if (is_critical(l))
		xml_fail(l->xml, "<%.*s> is marked critical and not known "
		    "here", SPAN_ARGS(local));
	l->skip = 2;
}

/* --- a change ------------------------------------------------------------------ */

static void
read_time(struct changelist *l, const char *ns, const char *name,
    int64_t *ms)
{
	struct span s = xml_attribute(l->xml, ns, name);

	if (s.at != NULL && !clock_parse(s.at, s.n, ZONE, ms))
		complain(l, name, "expected a time such as "
		    "2026-11-21T08:00:00Z");
}

static void
begin_change(struct changelist *l)
{
	change_init(&l->c);
	memset(l->part, 0, sizeof(l->part));
	l->type = l->critical = (struct part){ .n = 0 };
	l->seen = 0;
	l->link_count = 0;
	buf_reset(&l->texts);
	buf_reset(&l->links);
	buf_reset(&l->unknown);
	buf_reset(&l->why);
	l->c.seq = l->next++;
	if (++l->count > LIMIT_BATCH)
		xml_fail(l->xml, "more than %d changes in one batch",
		    LIMIT_BATCH);
}

static struct part
keep(struct changelist *l, struct span s)
{
	struct part p = { .at = l->texts.n, .n = s.n };

	buf_span(&l->texts, s);
	return p;
}

/* "{namespace}name" of what is unknown and must not be ignored. */
static void
note_critical(struct changelist *l)
{
	struct part p = { .at = l->texts.n };

	if (l->critical.n > 0 || !is_critical(l))
		return;
	buf_byte(&l->texts, '{');
	buf_span(&l->texts, xml_ns(l->xml));
	buf_byte(&l->texts, '}');
	buf_span(&l->texts, xml_local(l->xml));
	p.n = l->texts.n - p.at;
	l->critical = p;
}

static void
begin_unknown(struct changelist *l)
{
	struct span local = xml_local(l->xml);

	if (xml_ns(l->xml).n == 0) {
		buf_printf(&l->why, "line %zu: <%.*s>: without a namespace",
		    xml_line(l->xml), SPAN_ARGS(local));
		return;
	}
	note_critical(l);
	l->copy = xml_depth(l->xml);
	xml_copy_start(l->xml, &l->unknown);
}

static void
begin_other(struct changelist *l, int name)
{
	l->c.kind = CHANGE_OTHER;
	read_time(l, NULL, "datetime", &l->c.when);
	if (l->c.when == CLOCK_NONE)
		l->c.when = l->head.now;
	if (name == XML_UNKNOWN)
		begin_unknown(l);
	else
		complain(l, words_name[name], "not expected here");
}

static void
start_change(struct changelist *l, int name)
{
	if (name == E_BATCH) {
		xml_fail(l->xml, "a second <zq:batch>");
		return;
	}
	begin_change(l);
	if (name == E_URL) {
		l->c.kind = 0;	/* rs:md will tell */
		read_time(l, NS_ZQ, "from", &l->c.from);
		read_time(l, NS_ZQ, "until", &l->c.until);
	} else if (name == E_MOVE || name == E_NOTICE) {
		l->c.kind = name == E_MOVE ? CHANGE_MOVE : CHANGE_NOTICE;
		read_time(l, NULL, "from", &l->c.from);
		read_time(l, NULL, "until", &l->c.until);
	} else {
		begin_other(l, name);
	}
}

/* --- its parts ------------------------------------------------------------------ */

static void
read_hash(struct changelist *l, struct span s)
{
	const char *at = s.n > 0 ? memmem(s.at, s.n, "sha-256:", 8) : NULL;
	size_t left = at != NULL ? (size_t)(s.at + s.n - at) - 8 : 0;

	if (at == NULL)
		return;		/* none, or kinds that we don't compare */
	if (left < 64 || (left > 64 && at[72] != ' ') ||
	    !text_unhex((struct span){ at + 8, 64 }, l->c.hash, 32))
		complain(l, "rs:md", "hash: expected sha-256: and 64 digits "
		    "of hexadecimal");
	else
		l->c.has_hash = true;
}

static void
read_kind(struct changelist *l, struct span s)
{
	for (enum change_kind k = CHANGE_CREATED; k <= CHANGE_DELETED; k++)
		if (span_is(s, span_of(change_kind_name(k))))
			l->c.kind = k;
	if (l->c.kind == 0)
		complain(l, "rs:md", "change: expected created, updated or "
		    "deleted");
}

static void
read_md(struct changelist *l)
{
	struct span length = xml_attribute(l->xml, NULL, "length");
	struct span type = xml_attribute(l->xml, NULL, "type");
	const char *end = type.n > 0 ? memchr(type.at, ';', type.n) : NULL;

	if (l->c.kind == 0)
		read_kind(l, xml_attribute(l->xml, NULL, "change"));
	read_time(l, NULL, "datetime", &l->c.when);
	read_hash(l, xml_attribute(l->xml, NULL, "hash"));
	if (length.at != NULL && !text_number(length, 0, INT64_MAX,
	    &l->c.length))
		complain(l, "rs:md", "length: expected a number of bytes");
	if (end != NULL)
		type.n = (size_t)(end - type.at);
	l->type = keep(l, text_trim(type));
}

static void
begin_link(struct changelist *l)
{
	struct span kind = xml_attribute(l->xml, NULL, "kind");
	struct span line = xml_attribute(l->xml, NULL, "line");
	uint64_t number = 0;
	const char *why;

	l->link = (struct link){ .kind = 0 };
	for (enum link_kind k = LINK_ANCHOR; k <= LINK_STYLE; k++)
		if (span_is(kind, span_of(words_link_kind[k])))
			l->link.kind = k;
	if (l->link.kind == 0)
		complain(l, "zq:link", "kind: expected anchor, image, frame, "
		    "form, script or style");
	if (line.at != NULL && !text_number(line, 0, UINT32_MAX, &number))
		complain(l, "zq:link", "line: expected a number");
	l->link.line = (uint32_t)number;
	if (++l->link_count > LIMIT_LINKS)
		complain(l, "zq:link", "more of them than a change may have");
	l->link_to.at = l->texts.n;
	if (!url_normal(&l->texts, xml_attribute(l->xml, NULL, "href"), &why))
		complain(l, "zq:link: href", why);
	l->link_to.n = l->texts.n - l->link_to.at;
}

static void
start_part(struct changelist *l, int name)
{
	uint32_t bit = name >= 0 ? UINT32_C(1) << name : 0;

	if (name == XML_UNKNOWN || name == E_LN) {
		begin_unknown(l);
		return;
	}
	if ((l->seen & bit) != 0 && name != E_LINK)
		complain(l, words_name[name], "given twice");
	l->seen |= bit;
	if (name >= E_URLSET && name < E_LOC && name != E_MD) {
		complain(l, words_name[name], "not expected here");
	} else if (name == E_MD) {
		read_md(l);
		l->skip = 3;
	} else {
		if (name == E_LINK)
			begin_link(l);
		l->open = name;
		l->part[name] = (struct part){ .at = l->texts.n };
	}
}

static struct span
part(const struct changelist *l, struct part p)
{
	return (struct span){ .at = buf_cstr(&l->texts) + p.at, .n = p.n };
}

/* Blanks of ASCII at both ends: those of a pretty-printed file. */
static struct part
trim(const struct changelist *l, struct part p)
{
	const char *at = buf_cstr(&l->texts);

	while (p.n > 0 && (unsigned char)at[p.at] <= ' ')
		p.at++, p.n--;
	while (p.n > 0 && (unsigned char)at[p.at + p.n - 1] <= ' ')
		p.n--;
	return p;
}

static void
end_url(struct changelist *l)
{
	struct part *p = &l->part[E_LOC];
	size_t at = l->texts.n;
	char raw[4 * LIMIT_URL];
	const char *why;

	*p = trim(l, *p);
	if (url_is_normal(part(l, *p)))
		return;
	if (p->n > sizeof(raw)) {
		complain(l, "loc", "an address of more than 2048 bytes");
		return;
	}
	memcpy(raw, l->texts.at + p->at, p->n);
	if (!url_normal(&l->texts, (struct span){ raw, p->n }, &why))
		complain(l, "loc", why);
	*p = (struct part){ .at = at, .n = l->texts.n - at };
}

static void
end_time(struct changelist *l, int name, int64_t *ms)
{
	struct span s = part(l, trim(l, l->part[name]));

	if (!clock_parse(s.at, s.n, ZONE, ms))
		complain(l, words_name[name], "expected a time such as "
		    "2026-11-21T08:00:00Z");
}

static void
end_link(struct changelist *l)
{
	l->link.to = part(l, l->link_to);
	l->link.text = part(l, l->part[E_LINK]);
	if (l->link.text.n > LIMIT_TEXT)
		complain(l, "zq:link", "its text is longer than 1024 bytes");
	change_link_put(&l->links, &l->link);
	buf_cut(&l->texts, l->link_to.at);
}

static void
end_part(struct changelist *l)
{
	int name = l->open;
	struct part *p = &l->part[name];

	l->open = E_COUNT;
	p->n = l->texts.n - p->at;
	if (xml_had_bad_bytes(l->xml))
		complain(l, words_name[name], "not UTF-8, or a character "
		    "that XML can't carry");
	else if (name == E_LOC)
		end_url(l);
	else if (name == E_LASTMOD)
		end_time(l, name, &l->c.modified);
	else if (name == E_ISSUED)
		end_time(l, name, &l->c.published);
	else if (name == E_LINK)
		end_link(l);
	else if (name != E_ID)
		*p = trim(l, *p);
}

/* --- handing out ------------------------------------------------------------------ */

static void
judge(struct changelist *l)
{
	const char *why;

	if (xml_had_bad_bytes(l->xml))
		complain(l, "", "not UTF-8, or a character that XML can't "
		    "carry");
	if (l->unknown.bad)
		complain(l, "unknown parts", "longer than 16384 bytes");
	if (l->texts.bad || l->links.bad)
		complain(l, "", "a change of more than 512 KiB");
	if (!is_spoilt(l) && l->c.kind == 0)
		complain(l, "rs:md", "missing: it says what changed and when");
	if (!is_spoilt(l) && l->c.when == CLOCK_NONE)
		complain(l, "rs:md", "datetime: missing");
	if (!is_spoilt(l) && !change_is_sane(&l->c, &why))
		complain(l, "", why);
}

static void
end_change(struct changelist *l)
{
	struct change *c = &l->c;

	c->url = part(l, l->part[E_LOC]);
	c->id = part(l, l->part[E_ID]);
	c->type = part(l, l->type);
	c->critical = part(l, l->critical);
	c->links = buf_look(&l->links);
	c->unknown = buf_look(&l->unknown);
	for (int w = 0; w < WORD_COUNT; w++)
		c->word[w] = part(l, l->part[w]);
	judge(l);
	if (is_spoilt(l))
		l->on_change(l->arg, c->seq, NULL, buf_cstr(&l->why));
	else
		l->on_change(l->arg, c->seq, c, NULL);
}

/* --- events ------------------------------------------------------------------------ */

static void
on_start(void *arg, struct xml *x, int name)
{
	struct changelist *l = arg;
	size_t depth = xml_depth(x);

	if (depth == 1)
		read_root(l, name);
	else if (l->skip > 0 || (depth > 2 && is_spoilt(l)))
		return;
	else if (depth == 2 && !l->has_batch)
		read_head(l, name);
	else if (depth == 2)
		start_change(l, name);
	else if (depth > LIMIT_DEPTH)
		complain(l, "", "elements nested more than 16 deep");
	else if (l->copy > 0)
		xml_copy_start(x, &l->unknown);
	else if (l->open != E_COUNT)
		complain(l, words_name[l->open], "an element inside of it");
	else
		start_part(l, name);
}

static void
on_text(void *arg, struct xml *x, struct span s)
{
	struct changelist *l = arg;

	(void)x;
	if (l->skip > 0 || (l->has_batch && is_spoilt(l)))
		return;
	if (l->copy > 0)
		xml_put_text(&l->unknown, s);
	else if (l->open != E_COUNT &&
	    l->texts.n - l->part[l->open].at <= TEXT_MOST)
		buf_put(&l->texts, s.at, s.n < TEXT_MOST ? s.n : TEXT_MOST);
}

static void
on_end(void *arg, struct xml *x, int name)
{
	struct changelist *l = arg;
	size_t depth = xml_depth(x);

	(void)name;
	if (l->copy > 0 && !is_spoilt(l))
		xml_copy_end(x, &l->unknown);
	else if (depth == 3 && l->open != E_COUNT)
		end_part(l);
	if (l->skip == depth)
		l->skip = 0;
	else if (depth == 2 && l->has_batch)
		end_change(l);
	if (l->copy == depth)
		l->copy = 0;
}

/* --- life ---------------------------------------------------------------------------- */

struct changelist *
changelist_new(changelist_head_fn *on_head, changelist_change_fn *on_change,
    void *arg)
{
	static const struct xml_events events = { on_start, on_text, on_end };
	struct changelist *l = mem_new(sizeof(*l));

	l->xml = xml_new(words_element, E_COUNT, &events, l);
	l->on_head = on_head;
	l->on_change = on_change;
	l->arg = arg;
	l->open = E_COUNT;
	buf_init(&l->texts, TEXTS_MOST);
	buf_init(&l->links, LIMIT_CHANGE);
	buf_init(&l->unknown, LIMIT_UNKNOWN);
	buf_init(&l->why, 1024);
	return l;
}

bool
changelist_feed(struct changelist *l, const void *at, size_t n)
{
	return xml_feed(l->xml, at, n);
}

bool
changelist_finish(struct changelist *l)
{
	return xml_finish(l->xml);
}

const char *
changelist_error(const struct changelist *l)
{
	return xml_error(l->xml);
}

void
changelist_free(struct changelist *l)
{
	if (l == NULL)
		return;
	xml_free(l->xml);
	buf_clear(&l->texts);
	buf_clear(&l->links);
	buf_clear(&l->unknown);
	buf_clear(&l->why);
	free(l);
}
