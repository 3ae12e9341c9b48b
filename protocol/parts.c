/*
 * A change that is being read from XML; see parts.h. Words are gathered in
 * one buffer and become spans when it doesn't move any more.
 */
#include "protocol/parts.h"

#include "contrib/base/clock.h"
#include "contrib/base/text.h"
#include "protocol/attributes.h"
#include "protocol/limits.h"
#include "protocol/namespaces.h"
#include "protocol/url.h"

#define TEXT_MOST (2 * LIMIT_LONG_TEXT)	/* over every limit: cut here */
#define TEXTS_MOST (1u << 20)	/* all parts, each cut a little over its limit */

_Static_assert(E_COUNT <= 64, "seen has a bit for each");

/* --- complaints -------------------------------------------------------------- */

static void
complain(struct parts *p, const char *part, const char *what)
{
	if (p->why.n == 0)
		buf_printf(&p->why, "line %zu: %s%s%s", xml_line(p->xml), part,
		    *part != '\0' ? ": " : "", what);
}

static bool
is_spoilt(const struct parts *p)
{
	return p->why.n > 0;
}

/* --- a change ------------------------------------------------------------------ */

static void
read_time(struct parts *p, const char *ns, const char *name,
    int64_t *ms)
{
	struct span s = xml_attribute(p->xml, ns, name);

	if (s.at != NULL && !clock_parse(s.at, s.n, PARTS_ZONE, ms))
		complain(p, name, "expected a time such as "
		    "2026-11-21T08:00:00Z");
}

static void
reset(struct parts *p)
{
	change_init(&p->c);
	memset(p->part, 0, sizeof(p->part));
	p->type = p->critical = (struct part){ .n = 0 };
	p->seen = 0;
	p->link_count = 0;
	p->open = E_COUNT;
	p->copy = p->skip = 0;
	buf_reset(&p->texts);
	buf_reset(&p->links);
	buf_reset(&p->unknown);
	buf_reset(&p->why);
}

static struct part
keep(struct parts *p, struct span s)
{
	struct part kept = { .at = p->texts.n, .n = s.n };

	buf_span(&p->texts, s);
	return kept;
}

/* "{namespace}name" of what is unknown and must not be ignored. */
static void
note_critical(struct parts *p)
{
	size_t at = p->texts.n;

	if (p->critical.n > 0 || !attributes_are_critical(p->xml))
		return;
	buf_byte(&p->texts, '{');
	buf_span(&p->texts, xml_ns(p->xml));
	buf_byte(&p->texts, '}');
	buf_span(&p->texts, xml_local(p->xml));
	p->critical = (struct part){ .at = at, .n = p->texts.n - at };
}

static void
begin_unknown(struct parts *p)
{
	struct span local = xml_local(p->xml);

	if (xml_ns(p->xml).n == 0) {
		buf_printf(&p->why, "line %zu: <%.*s>: without a namespace",
		    xml_line(p->xml), SPAN_ARGS(local));
		return;
	}
	note_critical(p);
	p->copy = xml_depth(p->xml);
	xml_copy_start(p->xml, &p->unknown);
}

static void
begin_other(struct parts *p, int name, int64_t now)
{
	p->c.kind = CHANGE_OTHER;
	read_time(p, NULL, "datetime", &p->c.when);
	if (p->c.when == CLOCK_NONE)
		p->c.when = now;
	if (name == XML_UNKNOWN)
		begin_unknown(p);
	else
		complain(p, words_name[name], "not expected here");
}

/* Of changes that have an element of their own; 0: no such one. */
static enum change_kind
own_kind(int name)
{
	switch (name) {
	case E_MOVE: return CHANGE_MOVE;
	case E_NOTICE: return CHANGE_NOTICE;
	case E_REPLY: return CHANGE_REPLY;
	case E_COVER: return CHANGE_COVER;
	default: return 0;
	}
}

void
parts_begin(struct parts *p, int name, uint64_t seq, int64_t now)
{
	reset(p);
	p->c.seq = seq;
	if (name == E_URL) {
		p->c.kind = 0;	/* rs:md will tell */
		read_time(p, NS_ZQ, "from", &p->c.from);
		read_time(p, NS_ZQ, "until", &p->c.until);
		p->c.links_cut = span_is(xml_attribute(p->xml, NS_ZQ, "links"),
		    SPAN("cut"));
	} else if (own_kind(name) != 0) {
		p->c.kind = own_kind(name);
		read_time(p, NULL, "from", &p->c.from);
		read_time(p, NULL, "until", &p->c.until);
	} else {
		begin_other(p, name, now);
	}
}

/* --- its parts ------------------------------------------------------------------ */

