/*
 * Hostile change lists: everything is named, costs one change where XML allows
 * that, and never the numbering.
 */
#include "tests/unit/protocol/changelistkit.h"

/* --- one bad change ------------------------------------------------------------------ */

static const struct { const char *change, *why; } spoilt[] = {
	{ "<url>" MD "</url>", "loc: missing" },
	{ "<url><loc/>" MD "</url>", "loc: not an address" },
	{ "<url><loc>ftp://a.cn/</loc>" MD "</url>", "loc: not an address" },
	{ "<url><loc>http://u:p@a.cn/</loc>" MD "</url>", "loc: an address "
	    "with a user name" },
	{ "<url>" LOC LOC MD "</url>", "loc: given twice" },
	{ "<url>" LOC MD MD "</url>", "rs:md: given twice" },
	{ "<url>" LOC "</url>", "rs:md: missing" },
	{ "<url>" LOC "<rs:md change=\"gone\" datetime=\"2026-11-21\"/></url>",
	    "rs:md: change: expected created, updated or deleted" },
	{ "<url>" LOC "<rs:md datetime=\"2026-11-21\"/></url>",
	    "rs:md: change: expected" },
	{ "<url>" LOC "<rs:md change=\"updated\"/></url>",
	    "rs:md: datetime: missing" },
	{ "<url>" LOC "<rs:md change=\"updated\" datetime=\"yesterday\"/>"
	    "</url>", "datetime: expected a time" },
	{ "<url>" LOC "<rs:md change=\"updated\" datetime=\"1969-12-31\"/>"
	    "</url>", "datetime: not within 1970 to 9999" },
	{ "<url>" LOC "<rs:md change=\"updated\" datetime=\"2026-11-21\" "
	    "hash=\"sha-256:12\"/></url>", "rs:md: hash: expected" },
	{ "<url>" LOC "<rs:md change=\"updated\" datetime=\"2026-11-21\" "
	    "length=\"-1\"/></url>", "rs:md: length: expected" },
	{ "<url>" LOC MD "<lastmod>no</lastmod></url>",
	    "lastmod: expected a time" },
	{ "<url>" LOC MD "<dcterms:issued>2026-13-41</dcterms:issued></url>",
	    "dcterms:issued: expected a time" },
	{ "<url>" LOC MD "<dcterms:title>a<b/></dcterms:title></url>",
	    "dcterms:title: an element inside of it" },
	{ "<url>" LOC MD "<dcterms:title>a\xff</dcterms:title></url>",
	    "dcterms:title: not UTF-8" },
	{ "<url>" LOC MD "<dcterms:title>\xe9\x83</dcterms:title></url>",
	    "dcterms:title: not UTF-8" },
	{ "<url>" LOC MD "<dcterms:title>a\x01</dcterms:title></url>",
	    "dcterms:title: not UTF-8, or a character that XML" },
	{ "<url>" LOC MD "<dcterms:title zq:x=\"\xff\">a</dcterms:title>"
	    "</url>", "dcterms:title: not UTF-8" },
	{ "<url>" LOC MD "<x xmlns=\"urn:x\">\xff</x></url>", "not UTF-8" },
	{ "<url>" LOC "<rs:md change=\"updated\" datetime=\"2026-11-21\" "
	    "type=\"\xff\"/></url>", "not UTF-8" },
	{ "<url>" LOC MD "<zq:link kind=\"odd\" href=\"http://b.cn/\"/></url>",
	    "zq:link: kind: expected" },
	{ "<url>" LOC MD "<zq:link kind=\"anchor\" href=\"/x\"/></url>",
	    "zq:link: href: not an address" },
	{ "<url>" LOC MD "<zq:link kind=\"anchor\"/></url>",
	    "zq:link: href: not an address" },
	{ "<url>" LOC MD "<zq:link kind=\"anchor\" line=\"x\" "
	    "href=\"http://b.cn/\"/></url>", "zq:link: line: expected" },
	{ "<url>" LOC MD "<zq:move/></url>", "zq:move: not expected here" },
	{ "<url>" LOC MD "<title xmlns=\"\">x</title></url>",
	    "<title>: without a namespace" },
	{ "<url>" LOC MD "<nope:title>x</nope:title></url>",
	    "<title>: without a namespace" },
	{ "<url xmlns=\"\">" LOC MD "</url>", "<url>: without a namespace" },
	{ "<dcterms:title>x</dcterms:title>",
	    "dcterms:title: not expected here" },
	{ "<zq:move from=\"never\">" LOC MD "</zq:move>",
	    "from: expected a time" },
	{ "<zq:move>" MD "</zq:move>", "loc: missing" },
	{ "<zq:notice>" LOC "</zq:notice>", "rs:md: datetime: missing" },
	{ "<url>" LOC MD "<a xmlns=\"urn:x\"><a><a><a><a><a><a><a><a><a><a>"
	    "<a><a><a><a/></a></a></a></a></a></a></a></a></a></a></a></a>"
	    "</a></a></url>", "elements nested more than 16 deep" },
};

