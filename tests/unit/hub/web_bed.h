/*
 * For tests of the web's makers: a small store, and one visit after the
 * other to it, as the web part would make them.
 */
#ifndef ZQ_TESTS_WEB_BED_H
#define ZQ_TESTS_WEB_BED_H

#include "tests/unit/hub/storekit.h"

#include <libxml/HTMLparser.h>
#include <libxml/parser.h>

#include "contrib/base/lang.h"
#include "contrib/base/text.h"
#include "hub/asked.h"
#include "hub/counters.h"
#include "hub/visit.h"

#define BED_NAME "<Cluster> & \"Co\""

/* What any page, site or reader may try: markup, quotes, broken out of an
 * attribute, a character reference, a control that XML forbids. */
#define BED_HOSTILE "\"'><script>alert(1)</script>&amp;]]>--!> \xe6\x94\xbf"

struct bed {
	struct kit kit;
	struct store *store;
	struct query *query;
	struct config config;
	struct buf out;
	struct asked asked;
	struct visit v;
};

static inline void
bed_open(struct bed *b)
{
	static char name[] = BED_NAME, web[] = "127.0.0.1:7480";

	*b = (struct bed){ .config = { .name = name, .web = web,
		.home_limit = 15000, .week_fails = 5, .week_warns = 3 } };
	setenv("TZ", "Asia/Shanghai", 1);
	setenv("LANGUAGE", "en", 1);
	counters_open();
	kit_open(&b->kit, &journal_mem);
	buf_init(&b->out, VISIT_BODY_MAX);
	asked_init(&b->asked);
}

static inline void
bed_done(struct bed *b)
{
	if (b->query != NULL)
		query_end(b->query);
	store_close(b->store);
	b->query = NULL;
	b->store = NULL;
}

static inline void
bed_close(struct bed *b)
{
	bed_done(b);
	buf_clear(&b->out);
	asked_clear(&b->asked);
	kit_close(&b->kit);
	stats_close();
}

/* After the store has changed. */
static inline void
bed_show(struct bed *b)
{
	bed_done(b);
	kit_show(&b->kit, 1000);
	b->store = kit_store(&b->kit);
	b->query = query_begin(b->store);
}

/* An item of a site by its path there. */
static inline void
bed_item(struct bed *b, uint32_t site, const char *path, const char *title,
    const char *column)
{
	char url[256];
	struct change c;

	snprintf(url, sizeof(url), "https://s%u.gov.cn/%s", site, path);
	c = kit_change(CHANGE_CREATED, url, title);
	c.word[WORD_COLUMN] = span_of(column);
	kit_say(&b->kit, site, &c);
}

static inline void
bed_withdraw(struct bed *b, uint32_t site, const char *path,
    const char *reason)
{
	char url[256];
	struct change c;

	snprintf(url, sizeof(url), "https://s%u.gov.cn/%s", site, path);
	c = kit_change(CHANGE_DELETED, url, NULL);
	c.word[WORD_REASON] = span_of(reason);
	kit_say(&b->kit, site, &c);
}

/* The answer to one visit; it is there until the next one. */
static inline const char *
bed_get(struct bed *b, void (*make)(struct visit *v), const char *path,
    const char *query)
{
	const char *why = "";

	asked_clear(&b->asked);
	asked_init(&b->asked);
	buf_reset(&b->out);
	b->v = (struct visit){ .query = b->query, .config = &b->config,
		.out = &b->out, .status = 200, .type = "",
		.origin = SPAN("https://hub.example") };
	ck_assert_msg(asked_read(&b->asked, span_of(path), span_of(query),
	    &b->v, &why), "%s", why);
	b->v.path = buf_look(&b->asked.path);
	b->v.chose_language = b->v.argument[VISIT_LANG].n > 0;
	make(&b->v);
	ck_assert(!b->out.bad);
	return buf_cstr(&b->out);
}

static inline size_t
bed_count(const char *text, const char *what)
{
	size_t n = 0;

	for (; (text = strstr(text, what)) != NULL; text += strlen(what))
		n++;
	return n;
}

/* Is the answer well-formed XML? The document, xmlFreeDoc() it. */
static inline xmlDocPtr
bed_xml(const struct bed *b)
{
	xmlDocPtr doc = xmlReadMemory(b->out.at, (int)b->out.n, NULL, NULL,
	    XML_PARSE_NONET);

	ck_assert_msg(doc != NULL, "no XML: %s", buf_cstr(&b->out));
	return doc;
}

#define BED_UNKNOWN_TAG 801	/* HTML 5's, to libxml2 */

static inline void
bed_html_error(void *arg, xmlErrorPtr e)
{
	(void)arg;
	ck_assert_msg(e->code == BED_UNKNOWN_TAG, "line %d: %s", e->line,
	    e->message);
}

/* A whole page whose elements close, and nothing of a title in it that is
 * markup. */
static inline void
bed_html(const struct bed *b)
{
	const char *text = buf_cstr(&b->out);
	htmlDocPtr doc;

	xmlSetStructuredErrorFunc(NULL, bed_html_error);
	doc = htmlReadMemory(text, (int)b->out.n, NULL, "UTF-8",
	    HTML_PARSE_NONET);
	xmlSetStructuredErrorFunc(NULL, NULL);
	ck_assert_ptr_nonnull(doc);
	xmlFreeDoc(doc);
	ck_assert(text_is_utf8(buf_look(&b->out)));
	ck_assert_ptr_nonnull(strstr(text, "</html>"));
	ck_assert_ptr_null(strstr(text, "<script>"));
	ck_assert_ptr_null(strstr(text, "<Cluster>"));
	ck_assert_uint_eq(bed_count(text, "<h1>"), 1);
}

/* A visit whose answer is such a page. */
static inline const char *
bed_page(struct bed *b, void (*make)(struct visit *v), const char *path,
    const char *query)
{
	const char *text = bed_get(b, make, path, query);

	bed_html(b);
	return text;
}

static inline bool
bed_has(const char *text, const char *part)
{
	return strstr(text, part) != NULL;
}

static inline int
bed_run(const char *name, void (*fill)(TCase *t))
{
	Suite *s = suite_create(name);
	TCase *t = tcase_create(name);
	SRunner *r;
	int failed;

	tcase_set_timeout(t, 60);
	fill(t);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}

#endif