static void
read_hash(struct parts *p, struct span s)
{
	const char *at = s.n > 0 ? memmem(s.at, s.n, "sha-256:", 8) : NULL;
	size_t left = at != NULL ? (size_t)(s.at + s.n - at) - 8 : 0;

	if (at == NULL)
		return;		/* none, or kinds that we don't compare */
	if (left < 64 || (left > 64 && at[72] != ' ') ||
	    !text_unhex((struct span){ at + 8, 64 }, p->c.hash, 32))
		complain(p, "rs:md", "hash: expected sha-256: and 64 digits "
		    "of hexadecimal");
	else
		p->c.has_hash = true;
}

static void
read_kind(struct parts *p, struct span s)
{
	for (enum change_kind k = CHANGE_CREATED; k <= CHANGE_DELETED; k++)
		if (span_is(s, span_of(change_kind_name(k))))
			p->c.kind = k;
	if (p->c.kind == 0)
		complain(p, "rs:md", "change: expected created, updated or "
		    "deleted");
}

static void
read_md(struct parts *p)
{
	struct span length = xml_attribute(p->xml, NULL, "length");
	struct span type = xml_attribute(p->xml, NULL, "type");
	const char *end = type.n > 0 ? memchr(type.at, ';', type.n) : NULL;

	if (p->c.kind == 0)
		read_kind(p, xml_attribute(p->xml, NULL, "change"));
	read_time(p, NULL, "datetime", &p->c.when);
	read_hash(p, xml_attribute(p->xml, NULL, "hash"));
	if (length.at != NULL && !text_number(length, 0, INT64_MAX,
	    &p->c.length))
		complain(p, "rs:md", "length: expected a number of bytes");
	if (end != NULL)
		type.n = (size_t)(end - type.at);
	p->type = keep(p, text_trim(type));
}

static void
begin_link(struct parts *p)
{
	struct span kind = xml_attribute(p->xml, NULL, "kind");
	struct span line = xml_attribute(p->xml, NULL, "line");
	uint64_t number = 0;
	const char *why;

	p->link = (struct link){ .kind = 0 };
	for (enum link_kind k = LINK_ANCHOR; k <= LINK_STYLE; k++)
		if (span_is(kind, span_of(words_link_kind[k])))
			p->link.kind = k;
	if (p->link.kind == 0)
		complain(p, "zq:link", "kind: expected anchor, image, frame, "
		    "form, script or style");
	if (line.at != NULL && !text_number(line, 0, UINT32_MAX, &number))
		complain(p, "zq:link", "line: expected a number");
	p->link.line = (uint32_t)number;
	if (++p->link_count > LIMIT_LINKS)
		complain(p, "zq:link", "more of them than a change may have");
	p->link_to.at = p->texts.n;
	if (!url_normal(&p->texts, xml_attribute(p->xml, NULL, "href"), &why))
		complain(p, "zq:link: href", why);
	p->link_to.n = p->texts.n - p->link_to.at;
}

static void
start_part(struct parts *p, int name)
{
	uint64_t bit = name >= 0 ? UINT64_C(1) << name : 0;

	if (name == XML_UNKNOWN || name == E_LN) {
		begin_unknown(p);
		return;
	}
	if ((p->seen & bit) != 0 && name != E_LINK)
		complain(p, words_name[name], "given twice");
	p->seen |= bit;
	if (name >= E_URLSET && name < E_LOC && name != E_MD) {
		complain(p, words_name[name], "not expected here");
	} else if (name == E_MD) {
		read_md(p);
		p->skip = 3;
	} else {
		if (name == E_LINK)
			begin_link(p);
		p->open = name;
		p->part[name] = (struct part){ .at = p->texts.n };
	}
}

static struct span
look(const struct parts *p, struct part part)
{
	return (struct span){ .at = buf_cstr(&p->texts) + part.at,
	    .n = part.n };
}

/* Without blanks of ASCII at both ends: those of a pretty-printed file. */
static void
trim(const struct parts *p, struct part *part)
{
	const char *at = buf_cstr(&p->texts);

	while (part->n > 0 && (unsigned char)at[part->at] <= ' ')
		part->at++, part->n--;
	while (part->n > 0 &&
	    (unsigned char)at[part->at + part->n - 1] <= ' ')
		part->n--;
}

/* False: why; and the part is as it was. */
static bool
make_normal(struct parts *p, struct part *part, const char **why)
{
	size_t at = p->texts.n;
	char raw[4 * LIMIT_URL];

	if (url_is_normal(look(p, *part)))
		return true;
	*why = "an address of more than 2048 bytes";
	if (part->n > sizeof(raw))
		return false;
	memcpy(raw, buf_cstr(&p->texts) + part->at, part->n);
	if (!url_normal(&p->texts, (struct span){ raw, part->n }, why))
		return false;
	*part = (struct part){ .at = at, .n = p->texts.n - at };
	return true;
}

static void
end_url(struct parts *p)
{
	const char *why;

	trim(p, &p->part[E_LOC]);
	if (!make_normal(p, &p->part[E_LOC], &why))
		complain(p, "loc", why);
}

/* Of a page that is gone it may be any hint. Whether it must be an address is
 * for who knows what it is said of (statement.h, announcement.h). */