START_TEST(bad_change)
{
	for (size_t i = 0; i < sizeof(spoilt) / sizeof(spoilt[0]); i++) {
		struct buf b;
		const char *error;

		buf_init(&b, 10000);
		buf_text(&b, HEAD BATCH GOOD "\n");
		buf_text(&b, spoilt[i].change);
		buf_text(&b, "\n" GOOD END);
		for (size_t piece = 1; piece < 10000; piece *= 20) {
			error = reads(buf_look(&b), piece);
			ck_assert_msg(error == NULL, "%s: %s",
			    spoilt[i].change, error);
			ck_assert_msg(got.good == 2 && got.bad == 1,
			    "%s: %u good, %u bad, %s", spoilt[i].change,
			    got.good, got.bad, got.why);
			ck_assert_uint_eq(got.bad_seq, 42);
			ck_assert_msg(strncmp(got.why, "line 6: ", 8) == 0 &&
			    strstr(got.why, spoilt[i].why) == got.why + 8,
			    "%s: %s", spoilt[i].change, got.why);
		}
		buf_clear(&b);
	}
}
END_TEST

static void
too_long(const char *element, size_t n, const char *why)
{
	struct buf b;

	buf_init(&b, 8u << 20);
	buf_printf(&b, HEAD BATCH "<url>" LOC MD "<%s>", element);
	for (size_t i = 0; i < n; i++)
		buf_byte(&b, 'a');
	buf_printf(&b, "</%s></url>" GOOD END, element);
	ck_assert(reads(buf_look(&b), 1000) == NULL);
	ck_assert_uint_eq(got.good, why == NULL ? 2 : 1);
	ck_assert_uint_eq(got.bad, why == NULL ? 0 : 1);
	if (why != NULL)
		ck_assert_msg(strstr(got.why, why) != NULL, "%s", got.why);
	buf_clear(&b);
}

START_TEST(long_parts)
{
	too_long("dcterms:title", LIMIT_TEXT, NULL);
	too_long("dcterms:title", LIMIT_TEXT + 1,
	    "dcterms:title: longer than 1024 bytes");
	too_long("dcterms:title", 3u << 20,
	    "dcterms:title: longer than 1024 bytes");
	too_long("dcterms:subject", LIMIT_LONG_TEXT, NULL);
	too_long("dcterms:subject", LIMIT_LONG_TEXT + 1,
	    "dcterms:subject: longer than 8192 bytes");
	too_long("dcterms:identifier", LIMIT_ID + 1,
	    "dcterms:identifier: longer than 1024 bytes");
	too_long("zq:unheard", LIMIT_UNKNOWN - 100, NULL);
	too_long("zq:unheard", LIMIT_UNKNOWN,
	    "unknown parts: longer than 16384 bytes");
}
END_TEST

