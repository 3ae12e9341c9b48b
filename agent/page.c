/*
 * Pages; see page.h.
 *
 * libxml2 tells what it meets (SAX), no tree is built. What a page said is
 * kept as it comes and put in order at the end: ArticleTitle before <title>
 * before <h1>, PubDate before 发布时间 before the date in the address.
 */
#include "agent/page.h"

#include <libxml/HTMLparser.h>
#include <libxml/parserInternals.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "agent/charset_query.h"
#include "agent/entity.h"
#include "agent/flat.h"
#include "agent/hrefs.h"
#include "agent/linktag.h"
#include "agent/outlink.h"
#include "agent/ssi.h"
#include "agent/tidy.h"
#include "contrib/base/buf.h"
#include "contrib/base/charset.h"
#include "contrib/base/date.h"
#include "contrib/base/err.h"
#include "contrib/base/mem.h"
#include "contrib/base/text.h"
#include "protocol/limits.h"
#include "protocol/url.h"

/* Visible text in which 发布时间 is looked for. */
#define TEXT_MAX (256u << 10)
/* Raw text of a title, before it is tidied. */
#define HEADING_MAX ((size_t)4 * LIMIT_TEXT)
/* All remarks as rows. */
#define REMARKS_ROOM ((size_t)RECORD_REMARKS_MAX * (LIMIT_TEXT + 16))
/* A page in UTF-8: a byte of windows-1252 or a bad one becomes three. */
#define UTF8_MAX ((size_t)INT_MAX)

struct heading {	/* <title> or <h1>: the first that isn't empty */
	struct buf text;
	bool open, done;
};

struct page {
	struct charset *charset;
	int zone;
	enum charset_name is;		/* the page */
	struct buf utf8, text, remarks, counted, address;
	struct buf tag[TAG_COUNT], word[WORD_COUNT];
	struct heading title, h1;
	struct outlinks links;
	struct record *r;		/* of the page being read */
	htmlParserCtxtPtr parser;
	bool in_head, dated, too_deep, stopped;
	unsigned foreign;		/* <svg> or <math> that are open */
	unsigned remark_count;
};

struct page *
page_new(int zone)
{
	struct page *p = mem_new(sizeof(*p));

	xmlInitParser();
	p->charset = charset_open();
	p->zone = zone;
	buf_init(&p->utf8, UTF8_MAX);
	buf_init(&p->text, TEXT_MAX);
	buf_init(&p->remarks, REMARKS_ROOM);
	buf_init(&p->counted, 64);
	buf_init(&p->address, (size_t)8 * LIMIT_URL);
	for (size_t i = 0; i < TAG_COUNT; i++)
		buf_init(&p->tag[i], LIMIT_LONG_TEXT);
	for (size_t i = 0; i < WORD_COUNT; i++)
		buf_init(&p->word[i], LIMIT_LONG_TEXT);
	buf_init(&p->title.text, HEADING_MAX);
	buf_init(&p->h1.text, HEADING_MAX);
	outlinks_init(&p->links);
	return p;
}

void
page_free(struct page *p)
{
	if (p == NULL)
		return;
	charset_close(p->charset);
	buf_clear(&p->utf8);
	buf_clear(&p->text);
	buf_clear(&p->remarks);
	buf_clear(&p->counted);
	buf_clear(&p->address);
	for (size_t i = 0; i < TAG_COUNT; i++)
		buf_clear(&p->tag[i]);
	for (size_t i = 0; i < WORD_COUNT; i++)
		buf_clear(&p->word[i]);
	buf_clear(&p->title.text);
	buf_clear(&p->h1.text);
	outlinks_clear(&p->links);
	free(p);
}

static void
remark(struct page *p, enum remark_kind kind, uint32_t line, struct span text)
{
	if (p->remark_count++ < RECORD_REMARKS_MAX)
		record_remark_put(&p->remarks, &(struct remark){
		    .kind = kind, .line = line, .text = text });
}

