/*
 * What a reader can send the web part, and what any page can put on one:
 * "path?query LF anything". Whatever it is, markup of it is well-formed, an
 * address taken apart and put together again says the same, and headers are
 * judged without reading past them.
 */
#include <libxml/parser.h>

#include "contrib/base/err.h"
#include "contrib/base/text.h"
#include "hub/asked.h"
#include "hub/markup.h"
#include "hub/negotiate.h"

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n);

static struct span
cut(struct span *s, char mark)
{
	const char *at = s->n > 0 ? memchr(s->at, mark, s->n) : NULL;
	struct span head = *s;

	if (at == NULL) {
		*s = SPAN_NONE;
		return head;
	}
	head.n = (size_t)(at - s->at);
	*s = (struct span){ .at = at + 1, .n = s->n - head.n - 1 };
	return head;
}

static void
check_text(struct span s)
{
	struct buf b;
	xmlDocPtr doc;

	buf_init(&b, s.n * 12 + 64);
	buf_text(&b, "<x y=\"");
	markup_text(&b, s);
	buf_text(&b, "\">");
	markup_text(&b, s);
	buf_text(&b, "</x>");
	must(!b.bad);
	doc = xmlReadMemory(b.at, (int)b.n, NULL, NULL,
	    XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_HUGE);
	must(doc != NULL);
	xmlFreeDoc(doc);
	buf_reset(&b);
	markup_href(&b, s);
	must(b.n > 0 ? strpbrk(buf_cstr(&b), "\"<>'") == NULL : s.n == 0);
	buf_clear(&b);
}

/* A link to the same page is the same page, but for what was just done there
 * (visit_link() leaves that out). */
static void
check_link(const struct visit *v)
{
	struct visit again = { .status = 0 };
	struct asked a;
	struct buf link, plain;
	const char *why;

	buf_init(&link, 1 << 20);
	buf_init(&plain, 1 << 20);
	visit_link(v, &link, VISIT_LANG, SPAN_NONE);
	must(!link.bad);
	for (size_t i = 1; i < link.n; i++) {
		buf_byte(&plain, link.at[i]);
		if (strncmp(link.at + i, "&amp;", 5) == 0)
			i += 4;
	}
	asked_init(&a);
	must(asked_read(&a, SPAN("/"), buf_look(&plain), &again, &why));
	for (int i = 0; i < VISIT_ARGUMENT_COUNT; i++)
		must(i == VISIT_LANG || i == VISIT_DONE ||
		    span_is(v->argument[i], again.argument[i]));
	asked_clear(&a);
	buf_clear(&link);
	buf_clear(&plain);
}

static void
check_headers(struct span s)
{
	const char *language = negotiate_language(s, "zh");

	must(strcmp(language, "zh") == 0 || strcmp(language, "en") == 0);
	negotiate_has_tag(s, SPAN("\"abc\""));
	if (negotiate_is_host(s))
		must(memchr(s.at, '/', s.n) == NULL &&
		    memchr(s.at, '"', s.n) == NULL && text_is_utf8(s));
}

int
LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
	struct span all = { .at = (const char *)at, .n = n }, line, path;
	struct visit v = { .status = 0 };
	struct asked a;
	const char *why;

	if (n > 65536)
		return 0;
	check_text(all);
	line = cut(&all, '\n');
	check_headers(all);
	path = cut(&line, '?');
	asked_init(&a);
	if (asked_read(&a, path, line, &v, &why))
		check_link(&v);
	asked_clear(&a);
	return 0;
}