/* Text is handed on before its end is seen, but never half a character. */
START_TEST(long_han)
{
	struct buf b;

	buf_init(&b, 1u << 20);
	buf_text(&b, HEAD BATCH "<url>" LOC MD "<x xmlns='urn:x'>");
	for (int i = 0; i < 5000; i++)
		buf_text(&b, "\xe9\x83\x91");
	buf_text(&b, "</x></url>" END);
	for (size_t piece = 997; piece < 1010; piece++) {
		ck_assert(reads(buf_look(&b), piece) == NULL);
		ck_assert_msg(got.bad == 0, "%s", got.why);
		ck_assert_uint_eq(got.unknown.n, 15000 +
		    strlen("<x xmlns=\"urn:x\"></x>"));
	}
	buf_clear(&b);
}
END_TEST

START_TEST(links_limit)
{
	struct buf b;

	buf_init(&b, 8u << 20);
	buf_text(&b, HEAD BATCH "<url>" LOC MD);
	for (int i = 0; i < LIMIT_LINKS; i++)
		buf_text(&b, "<zq:link kind=\"image\" href=\"HTTP://b.cn\"/>");
	size_t n = b.n;

	buf_text(&b, "</url>" END);
	ck_assert(reads(buf_look(&b), 1u << 20) == NULL);
	ck_assert_uint_eq(got.good, 1);
	buf_cut(&b, n);
	buf_text(&b, "<zq:link kind=\"image\" href=\"http://b.cn/\"/></url>"
	    END);
	ck_assert(reads(buf_look(&b), 1u << 20) == NULL);
	ck_assert_uint_eq(got.bad, 1);
	ck_assert(strstr(got.why, "zq:link: more") != NULL);
	buf_clear(&b);
}
END_TEST

/* --- bad documents --------------------------------------------------------------------- */

static const struct { const char *text, *why; } refused[] = {
	{ "", "not well-formed" },
	{ "no XML", "not well-formed" },
	{ "<urlset/>", "found <urlset> without a namespace" },
	{ "<urlset xmlns='urn:x'/>", "found <urlset> of urn:x" },
	{ "<sitemapindex xmlns='" NS_SITEMAP "'/>", "found <sitemapindex>" },
	{ "<!DOCTYPE urlset><urlset/>", "a DOCTYPE is not taken" },
	{ "<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>",
	    "line 1: a DOCTYPE is not taken" },
	{ "<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>", "a DOCTYPE" },
	{ "<!ELEMENT a>", "begins nothing" },
	{ "<?xml version='1.0' encoding='GBK'?><a/>",
	    "the encoding \"GBK\" is not taken" },
	{ "<?xml version='1.0' encoding='ISO-8859-1'?><a/>",
	    "the encoding \"ISO-8859-1\" is not taken" },
	{ "<?xml version='1.0' encoding='x-klingon'?><a/>", "x-klingon" },
	{ "\xff\xfe<", "UTF-16" },
	{ HEAD BATCH "<url>" LOC MD "<dcterms:title>&nope;</dcterms:title>"
	    "</url>" END, "nope" },
	{ HEAD BATCH "<url>" LOC MD "</urlset>", "not well-formed" },
	{ HEAD BATCH GOOD, "not well-formed" },
	{ HEAD BATCH GOOD END "<x/>", "not well-formed" },
	{ HEAD BATCH "<url a='1' a='2'>" LOC MD "</url>" END,
	    "not well-formed" },
	{ HEAD BATCH "<zq:a:b/>" END, "more than one colon" },
	{ HEAD BATCH "<url zq:a:b='1'/>" END, "more than one colon" },
	{ HEAD BATCH BATCH END, "a second <zq:batch>" },
	{ HEAD GOOD END, "expected <rs:md> and then <zq:batch>" },
	{ "<urlset xmlns='" NS_SITEMAP "' xmlns:zq='" NS_ZQ "'>" BATCH
	    "</urlset>", "expected <rs:md> and then <zq:batch>" },
	{ "<urlset xmlns='" NS_SITEMAP "' xmlns:rs='" NS_RS "'>"
	    "<rs:md capability='resourcelist'/></urlset>",
	    "expected capability=\"changelist\"" },
	{ HEAD "<zq:batch incarnation='0' first='1' head='1' "
	    "now='2026-11-21'/>" END, "incarnation: expected a number" },
	{ HEAD "<zq:batch incarnation='1' first='0' head='1' "
	    "now='2026-11-21'/>" END, "first: expected a number" },
	{ HEAD "<zq:batch incarnation='1' first='18446744073709551615' "
	    "head='1' now='2026-11-21'/>" END, "first: not a number" },
	{ HEAD "<zq:batch incarnation='1' first='1' now='2026-11-21'/>" END,
	    "head: expected a number" },
	{ HEAD "<zq:batch incarnation='1' first='1' head='1'/>" END,
	    "now: expected a time" },
	{ HEAD "<zq:seal zq:critical='true'/>" BATCH END,
	    "<seal> is marked critical" },
};