/* What stands in the page may be anything, and of any length. */
static void
remark_quote(struct page *p, enum remark_kind kind, uint32_t line,
    struct span said)
{
	struct buf plain;

	buf_init(&plain, LIMIT_TEXT);
	text_plain(&plain, text_cut(said, LIMIT_TEXT / 4));
	remark(p, kind, line, buf_look(&plain));
	buf_clear(&plain);
}

static void
remark_number(struct page *p, enum remark_kind kind, uint32_t line, size_t n)
{
	buf_reset(&p->counted);
	buf_printf(&p->counted, "%zu", n);
	remark(p, kind, line, buf_look(&p->counted));
}

/*
 * The line where the start tag being reported began. The parser stands at
 * its end, and tags with many attributes are spread over lines.
 */
static uint32_t
line_now(const struct page *p, const char *name)
{
	const xmlParserInput *in = p->parser->input;
	size_t n = strlen(name);
	uint32_t back = 0;

	for (const xmlChar *c = in->cur; c > in->base; c--) {
		if (c[-1] == '\n')
			back++;
		if (c[-1] == '<' && (size_t)(in->end - c) >= n &&
		    text_same_nocase((struct span){ (const char *)c, n },
		    (struct span){ name, n }))
			return (uint32_t)in->line - back;
	}
	return (uint32_t)in->line;
}

static struct span
attribute(const xmlChar **atts, const char *name)
{
	for (; atts != NULL && atts[0] != NULL; atts += 2) {
		if (strcmp((const char *)atts[0], name) == 0)
			return span_of((const char *)atts[1]);
	}
	return SPAN_NONE;
}

static size_t
tag_most(enum tag t)
{
	switch (t) {
	case TAG_KEYWORDS:
	case TAG_DESCRIPTION:
	case TAG_COLUMN_DESCRIPTION:
	case TAG_COLUMN_KEYWORDS:
		return LIMIT_LONG_TEXT;
	case TAG_IMAGE:
	case TAG_URL:
		return LIMIT_URL;
	default:
		return LIMIT_TEXT;
	}
}

/* Into tag t; says whether there was a value. */
static bool
take_value(struct page *p, enum tag t, struct span content, uint32_t line)
{
	struct span name = span_of(tag_rules[t].name);
	struct buf *b = &p->tag[t];
	struct tidy_done done = tidy_text(b, content, tag_most(t));

	if (done.entities)
		remark(p, REMARK_TAG_ENTITIES, line, name);
	if (done.cut)
		remark(p, REMARK_CUT_TEXT, line, name);
	if (text_same_nocase(buf_look(b), SPAN("null"))) {
		remark(p, REMARK_TAG_NULL, line, name);
		buf_reset(b);
	} else if (b->n == 0) {
		remark(p, REMARK_TAG_EMPTY, line, name);
	}
	return b->n > 0;
}

/* Told twice: the first that isn't empty counts. */
static void
again(struct page *p, enum tag t, struct span content, uint32_t line)
{
	struct buf other;

	buf_init(&other, LIMIT_LONG_TEXT);
	tidy_text(&other, content, tag_most(t));
	if (!span_is(buf_look(&other), buf_look(&p->tag[t])))
		remark(p, REMARK_TAG_TWICE, line,
		    span_of(tag_rules[t].name));
	buf_clear(&other);
}

static void
on_meta(struct page *p, const xmlChar **atts)
{
	struct span content = attribute(atts, "content");
	struct record_tag *given;
	uint32_t line;
	enum tag t;
	int64_t ms;

	if (!tag_find(text_trim(attribute(atts, "name")), &t))
		return;
	given = &p->r->tag[t];
	line = line_now(p, "meta");
	if (!p->in_head)
		remark(p, REMARK_TAG_OUTSIDE, line,
		    span_of(tag_rules[t].name));
	if (p->tag[t].n > 0) {
		again(p, t, content, line);
		return;
	}
	given->given = true;
	given->line = line;
	if (take_value(p, t, content, line) && t == TAG_DATE &&
	    date_parse(buf_look(&p->tag[t]), p->zone, &ms))
		p->dated = true;
}