static void
end_successor(struct parts *p)
{
	struct part *part = &p->part[WORD_SUCCESSOR];
	const char *why;

	trim(p, part);
	(void)make_normal(p, part, &why);
}

static void
end_time(struct parts *p, int name, int64_t *ms)
{
	struct span s;

	trim(p, &p->part[name]);
	s = look(p, p->part[name]);
	if (!clock_parse(s.at, s.n, PARTS_ZONE, ms))
		complain(p, words_name[name], "expected a time such as "
		    "2026-11-21T08:00:00Z");
}

static void
end_link(struct parts *p)
{
	p->link.to = look(p, p->link_to);
	p->link.text = look(p, p->part[E_LINK]);
	if (p->link.text.n > LIMIT_TEXT)
		complain(p, "zq:link", "its text is longer than 1024 bytes");
	change_link_put(&p->links, &p->link);
	buf_cut(&p->texts, p->link_to.at);
}

static void
end_part(struct parts *p)
{
	int name = p->open;
	struct part *part = &p->part[name];

	p->open = E_COUNT;
	part->n = p->texts.n - part->at;
	if (xml_had_bad_bytes(p->xml))
		complain(p, words_name[name], "not UTF-8, or a character "
		    "that XML can't carry");
	else if (name == E_LOC)
		end_url(p);
	else if (name == WORD_SUCCESSOR)
		end_successor(p);
	else if (name == E_LASTMOD)
		end_time(p, name, &p->c.modified);
	else if (name == E_ISSUED)
		end_time(p, name, &p->c.published);
	else if (name == E_LINK)
		end_link(p);
	else if (name != E_ID)
		trim(p, part);
}

/* --- handing out ------------------------------------------------------------------ */

static void
judge(struct parts *p)
{
	const char *why;

	if (xml_had_bad_bytes(p->xml))
		complain(p, "", "not UTF-8, or a character that XML can't "
		    "carry");
	if (p->unknown.bad)
		complain(p, "unknown parts", "longer than 16384 bytes");
	if (p->texts.bad || p->links.bad)
		complain(p, "", "a change of more than 512 KiB");
	if (!is_spoilt(p) && p->c.kind == 0)
		complain(p, "rs:md", "missing: it says what changed and when");
	if (!is_spoilt(p) && p->c.when == CLOCK_NONE)
		complain(p, "rs:md", "datetime: missing");
	if (!is_spoilt(p) && !change_is_sane(&p->c, &why))
		complain(p, "", why);
}

const struct change *
parts_done(struct parts *p, const char **why)
{
	struct change *c = &p->c;

	c->url = look(p, p->part[E_LOC]);
	c->id = look(p, p->part[E_ID]);
	c->type = look(p, p->type);
	c->critical = look(p, p->critical);
	c->links = buf_look(&p->links);
	c->unknown = buf_look(&p->unknown);
	for (int w = 0; w < WORD_COUNT; w++)
		c->word[w] = look(p, p->part[w]);
	judge(p);
	*why = buf_cstr(&p->why);
	return is_spoilt(p) ? NULL : c;
}

/* --- events ------------------------------------------------------------------ */

void
parts_start(struct parts *p, int name)
{
	if (p->skip > 0 || is_spoilt(p))
		return;
	if (xml_depth(p->xml) > LIMIT_DEPTH)
		complain(p, "", "elements nested more than 16 deep");
	else if (p->copy > 0)
		xml_copy_start(p->xml, &p->unknown);
	else if (p->open != E_COUNT)
		complain(p, words_name[p->open], "an element inside of it");
	else
		start_part(p, name);
}

void
parts_text(struct parts *p, struct span s)
{
	if (p->skip > 0 || is_spoilt(p))
		return;
	if (p->copy > 0)
		xml_put_text(&p->unknown, s);
	else if (p->open != E_COUNT &&
	    p->texts.n - p->part[p->open].at <= TEXT_MOST)
		buf_put(&p->texts, s.at, s.n < TEXT_MOST ? s.n : TEXT_MOST);
}

void
parts_end(struct parts *p)
{
	size_t depth = xml_depth(p->xml);

	if (p->copy > 0 && !is_spoilt(p))
		xml_copy_end(p->xml, &p->unknown);
	else if (p->open != E_COUNT && depth == 3)
		end_part(p);
	if (p->skip == depth)
		p->skip = 0;
	if (p->copy == depth)
		p->copy = 0;
}

/* --- life --------------------------------------------------------------------- */

void
parts_init(struct parts *p, struct xml *x)
{
	p->xml = x;
	buf_init(&p->texts, TEXTS_MOST);
	buf_init(&p->links, LIMIT_CHANGE);
	buf_init(&p->unknown, LIMIT_UNKNOWN);
	buf_init(&p->why, 1024);
	reset(p);
}

void
parts_clear(struct parts *p)
{
	buf_clear(&p->texts);
	buf_clear(&p->links);
	buf_clear(&p->unknown);
	buf_clear(&p->why);
}