START_TEST(bad_document)
{
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		for (size_t piece = 1; piece < 10000; piece *= 9) {
			const char *error = reads(span_of(refused[i].text),
			    piece);

			ck_assert_msg(error != NULL, "%s was read",
			    refused[i].text);
			ck_assert_msg(strncmp(error, "line ", 5) == 0 &&
			    strstr(error, refused[i].why) != NULL,
			    "%s: %s", refused[i].text, error);
		}
}
END_TEST

START_TEST(large_tokens)
{
	struct buf b;
	const char *error;

	buf_init(&b, 8u << 20);
	buf_text(&b, HEAD BATCH "<url ");
	for (int i = 0; i < 65; i++)
		buf_printf(&b, "a%d='>'", i), buf_byte(&b, ' ');
	error = reads(buf_look(&b), 1000);
	ck_assert(error != NULL && strstr(error,
	    "a tag with more than 64 attributes") != NULL);
	buf_reset(&b);
	buf_text(&b, HEAD BATCH "<url a='");
	for (int i = 0; i < 1 << 20; i++)
		buf_byte(&b, '>');
	error = reads(buf_look(&b), 1000);
	ck_assert(error != NULL && strstr(error,
	    "a tag of more than 16384 bytes") != NULL);
	buf_reset(&b);
	buf_text(&b, HEAD BATCH);
	for (int i = 0; i < 100000; i++)
		buf_text(&b, "<a xmlns='urn:x'>");
	error = reads(buf_look(&b), 1u << 20);
	ck_assert(error != NULL && strstr(error,
	    "more than 64 namespaces at one place") != NULL);
	buf_reset(&b);
	buf_text(&b, HEAD BATCH "<url>");
	for (int i = 0; i < 100000; i++)
		buf_text(&b, "<a xmlns='urn:x'/>");
	error = reads(buf_look(&b), 1u << 20);
	ck_assert(error != NULL && strstr(error,
	    "more than 16384 namespace declarations") != NULL);
	buf_clear(&b);
}
END_TEST

START_TEST(many_bad_bytes)
{
	struct buf b;

	buf_init(&b, 8u << 20);
	buf_text(&b, HEAD BATCH "<url>" LOC MD "<dcterms:title>");
	for (int i = 0; i < 3 << 20; i++)
		buf_byte(&b, (char)0xff);
	buf_text(&b, "</dcterms:title></url>" END);
	ck_assert(reads(buf_look(&b), 1u << 24) != NULL);
	buf_clear(&b);
}
END_TEST

static void
fill(TCase *t)
{
	tcase_add_test(t, bad_change);
	tcase_add_test(t, long_parts);
	tcase_add_test(t, long_han);
	tcase_add_test(t, links_limit);
	tcase_add_test(t, bad_document);
	tcase_add_test(t, large_tokens);
	tcase_add_test(t, many_bad_bytes);
}

int
main(void)
{
	return changelistkit_main("changelist_bad", fill);
}
