/*
 * XML from strangers; see xml.h.
 *
 * Bytes go through three hands: xml_scan() finds how far they are whole
 * tokens, cleaned() takes out what is no UTF-8 and notes where it stood, and
 * libxml2 makes events of the rest.
 */
#include "protocol/xml.h"

#include "contrib/base/err.h"
#include "contrib/base/mem.h"
#include "protocol/utf8.h"
#include "protocol/xml_parser.h"
#include "protocol/xml_scan.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define XML_NS "http://www.w3.org/XML/1998/namespace"
#define BAD_MOST 256		/* bad bytes remembered at a time */

struct attribute {	/* libxml2's five pointers */
	const xmlChar *local, *prefix, *ns, *value, *end;
};

struct xml {
	struct xml_parser *lent;	/* NULL: the document ended */
	xmlParserCtxtPtr parser;	/* what is lent */
	const struct xml_events *events;
	void *arg;

	struct xml_scan scan;
	struct buf tail;	/* a token that isn't whole yet */
	bool begun;

	/* bad bytes */
	struct buf clean;
	uint64_t handed;	/* bytes that libxml2 got */
	uint64_t bad[BAD_MOST];
	size_t bad_count;

	/* the element of this event */
	const xmlChar *local, *ns;
	const struct attribute *attributes;
	size_t attribute_count;
	size_t depth;
	size_t declarations;	/* of namespaces, in all */

	bool failed;
	char error[512];
};

/* --- what goes wrong --------------------------------------------------------- */

static void
fail(struct xml *x, size_t line, const char *what)
{
	if (x->failed)
		return;
	x->failed = true;
	snprintf(x->error, sizeof(x->error), "line %zu: %s", line, what);
}

/* xmlStopParser() would take away the attributes that the caller may still
 * look at. It isn't needed: no event comes any more, and no piece goes in. */
void
xml_fail(struct xml *x, const char *fmt, ...)
{
	char what[480];
	va_list args;

	va_start(args, fmt);
	vsnprintf(what, sizeof(what), fmt, args);
	va_end(args);
	fail(x, xml_line(x), what);
}

/* libxml2 complains. What isn't fatal to it (a prefix that was never
 * declared) shows as an element without namespace. */
static void
complain(void *arg, xmlErrorPtr e)
{
	struct xml *x = ((xmlParserCtxtPtr)arg)->_private;
	char what[400];

	if (e->level != XML_ERR_FATAL)
		return;
	snprintf(what, sizeof(what), "not well-formed XML: %s",
	    e->message != NULL ? e->message : "");
	what[strcspn(what, "\n")] = '\0';
	fail(x, e->line > 0 ? (size_t)e->line : 1, what);
}

/* --- what libxml2 tells ------------------------------------------------------ */

/* libxml2 looks for a prefix through all that are in scope, and takes each
 * one's address apart. */
static void
count_namespaces(struct xml *x, size_t more)
{
	x->declarations += more;
	if (x->declarations > XML_DECLARATIONS)
		xml_fail(x, "more than %d namespace declarations",
		    XML_DECLARATIONS);
	else if (x->parser->nsNr > 2 * XML_IN_SCOPE)
		xml_fail(x, "more than %d namespaces at one place",
		    XML_IN_SCOPE);
}

/* "a:b:c": libxml2 takes it for b:c with the prefix a, but a copy of that
 * would be read as something else. */
static void
refuse_colons(struct xml *x)
{
	bool found = strchr((const char *)x->local, ':') != NULL;

	for (size_t i = 0; i < x->attribute_count; i++)
		found |= strchr((const char *)x->attributes[i].local, ':') !=
		    NULL;
	if (found)
		xml_fail(x, "a name with more than one colon");
}

static void
on_start(void *arg, const xmlChar *local, const xmlChar *prefix,
    const xmlChar *ns, int ns_count, const xmlChar **namespaces,
    int attribute_count, int defaulted, const xmlChar **attributes)
{
	struct xml *x = ((xmlParserCtxtPtr)arg)->_private;

	(void)prefix, (void)namespaces, (void)defaulted;
	count_namespaces(x, (size_t)ns_count);
	if (x->failed)
		return;
	x->depth++;
	x->local = local;
	x->ns = ns;
	x->attributes = (const struct attribute *)attributes;
	x->attribute_count = (size_t)attribute_count;
	refuse_colons(x);
	if (!x->failed)
		x->events->start(x->arg, x, xml_parser_index(x->lent, ns,
		    local));
}