static void
on_html(struct page *p, const xmlChar **atts)
{
	struct span lang = attribute(atts, "lang");
	struct buf *b = &p->word[WORD_LANGUAGE];

	if (lang.n == 0)
		lang = attribute(atts, "xml:lang");
	if (b->n == 0)
		tidy_text(b, lang, LIMIT_TEXT);
}

/* The text of a link that has none between its tags. */
static struct span
text_of(const xmlChar *element, const xmlChar **atts)
{
	struct span alt = attribute(atts, "alt");
	struct span title = attribute(atts, "title");
	bool frame = strstr((const char *)element, "frame") != NULL;

	return frame ? title : alt;
}

static void
take_address(struct page *p, const struct linktag *t, struct span address,
    struct span text, uint32_t line)
{
	if (outlink_is_local(address) &&
	    p->remark_count < RECORD_REMARKS_MAX / 2)
		remark_quote(p, REMARK_LINK_LOCAL, line, url_trim(address));
	address = charset_query(p->charset, &p->address, address, p->is);
	if (strcmp(t->element, "a") == 0)
		outlinks_anchor(&p->links, address, line);
	else if (strcmp(t->element, "base") == 0)
		outlinks_base(&p->links, address);
	else
		outlinks_add(&p->links, t->kind, address, text, line);
}

static void
take_links(struct page *p, const xmlChar *element, const xmlChar **atts)
{
	const char *name = (const char *)element;

	for (size_t i = 0; atts != NULL && atts[i] != NULL; i += 2) {
		const struct linktag *t = linktag_find(span_of(name),
		    span_of((const char *)atts[i]));
		struct span rest, address;

		if (t == NULL || (t->needs != NULL && !linktag_is_meant(t,
		    attribute(atts, t->needs))))
			continue;
		rest = span_of((const char *)atts[i + 1]);
		while (linktag_next(t, &rest, &address))
			take_address(p, t, address, text_of(element, atts),
			    line_now(p, name));
	}
}

/* Within a link, its alternative text is the link's. */
static void
on_image(struct page *p, const xmlChar **atts)
{
	outlinks_text(&p->links, attribute(atts, "alt"));
}

static void
on_head(struct page *p, const xmlChar **atts)
{
	(void)atts;
	p->in_head = true;
}

static void
on_body(struct page *p, const xmlChar **atts)
{
	(void)atts;
	p->in_head = false;
}

static void
on_title(struct page *p, const xmlChar **atts)
{
	(void)atts;
	p->title.open = true;
}

/* Drawings and formulas have titles of their own. */
static void
on_foreign(struct page *p, const xmlChar **atts)
{
	(void)atts;
	p->foreign++;
}

static void
on_h1(struct page *p, const xmlChar **atts)
{
	(void)atts;
	p->h1.open = true;
}

typedef void element_fn(struct page *p, const xmlChar **atts);

static const struct {
	const char *name;
	element_fn *begin;
} elements[] = {
	{ "img", on_image }, { "meta", on_meta }, { "h1", on_h1 },
	{ "html", on_html }, { "head", on_head }, { "body", on_body },
	{ "title", on_title }, { "svg", on_foreign }, { "math", on_foreign },
};

static void
note_text(struct page *p, struct span s)
{
	if (!p->dated && s.n < TEXT_MAX - p->text.n)
		buf_span(&p->text, s);
}

static void
begin(void *arg, const xmlChar *name, const xmlChar **atts)
{
	struct page *p = arg;

	if (p->parser->nameNr > PAGE_DEPTH_MAX && !p->too_deep) {
		p->too_deep = true;
		remark_number(p, REMARK_CUT_DEPTH, line_now(p, ""),
		    PAGE_DEPTH_MAX);
		xmlStopParser(p->parser);
		return;
	}
	flat_keep(p->parser);
	note_text(p, SPAN(" "));
	if (!p->title.open)
		take_links(p, name, atts);
	for (size_t i = 0; i < sizeof(elements) / sizeof(elements[0]); i++) {
		if (elements[i].name[0] == (char)name[0] &&
		    strcmp(elements[i].name, (const char *)name) == 0) {
			elements[i].begin(p, atts);
			return;
		}
	}
}

