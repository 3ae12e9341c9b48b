/*
 * Writing a change list; see changelist.h, and changelist.c for the other
 * side. One change is one line, so that tools of the shell can be used on it.
 * Only what is there is written, in one fixed order.
 */
#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/text.h"
#include "protocol/changelist.h"
#include "protocol/words.h"
#include "protocol/xml.h"

static void
put_element(struct buf *b, int e, struct span s)
{
	if (s.n == 0)
		return;
	buf_byte(b, '<');
	buf_text(b, words_name[e]);
	buf_byte(b, '>');
	xml_put_text(b, s);
	buf_text(b, "</");
	buf_text(b, words_name[e]);
	buf_byte(b, '>');
}

static void
put_when(struct buf *b, int e, int64_t ms)
{
	char text[CLOCK_TEXT_MAX];

	put_element(b, e, span_of(clock_format(text, ms)));
}

void
changelist_begin(struct buf *b, const struct batch *h)
{
	buf_text(b, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	    "<urlset xmlns=\"" NS_SITEMAP "\"\n"
	    "    xmlns:rs=\"" NS_RS "\"\n"
	    "    xmlns:dcterms=\"" NS_DCTERMS "\"\n"
	    "    xmlns:zq=\"" NS_ZQ "\">\n"
	    "<rs:md capability=\"changelist\"");
	xml_put_time(b, "from", h->from != 0 ? h->from : h->now);
	buf_text(b, "/>\n");
	health_put(b, &h->health);
	vantage_answer_put(b, &h->looked);
	buf_text(b, "<zq:batch");
	xml_put_number(b, "incarnation", h->incarnation);
	xml_put_number(b, "first", h->first);
	xml_put_number(b, "head", h->head);
	xml_put_time(b, "now", h->now);
	if (h->features.n > 0)
		xml_put_attribute(b, "features", h->features);
	if (h->agent.n > 0)
		xml_put_attribute(b, "agent", h->agent);
	if (h->needs_snapshot)
		buf_text(b, " needs-snapshot=\"true\"");
	if (h->instance != 0)
		xml_put_number(b, "instance", h->instance);
	if (h->held > 0)
		xml_put_number(b, "held", h->held);
	if (h->trouble.n > 0)
		xml_put_attribute(b, "trouble", h->trouble);
	buf_text(b, "/>\n");
}

static void
put_hash(struct buf *b, const uint8_t hash[32])
{
	buf_text(b, " hash=\"sha-256:");
	text_hex(b, hash, 32);
	buf_byte(b, '"');
}

static void
put_md(struct buf *b, const struct change *c)
{
	buf_text(b, "<rs:md");
	if (c->kind <= CHANGE_DELETED)
		xml_put_attribute(b, "change",
		    span_of(change_kind_name(c->kind)));
	xml_put_time(b, "datetime", c->when);
	if (c->has_hash)
		put_hash(b, c->hash);
	if (c->length != 0)
		xml_put_number(b, "length", c->length);
	if (c->type.n > 0)
		xml_put_attribute(b, "type", c->type);
	buf_text(b, "/>");
}

static void
put_link(struct buf *b, const struct link *l)
{
	buf_text(b, "<zq:link");
	xml_put_attribute(b, "kind", span_of(words_link_kind[l->kind]));
	if (l->line != 0)
		xml_put_number(b, "line", l->line);
	xml_put_attribute(b, "href", l->to);
	if (l->text.n == 0) {
		buf_text(b, "/>");
		return;
	}
	buf_byte(b, '>');
	xml_put_text(b, l->text);
	buf_text(b, "</zq:link>");
}

static const char *
element_of(enum change_kind kind)
{
	switch (kind) {
	case CHANGE_MOVE: return "zq:move";
	case CHANGE_NOTICE: return "zq:notice";
	case CHANGE_REPLY: return "zq:reply";
	case CHANGE_COVER: return "zq:cover";
	default: return "url";
	}
}

void
changelist_put(struct buf *b, const struct change *c)
{
	struct span links = c->links;
	struct link l;

	if (c->kind == CHANGE_OTHER) {	/* it is its own element */
		buf_span(b, c->unknown);
		buf_byte(b, '\n');
		return;
	}
	buf_printf(b, "<%s", element_of(c->kind));
	if (c->from != CLOCK_NONE)
		xml_put_time(b, c->kind <= CHANGE_DELETED ? "zq:from" : "from",
		    c->from);
	if (c->until != CLOCK_NONE)
		xml_put_time(b, c->kind <= CHANGE_DELETED ? "zq:until" :
		    "until", c->until);
	if (c->links_cut && c->kind <= CHANGE_DELETED)
		buf_text(b, " zq:links=\"cut\"");
	buf_byte(b, '>');
	put_element(b, E_LOC, c->url);
	put_when(b, E_LASTMOD, c->modified);
	put_md(b, c);
	put_element(b, E_ID, c->id);
	put_when(b, E_ISSUED, c->published);
	for (int w = 0; w < WORD_COUNT; w++)
		put_element(b, w, c->word[w]);
	while (change_link_next(&links, &l))
		put_link(b, &l);
	buf_span(b, c->unknown);
	buf_printf(b, "</%s>\n", element_of(c->kind));
}

void
changelist_end(struct buf *b)
{
	buf_text(b, "</urlset>\n");
}
