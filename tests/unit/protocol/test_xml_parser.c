/*
 * Parsers on the shelf: one that read a document to its end is used again,
 * one in which a stranger left anything behind is not. That used ones tell
 * what new ones tell is tested with every document of test_changelist.c.
 *
 * A used one is known by its dictionary: it still has MARK.
 */
#include "protocol/xml_parser.h"

#include "tests/unit/protocol/help.h"

#define MARK "a-name-of-before"
#define MARKED(inside) "<" MARK ">" inside "</" MARK ">"

static const struct xml_name one[] = { { "urn:a", "b" } };
static const struct xml_name other[] = { { "urn:a", "b" } };
static const xmlSAXHandler sax = { .initialized = XML_SAX2_MAGIC };

static void
parse(struct xml_parser *p, struct span s)
{
	xmlParserCtxtPtr c = xml_parser_context(p);

	ck_assert(c->wellFormed && c->errNo == XML_ERR_OK);
	xmlParseChunk(c, s.at, (int)s.n, 0);
	xmlParseChunk(c, NULL, 0, 1);
}

static bool
is_used(struct xml_parser *p)
{
	return xmlDictExists(xml_parser_context(p)->dict,
	    (const xmlChar *)MARK, -1) != NULL;
}

/* Nothing is left on the shelf for this table. */
static void
clear_shelf(void)
{
	for (int i = 0; i < XML_PARSERS; i++)
		xml_parser_give(xml_parser_take(one, 1, &sax), false);
}

/* Is a parser used again after s? */
static bool
comes_back(struct span s)
{
	struct xml_parser *p;
	bool used;

	clear_shelf();
	p = xml_parser_take(one, 1, &sax);
	ck_assert(!is_used(p));
	parse(p, s);
	xml_parser_give(p, true);
	p = xml_parser_take(one, 1, &sax);
	used = is_used(p);
	xml_parser_give(p, false);
	return used;
}

START_TEST(good_comes_back)
{
	static const char *good[] = { MARKED(""),
		"\xef\xbb\xbf<?xml version='1.0' encoding='UTF-8'?>" MARKED(""),
		"<!-- x --><?pi?>" MARKED("<x xmlns:y='urn:y' y:z='&lt;'/>")
		    "<!-- y -->\n\n",
		MARKED("<x xmlns='urn:x' xml:space='preserve'>t</x>") };

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		ck_assert_msg(comes_back(span_of(good[i])), "%s", good[i]);
}
END_TEST

START_TEST(bad_does_not)
{
	static const char *bad[] = { "<" MARK ">", "<" MARK "></x>",
		MARKED("&nope;"), MARKED("") "<x/>", MARKED("<p:x/>"),
		MARKED("<x p:y=''/>"), "<!DOCTYPE " MARK ">" MARKED(""),
		"<!DOCTYPE a [<!ENTITY b \"c\"><!ATTLIST a d CDATA 'e'>]>"
		    MARKED("&b;"), MARKED("<x xmlns:y='urn:y'>"), MARKED("\xff"), MARK,
		"<?oasis-xml-catalog catalog='file:///dev/null'?>" MARKED("") };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(!comes_back(span_of(bad[i])), "%s", bad[i]);
}
END_TEST

/* What strangers can make grow. */
START_TEST(ceilings)
{
	struct buf b;

	buf_init(&b, 8u << 20);
	buf_text(&b, "<" MARK ">");
	for (int i = 0; i < XML_PARSER_NAMES - 100; i++)
		buf_printf(&b, "<a%d/>", i);
	size_t n = b.n;

	buf_text(&b, "</" MARK ">");
	ck_assert(comes_back(buf_look(&b)));
	buf_cut(&b, n);
	for (int i = 0; i < 200; i++)
		buf_printf(&b, "<b%d/>", i);
	buf_text(&b, "</" MARK ">");
	ck_assert(!comes_back(buf_look(&b)));
	buf_reset(&b);
	buf_text(&b, "<" MARK "><x xmlns='urn:");
	for (int i = 0; i < XML_PARSER_NAME_BYTES; i++)
		buf_byte(&b, 'a');
	buf_text(&b, "'/></" MARK ">");
	ck_assert(!comes_back(buf_look(&b)));
	buf_reset(&b);
	buf_text(&b, "<" MARK ">");
	for (int i = 0; i < 2 * XML_PARSER_DEPTH; i++)
		buf_text(&b, "<a>");
	for (int i = 0; i < 2 * XML_PARSER_DEPTH; i++)
		buf_text(&b, "</a>");
	buf_text(&b, "</" MARK ">");
	ck_assert(!comes_back(buf_look(&b)));
	buf_clear(&b);
}
END_TEST

START_TEST(retires)
{
	unsigned n = 0;
	bool used = true;

	clear_shelf();
	while (used && n <= XML_PARSER_DOCUMENTS) {
		struct xml_parser *p = xml_parser_take(one, 1, &sax);

		used = is_used(p) || n == 0;
		parse(p, SPAN(MARKED("")));
		xml_parser_give(p, true);
		n += used;
	}
	ck_assert_uint_eq(n, XML_PARSER_DOCUMENTS);
}
END_TEST

START_TEST(shelf)
{
	struct xml_parser *p[XML_PARSERS + 2];
	size_t used = 0;

	clear_shelf();
	for (size_t i = 0; i < XML_PARSERS + 2; i++) {
		p[i] = xml_parser_take(one, 1, &sax);
		parse(p[i], SPAN(MARKED("")));
	}
	for (size_t i = 0; i < XML_PARSERS + 2; i++)
		xml_parser_give(p[i], true);
	p[0] = xml_parser_take(other, 1, &sax);
	ck_assert(!is_used(p[0]));	/* another table */
	xml_parser_give(p[0], false);
	for (size_t i = 0; i < XML_PARSERS + 2; i++) {
		p[i] = xml_parser_take(one, 1, &sax);
		used += is_used(p[i]);
	}
	ck_assert_uint_eq(used, XML_PARSERS);
	for (size_t i = 0; i < XML_PARSERS + 2; i++)
		xml_parser_give(p[i], false);
	xml_parser_give(NULL, true);
}
END_TEST

static void
fill(TCase *t)
{
	tcase_add_test(t, good_comes_back);
	tcase_add_test(t, bad_does_not);
	tcase_add_test(t, ceilings);
	tcase_add_test(t, retires);
	tcase_add_test(t, shelf);
}

int
main(void)
{
	return help_main("xml_parser", fill);
}