static void
close_heading(struct heading *h)
{
	h->open = false;
	h->done = text_trim(buf_look(&h->text)).n > 0;
}

static void
end(void *arg, const xmlChar *name)
{
	struct page *p = arg;
	const char *n = (const char *)name;

	if (strcmp(n, "a") == 0)
		outlinks_end(&p->links);
	else if (strcmp(n, "title") == 0)
		close_heading(&p->title);
	else if (strcmp(n, "h1") == 0)
		close_heading(&p->h1);
	else if (strcmp(n, "head") == 0)
		p->in_head = false;
	else if (p->foreign > 0 && (strcmp(n, "svg") == 0 ||
	    strcmp(n, "math") == 0))
		p->foreign--;
}

static void
add_heading(struct heading *h, struct span s)
{
	if (h->open && !h->done)
		buf_span(&h->text, text_cut(s, HEADING_MAX - h->text.n));
}

static void
characters(void *arg, const xmlChar *at, int n)
{
	struct page *p = arg;
	struct span s = { (const char *)at, (size_t)n };

	if (p->foreign == 0)
		add_heading(&p->title, s);
	add_heading(&p->h1, s);
	outlinks_text(&p->links, s);
	note_text(p, s);
}

/* Scripts and styles: nothing in there is for readers. */
static void
raw(void *arg, const xmlChar *at, int n)
{
	(void)arg;
	(void)at;
	(void)n;
}

static void
run_parser(struct page *p)
{
	htmlParserCtxtPtr x = htmlNewParserCtxt();
	struct span s = buf_look(&p->utf8);

	if (x == NULL)
		fatal("no memory for the HTML parser");
	*x->sax = (xmlSAXHandler){
		.startElement = begin, .endElement = end,
		.characters = characters, .ignorableWhitespace = characters,
		.cdataBlock = raw,
	};
	x->userData = p;
	p->parser = x;
	htmlCtxtReadMemory(x, s.at, (int)s.n, NULL, "UTF-8",
	    HTML_PARSE_RECOVER | HTML_PARSE_NONET | HTML_PARSE_NOERROR |
	    HTML_PARSE_NOWARNING | HTML_PARSE_IGNORE_ENC);
	p->stopped = x->disableSAX != 0;	/* by us, or at its limits */
	xmlFreeDoc(x->myDoc);
	htmlFreeParserCtxt(x);
	p->parser = NULL;
}

/* libxml2 takes a NUL for the end of the page. */
static void
replace_nuls(struct page *p)
{
	char *at = p->utf8.at;
	size_t left = p->utf8.n, n = 0;

	while (left > 0 && (at = memchr(at, '\0', left)) != NULL) {
		*at = ' ';
		left = p->utf8.n - (size_t)(at - p->utf8.at);
		n++;
	}
	if (n > 0)
		remark_number(p, REMARK_NUL, 0, n);
}

/* libxml2 sees elements in text areas and ends comments elsewhere than the
 * standard does: what is hidden there is blank for it, line by line. */
static void
blank(void *arg, size_t at, size_t n)
{
	struct page *p = arg;

	for (size_t i = at; i < at + n; i++)
		if (p->utf8.at[i] != '\n' && p->utf8.at[i] != '\r')
			p->utf8.at[i] = ' ';
}

static void
remark_charset(struct page *p, const struct charset_found *f, bool cut)
{
	const char *is = charset_text(f->is);

	if (f->wrong) {
		buf_reset(&p->counted);
		buf_printf(&p->counted, "%s>%s", charset_text(f->declared), is);
		remark(p, REMARK_CHARSET_WRONG, f->line, buf_look(&p->counted));
	} else if (f->declared == CHARSET_NONE && !f->ascii && !f->mark) {
		remark(p, REMARK_CHARSET_NONE, 0, span_of(is));
	}
	/* The cut may go through one, and leave up to three bytes of it. */
	if (f->bad > (cut ? 3 : 0))
		remark_number(p, REMARK_CHARSET_BAD, f->bad_line, f->bad);
}

