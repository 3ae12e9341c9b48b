/*
 * Words: what is found by what. Each phrase is put to the text itself and to
 * the terms, which must lead to it.
 */
#include "tests/unit/hub/storekit.h"

#include "hub/term.h"
#include "hub/word.h"

static struct buf room;

/* Do the phrase's terms all stand among the text's? */
static bool
leads_to(const struct phrase *p, const struct change *c)
{
	struct terms t;
	bool all = true;

	terms_init(&t);
	word_terms(&t, c);
	for (size_t i = 0; i < p->terms; i++) {
		bool there = false;

		for (size_t n = 0; n < t.n; n++)
			there = there || t.at[n] == p->term[i];
		all = all && there;
	}
	terms_clear(&t);
	return all;
}

static bool
finds_in(const char *phrase, const struct change *c)
{
	const char *why = NULL;
	struct phrase p;
	bool in;

	ck_assert_msg(phrase_parse(&p, span_of(phrase), &why), "%s", why);
	in = phrase_is_in(&p, c, &room);
	if (in)
		ck_assert_msg(leads_to(&p, c), "\"%s\" is in it, and its "
		    "terms don't lead there", phrase);
	if (p.exact && p.terms > 0)
		ck_assert(in == leads_to(&p, c));
	phrase_clear(&p);
	return in;
}

static bool
finds(const char *phrase, const char *title)
{
	struct change c = kit_change(CHANGE_CREATED, "http://s1.gov.cn/",
	    title);

	return finds_in(phrase, &c);
}

static void
setup(void)
{
	buf_init(&room, 1 << 20);
}

static void
teardown(void)
{
	buf_clear(&room);
}

static const struct {
	const char *phrase, *title;
	bool found;
} cases[] = {
	{ "政务", "政务公开", true },
	{ "务公", "政务公开", true },
	{ "政公", "政务公开", false },
	{ "政务公开", "郑州市政务公开工作要点", true },
	/* Both pairs are there, side by side they are not. */
	{ "公开信", "公开 开信", false },
	{ "政府工作报告", "2026年政府工作报告解读", true },
	{ "政府工作报告", "政府工作情况报告", false },
	{ "政", "政务公开", true },
	{ "开", "政务公开", true },
	{ "务", "政务公开", true },
	{ "市", "政务公开", false },
	{ "㐀𠀀", "扩展㐀𠀀区", true },
	{ "𠀀", "扩展㐀𠀀区", true },
	/* width and case */
	{ "5G", "５Ｇ网络", true },
	{ "５ｇ", "5G网络建设", true },
	{ "5G网络", "推进5g网络建设", true },
	{ "5G网络", "推进15G网络建设", false },
	{ "（试行）", "管理办法(试行)", true },
	{ "ＧＤＰ", "gdp增长", true },
	/* words are whole */
	{ "beijing", "Beijing 2022", true },
	{ "bei", "Beijing 2022", false },
	{ "jing", "Beijing 2022", false },
	{ "internationalization", "Internationalization matters", true },
	{ "internationalizatiom", "Internationalization matters", false },
	{ "22", "2022", false },
	{ "2022", "年2022年", true },
	{ "Straße", "STRASSE", true },
	{ "é", "caf\xc3\xa9 \xc3\xa9", true },
	/* all of several */
	{ "郑州 公开", "政务公开，郑州", true },
	{ "郑州　公开", "政务公开，郑州", true },
	{ "郑州 洛阳", "政务公开，郑州", false },
	{ "  郑州  ", "郑州", true },
	/* punctuation is part of a phrase */
	{ "《条例》", "贯彻《条例》精神", true },
	{ "《条例》", "贯彻条例精神", false },
	{ "——", "前——后", true },
	{ "——", "前后", false },
	{ "3.0", "版本3.0发布", true },
	{ "3.0", "版本3 0发布", false },
	{ "3.0", "版本13.0发布", false },
};

START_TEST(finds_exactly)
{
	bool found = finds(cases[_i].phrase, cases[_i].title);

	ck_assert_msg(found == cases[_i].found, "\"%s\" in \"%s\"",
	    cases[_i].phrase, cases[_i].title);
}
END_TEST