static void
on_text(void *arg, const xmlChar *at, int n)
{
	struct xml *x = ((xmlParserCtxtPtr)arg)->_private;

	if (!x->failed && x->events->text != NULL)
		x->events->text(x->arg, x, (struct span){
		    .at = (const char *)at, .n = (size_t)n });
}

static void
on_end(void *arg, const xmlChar *local, const xmlChar *prefix,
    const xmlChar *ns)
{
	struct xml *x = ((xmlParserCtxtPtr)arg)->_private;

	(void)prefix;
	if (x->failed)
		return;
	x->local = local;
	x->ns = ns;
	x->attribute_count = 0;
	if (x->events->end != NULL)
		x->events->end(x->arg, x, xml_parser_index(x->lent, ns,
		    local));
	x->depth--;
}

static void
on_document(void *arg)
{
	xmlParserCtxtPtr parser = arg;
	const char *name = (const char *)(parser->encoding != NULL ?
	    parser->encoding : parser->input->encoding);

	if (name != NULL && strcasecmp(name, "UTF-8") != 0 &&
	    strcasecmp(name, "UTF8") != 0)
		xml_fail(parser->_private, "the encoding \"%.40s\" is not "
		    "taken: send UTF-8", name);
}

/* --- life -------------------------------------------------------------------- */

struct xml *
xml_new(const struct xml_name *names, size_t count,
    const struct xml_events *events, void *arg)
{
	static const xmlSAXHandler sax = {
		.initialized = XML_SAX2_MAGIC,
		.startDocument = on_document,
		.startElementNs = on_start,
		.endElementNs = on_end,
		.characters = on_text,
		.ignorableWhitespace = on_text,
		.cdataBlock = on_text,
		.serror = complain,
	};
	struct xml *x = mem_new(sizeof(*x));

	x->lent = xml_parser_take(names, count, &sax);
	x->parser = xml_parser_context(x->lent);
	x->parser->_private = x;
	x->events = events;
	x->arg = arg;
	buf_init(&x->tail, 2 * XML_TOKEN_MAX);
	buf_init(&x->clean, 2 * XML_TOKEN_MAX);
	return x;
}

void
xml_free(struct xml *x)
{
	if (x == NULL)
		return;
	xml_parser_give(x->lent, false);
	buf_clear(&x->tail);
	buf_clear(&x->clean);
	free(x);
}

const char *
xml_error(const struct xml *x)
{
	return x->error;
}

size_t
xml_line(const struct xml *x)
{
	if (x->lent == NULL || x->parser->input == NULL ||
	    x->parser->input->line <= 0)
		return 1;
	return (size_t)x->parser->input->line;
}

size_t
xml_depth(const struct xml *x)
{
	return x->depth;
}

/* --- handing on -------------------------------------------------------------- */

static void
note_bad(struct xml *x, size_t at)
{
	if (x->bad_count == BAD_MOST)
		fail(x, xml_line(x), "too many bytes that are not UTF-8");
	else
		x->bad[x->bad_count++] = x->handed + at;
}

/* A copy of s without bad bytes. */
static struct span
cleaned(struct xml *x, struct span s, size_t good)
{
	buf_reset(&x->clean);
	while (!x->failed && good < s.n) {
		note_bad(x, x->clean.n + good);
		buf_put(&x->clean, s.at, good);
		buf_byte(&x->clean, '_');
		s = (struct span){ s.at + good + 1, s.n - good - 1 };
		good = utf8_good(s.at, s.n);
	}
	buf_span(&x->clean, s);
	return buf_look(&x->clean);
}

static void
hand_piece(struct xml *x, struct span s)
{
	size_t good = utf8_good(s.at, s.n);

	if (good < s.n)
		s = cleaned(x, s, good);
	if (x->failed || s.n == 0)
		return;
	x->handed += s.n;
	xmlParseChunk(x->parser, s.at, (int)s.n, 0);
	if (!x->parser->wellFormed || x->parser->disableSAX)
		fail(x, xml_line(x), "not well-formed XML");
}

/* --- feeding -------------------------------------------------------------------- */

/* What was whole before the refusal is still told. */
static void
feed_some(struct xml *x, struct span s)
{
	bool kept = x->tail.n > 0;

	if (kept) {
		buf_span(&x->tail, s);
		s = buf_look(&x->tail);
	}
	size_t safe = xml_scan(&x->scan, s);

	hand_piece(x, (struct span){ s.at, safe });
	if (kept)
		buf_drop(&x->tail, safe);
	else
		buf_put(&x->tail, s.at + safe, s.n - safe);
	if (x->scan.why != NULL)
		xml_fail(x, "%s", x->scan.why);
}