static void
on_include(void *arg, struct span what, uint32_t line)
{
	remark_quote(arg, REMARK_INCLUDE, line, what);
}

static void
reset(struct page *p, const struct page_source *s, struct record *r)
{
	buf_reset(&p->utf8);
	buf_reset(&p->text);
	buf_reset(&p->remarks);
	for (size_t i = 0; i < TAG_COUNT; i++)
		buf_reset(&p->tag[i]);
	for (size_t i = 0; i < WORD_COUNT; i++)
		buf_reset(&p->word[i]);
	buf_reset(&p->title.text);
	buf_reset(&p->h1.text);
	p->title.open = p->title.done = p->h1.open = p->h1.done = false;
	p->in_head = p->dated = p->too_deep = p->stopped = false;
	p->remark_count = p->foreign = 0;
	p->r = r;
	outlinks_begin(&p->links, s->url);
}

static void
settle_title(struct page *p)
{
	struct buf *b = &p->word[WORD_TITLE];

	if (p->tag[TAG_TITLE].n > 0)
		buf_span(b, buf_look(&p->tag[TAG_TITLE]));
	if (b->n == 0)
		tidy_text(b, buf_look(&p->title.text), LIMIT_TEXT);
	if (b->n == 0)
		tidy_text(b, buf_look(&p->h1.text), LIMIT_TEXT);
}

static void
settle_date(struct page *p, struct span url)
{
	struct record *r = p->r;

	if (date_parse(buf_look(&p->tag[TAG_DATE]), p->zone, &r->published))
		r->date_from = RECORD_DATE_TAG;
	else if (date_in_text(buf_look(&p->text), p->zone, &r->published))
		r->date_from = RECORD_DATE_TEXT;
	else if (date_in_url(url, p->zone, &r->published))
		r->date_from = RECORD_DATE_URL;
}

static void
settle_words(struct page *p)
{
	struct buf *image = &p->word[WORD_IMAGE];

	for (size_t i = 0; i < TAG_COUNT; i++) {
		enum change_word w = tag_rules[i].word;

		p->r->tag[i].value = buf_look(&p->tag[i]);
		if (w != WORD_COUNT && w != WORD_TITLE && w != WORD_IMAGE)
			buf_span(&p->word[w], buf_look(&p->tag[i]));
	}
	if (p->tag[TAG_IMAGE].n > 0 && !url_resolve(image,
	    buf_look(&p->links.base), buf_look(&p->tag[TAG_IMAGE]), NULL))
		buf_reset(image);
	for (size_t i = 0; i < WORD_COUNT; i++)
		p->r->word[i] = buf_look(&p->word[i]);
}

void
page_read(struct page *p, const struct page_source *s, struct record *r)
{
	struct charset_found found;

	reset(p, s, r);
	charset_convert(p->charset, &p->utf8, s->bytes, &found);
	p->is = found.is;
	remark_charset(p, &found, s->cut);
	if (s->cut)
		remark_number(p, REMARK_CUT_PAGE, 0, s->bytes.n);
	replace_nuls(p);
	ssi_each(buf_look(&p->utf8), on_include, p);
	hrefs_hidden(buf_look(&p->utf8), blank, p);
	entity_rewrite(p->utf8.at, p->utf8.n);
	if (p->utf8.n > 0)
		run_parser(p);
	outlinks_end(&p->links);
	settle_title(p);
	settle_date(p, s->url);
	settle_words(p);
	if (p->links.cut)
		remark_number(p, REMARK_CUT_LINKS, 0, p->links.count);
	r->is_page = true;
	r->charset = span_of(charset_text(found.is));
	r->links = buf_look(&p->links.rows);
	r->link_count = p->links.count;
	r->links_cut = p->links.cut || s->cut || p->stopped;
	r->remarks = buf_look(&p->remarks);
}