START_TEST(crosses_no_field)
{
	struct change c = kit_change(CHANGE_CREATED, "http://s1.gov.cn/",
	    "政务");

	c.word[WORD_KEYWORDS] = SPAN("公开");
	c.word[WORD_DESCRIPTION] = SPAN("郑州市");
	ck_assert(finds_in("政务", &c));
	ck_assert(finds_in("公开", &c));
	ck_assert(finds_in("郑州市", &c));
	ck_assert(finds_in("郑州市 政务 公开", &c));
	ck_assert(!finds_in("务公", &c));
	ck_assert(!finds_in("政务公开", &c));
	ck_assert(!finds_in("开郑", &c));
}
END_TEST

START_TEST(searches_the_beginning)
{
	struct buf text;
	struct change c = kit_change(CHANGE_CREATED, "http://s1.gov.cn/",
	    "t");

	buf_init(&text, 8192);
	for (int i = 0; i < WORD_CHARS - 2; i++)
		buf_text(&text, "长");
	buf_text(&text, "甲乙丙丁");
	c.word[WORD_DESCRIPTION] = buf_look(&text);
	ck_assert(finds_in("甲乙", &c));
	ck_assert(finds_in("长甲乙", &c));
	ck_assert(!finds_in("乙丙", &c));
	ck_assert(!finds_in("丙", &c));
	buf_clear(&text);
}
END_TEST

START_TEST(proves_what_it_can)
{
	static const struct { const char *phrase; bool exact; } known[] = {
		{ "政务", true }, { "2026", true }, { "gdp", true },
		{ "郑州 政务", true }, { "政务公", false },
		{ "政", false }, { "5G网络", false }, { "网2026", false },
		{ "longerword", false }, { "《政务", false },
	};
	const char *why;
	struct phrase p;

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		ck_assert(phrase_parse(&p, span_of(known[i].phrase), &why));
		ck_assert_msg(p.exact == known[i].exact, "%s",
		    known[i].phrase);
		phrase_clear(&p);
	}
}
END_TEST

START_TEST(refuses_with_a_reason)
{
	struct phrase p;
	struct buf b, many;
	const char *why = NULL;

	ck_assert(!phrase_parse(&p, SPAN("\xff\xfe"), &why));
	ck_assert_ptr_nonnull(strstr(why, "UTF-8"));
	buf_init(&many, 64);
	for (int i = 0; i < 17; i++)
		buf_text(&many, "a ");
	ck_assert(!phrase_parse(&p, buf_look(&many), &why));
	ck_assert_ptr_nonnull(strstr(why, "16"));
	buf_clear(&many);
	buf_init(&b, 10000);
	for (int i = 0; i < 1000; i++)
		buf_text(&b, "长");
	ck_assert(!phrase_parse(&p, buf_look(&b), &why));
	ck_assert_ptr_nonnull(strstr(why, "512"));
	buf_clear(&b);
	ck_assert(phrase_parse(&p, SPAN("  "), &why));
	ck_assert_uint_eq(p.pieces, 0);
	phrase_clear(&p);
}
END_TEST

/* Not one of another kind may look like this. */
START_TEST(terms_differ)
{
	ck_assert_uint_ne(term_pair('a', 'b'), term_pair('b', 'a'));
	ck_assert_uint_ne(term_pair(1, 0x1fffff), term_pair(2, 0));
	ck_assert_uint_lt(term_pair(0x3ffff, 0x3ffff), term_of(TERM_LAST, 0));
	ck_assert_uint_ne(term_of(TERM_SITE, 7), term_of(TERM_SITE_TAKEN, 7));
	ck_assert_uint_lt(term_of(63, TERM_MASK), UINT64_C(1) << 48);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("word");
	TCase *c = tcase_create("words");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(c, setup, teardown);
	tcase_add_loop_test(c, finds_exactly, 0,
	    sizeof(cases) / sizeof(cases[0]));
	tcase_add_test(c, crosses_no_field);
	tcase_add_test(c, searches_the_beginning);
	tcase_add_test(c, proves_what_it_can);
	tcase_add_test(c, refuses_with_a_reason);
	tcase_add_test(c, terms_differ);
	suite_add_tcase(s, c);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