static void
look_for_utf16(struct xml *x, struct span s)
{
	x->begun = true;
	if ((uint8_t)s.at[0] >= 0xfe || s.at[0] == '\0' ||
	    (s.n >= 2 && s.at[1] == '\0'))
		xml_fail(x, "the encoding UTF-16 is not taken: send UTF-8");
}

bool
xml_feed(struct xml *x, const void *at, size_t n)
{
	const size_t piece = 32768;
	struct span s = { .at = at, .n = n };

	if (x->lent == NULL)
		return false;
	if (!x->begun && n > 0)
		look_for_utf16(x, s);
	while (s.n > 0 && !x->failed) {
		size_t now = s.n < piece ? s.n : piece;

		feed_some(x, (struct span){ s.at, now });
		s = (struct span){ s.at + now, s.n - now };
	}
	return !x->failed;
}

/* The parser goes back at once: who reads may wait for long with his answer,
 * and many do. */
bool
xml_finish(struct xml *x)
{
	if (x->lent == NULL)
		return false;
	if (!x->failed)
		hand_piece(x, buf_look(&x->tail));
	if (!x->failed)
		xmlParseChunk(x->parser, NULL, 0, 1);
	if (!x->parser->wellFormed)
		fail(x, xml_line(x), "not well-formed XML");
	xml_parser_give(x->lent, !x->failed && x->handed <= XML_PARSER_BYTES);
	x->lent = NULL;
	return !x->failed;
}

bool
xml_read(struct xml *x, struct span document, const char **why)
{
	static _Thread_local char said[sizeof(x->error)];

	if (xml_feed(x, document.at, document.n) && xml_finish(x))
		return true;
	if (why != NULL) {
		snprintf(said, sizeof(said), "%s", x->error);
		*why = said;
	}
	return false;
}

bool
xml_had_bad_bytes(struct xml *x)
{
	size_t n = 0;
	uint64_t here;

	if (x->bad_count == 0)
		return false;
	here = (uint64_t)xmlByteConsumed(x->parser);
	while (n < x->bad_count && x->bad[n] < here)
		n++;
	x->bad_count -= n;
	memmove(x->bad, x->bad + n, x->bad_count * sizeof(x->bad[0]));
	return n > 0;
}

/* --- the element of this event --------------------------------------------------- */

static struct span
text_of(const xmlChar *s)
{
	return span_of((const char *)s);
}

static struct span
value_of(const struct attribute *a)
{
	return (struct span){ .at = (const char *)a->value,
	    .n = (size_t)(a->end - a->value) };
}

struct span
xml_ns(const struct xml *x)
{
	return text_of(x->ns);
}

struct span
xml_local(const struct xml *x)
{
	return text_of(x->local);
}

struct span
xml_attribute(const struct xml *x, const char *ns, const char *local)
{
	for (size_t i = 0; i < x->attribute_count; i++) {
		const struct attribute *a = &x->attributes[i];

		if (strcmp((const char *)a->local, local) == 0 &&
		    (a->prefix == NULL) == (ns == NULL) &&
		    span_is(text_of(a->ns), span_of(ns)))
			return value_of(a);
	}
	return SPAN_NONE;
}

static void
copy_attribute(struct buf *b, const struct attribute *a, size_t number)
{
	char name[32];

	if (a->prefix != NULL && a->ns == NULL)
		return;		/* its prefix was never declared */
	if (a->prefix == NULL) {
		buf_byte(b, ' ');
	} else if (span_is(text_of(a->ns), SPAN(XML_NS))) {
		buf_text(b, " xml:");
	} else {
		snprintf(name, sizeof(name), "xmlns:a%zu", number);
		xml_put_attribute(b, name, text_of(a->ns));
		buf_printf(b, " a%zu:", number);
	}
	buf_span(b, text_of(a->local));
	buf_text(b, "=\"");
	xml_put_text(b, value_of(a));
	buf_byte(b, '"');
}

void
xml_copy_start(const struct xml *x, struct buf *b)
{
	buf_byte(b, '<');
	buf_span(b, text_of(x->local));
	xml_put_attribute(b, "xmlns", text_of(x->ns));
	for (size_t i = 0; i < x->attribute_count; i++)
		copy_attribute(b, &x->attributes[i], i);
	buf_byte(b, '>');
}

void
xml_copy_end(const struct xml *x, struct buf *b)
{
	buf_text(b, "</");
	buf_span(b, text_of(x->local));
	buf_byte(b, '>');
}
