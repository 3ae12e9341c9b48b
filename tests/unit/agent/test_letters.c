/*
 * Letters about links, shown by page. Replies to them: test_letters_reply.c.
 */
#include "agent/letter_links.h"

#include "agent/letter_look.h"
#include "agent/letter_text.h"
#include "tests/unit/agent/letterkit.h"

static void
ck_prints_head(json_t *letter, const char *want)
{
	char *text = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&text, &n);

	letter_links_print(f, letter, 0);
	fclose(f);
	ck_assert_msg(strncmp(text, want, strlen(want)) == 0, "%s", text);
	free(text);
}

#define ABOUT "    from 2027-01-01 08:00:00 +08:00 says 4101000002: 改版\n"

START_TEST(test_shown)
{
	json_t *l, *one, *page;

	put_links(MENDING_ANNOUNCED);
	l = list();
	one = json_array_get(l, 0);
	ck_assert_ptr_null(json_object_get(one, "body"));
	ck_assert_uint_eq(json_array_size(json_object_get(one, "links")), 2);
	page = json_array_get(json_object_get(one, "pages"), 1);
	ck_assert_str_eq(json_string_value(json_object_get(page, "url")),
	    KIT_SITE "z.html");
	ck_prints(one, 0, ABOUT
	    "    https://www.a.gov.cn/a.html\n"
	    "      line 5: " B "old/中  (will move)\n"
	    "    https://www.a.gov.cn/z.html and 11 pages like it\n"
	    "      line 70: " B "old/中  (will move)\n"
	    "      line 80: " B "old/1 → " B "new/1  (will move)\n");
	ck_prints(one, 1, ABOUT
	    "    https://www.a.gov.cn/a.html\n"
	    "      line 5: " B "old/中  (will move)\n"
	    "    … and 1 more page: zqagent letters 1\n");
	json_decref(l);
}
END_TEST

/* What the hub writes later counts in the letter before. */
START_TEST(test_states)
{
	json_t *l;

	put_links(MENDING_ANNOUNCED);
	kit_write_letter(&(struct mending_link){ .old = SPAN(
	    "http://www.b.gov.cn/old/1/"), .state = MENDING_FIXED,
	    .from = CLOCK_NONE, .until = CLOCK_NONE }, 0);
	l = list();
	ck_prints(json_array_get(l, 0), 0, ABOUT
	    "    https://www.a.gov.cn/a.html\n"
	    "      line 5: " B "old/中  (will move)\n"
	    "    https://www.a.gov.cn/z.html and 11 pages like it\n"
	    "      line 70: " B "old/中  (will move)\n"
	    "      line 80: " B "old/1 → " B "new/1  (is fixed)\n");
	ck_prints(json_array_get(l, 1), 0,
	    "    http://www.b.gov.cn/old/1/  (is fixed)\n");
	json_decref(l);
}
END_TEST

/* A page of a column that moved goes elsewhere: the letter about the column
 * says so by now, and what its other addresses have stays. */
START_TEST(test_elsewhere)
{
	json_t *l, *link;

	put_links(MENDING_EFFECTIVE);
	kit_moved(B "old/1", B "third/1", 1000);
	l = list();
	ck_prints(json_array_get(l, 0), 0, ABOUT
	    "    https://www.a.gov.cn/a.html\n"
	    "      line 5: " B "old/中  (moved)\n"
	    "    https://www.a.gov.cn/z.html and 11 pages like it\n"
	    "      line 70: " B "old/中  (moved)\n"
	    "      line 80: " B "old/1 → " B "third/1  (moved)\n");
	link = json_array_get(json_object_get(json_array_get(l, 0), "links"),
	    0);
	ck_assert_str_eq(json_string_value(json_object_get(link, "new")),
	    B "third/1");
	json_decref(l);
}
END_TEST

/* What no move is about: a site that is to close, and does not after all. */
START_TEST(test_closing)
{
	struct buf b;
	json_t *l;

	put_links_of(0, MENDING_ANNOUNCED);
	l = list();
	ck_prints(json_array_get(l, 0), 1, ABOUT
	    "    https://www.a.gov.cn/a.html\n"
	    "      line 5: " B "old/中  (its site closes)\n"
	    "    … and 1 more page: zqagent letters 1\n");
	json_decref(l);
	put_links_of(0, MENDING_OFF);
	l = list();
	buf_init(&b, 4096);
	letter_text_put(&b, json_array_get(l, 0));	/* as it is by now */
	ck_assert_str_eq(buf_cstr(&b), "2 addresses that pages of this site "
	    "link to: its site stays after all: leave it");
	buf_clear(&b);
	json_decref(l);
}
END_TEST

/* Who says so: each once, wherever its links stand, and of many the first
 * ones. */
START_TEST(test_causes)
{
	struct mending_link l = { .old = SPAN(B "x"), .from = CLOCK_NONE,
	    .state = MENDING_WITHDRAWN, .until = CLOCK_NONE };
	char by[32], old[64];
	struct buf body;
	json_t *list_;

	buf_init(&body, LIMIT_LETTER);
	mending_begin(&body, NULL);
	for (int i = 0; i < 15; i++) {
		snprintf(by, sizeof(by), "410100000%d", i % 5);
		snprintf(old, sizeof(old), B "%d", i);
		l.by = i == 0 ? SPAN_NONE : span_of(by);
		l.old = span_of(old);
		mending_link(&body, &l, NULL);
		mending_page(&body, &(struct mending_page){
		    .url = SPAN(KIT_SITE "a.html"), .line = 7,
		    .kind = LINK_ANCHOR });
		mending_link_end(&body);
	}
	mending_end(&body);
	put_letter(SPAN(LETTER_LINKS), buf_look(&body));
	list_ = list();
	ck_prints_head(json_array_get(list_, 0), "    says 4101000001\n"
	    "    says 4101000002\n    says 4101000003\n"
	    "    and 2 more (--json has it of each link)\n"
	    "    " KIT_SITE "a.html\n      line 7: " B "0 ");
	json_decref(list_);
	buf_clear(&body);
}
END_TEST

/* All of it said anew: superseded; a part of it: not. */
START_TEST(test_superseded)
{
	json_t *l;

	put_links(MENDING_ANNOUNCED);
	put_links(MENDING_EFFECTIVE);
	l = list();
	ck_assert_int_eq(json_integer_value(json_object_get(json_array_get(l,
	    0), "superseded")), 2);
	ck_assert_ptr_null(json_object_get(json_array_get(l, 1),
	    "superseded"));
	json_decref(l);
	kit_moved(B "old/1", B "new/1", 1000);
	l = list();
	ck_assert_ptr_null(json_object_get(json_array_get(l, 1),
	    "superseded"));
	json_decref(l);
}
END_TEST

/* What isn't in a page any more is fixed, once the hub was told so. */
START_TEST(test_looked_at)
{
	json_t *l;

	kit_page("a.html", SPAN("<a href=" B "old/%e4%b8%ad/>"));
	kit_page("z.html", SPAN("<a href='" B "old/1\0'>"));
	put_links(MENDING_ANNOUNCED);
	l = list();
	letter_look(l, kit_store, kit_config);
	ck_prints(json_array_get(l, 0), 0, ABOUT
	    "    https://www.a.gov.cn/a.html\n"
	    "      line 5: " B "old/中  (will move)\n"
	    "    https://www.a.gov.cn/z.html and 11 pages like it\n"
	    "      line 70: " B "old/中  (is fixed)\n"
	    "      line 80: " B "old/1 → " B "new/1  (will move)\n");
	json_decref(l);
	kit_write("a.html", SPAN("mended"));
	l = list();
	letter_look(l, kit_store, kit_config);
	ck_prints(json_array_get(l, 0), 1, ABOUT
	    "    https://www.a.gov.cn/a.html\n"
	    "      line 5: " B "old/中  (will move)\n"
	    "    … and 1 more page: zqagent letters 1\n");
	json_decref(l);
	kit_know("a.html");
	l = list();
	letter_look(l, kit_store, kit_config);
	ck_prints(json_array_get(l, 0), 1, ABOUT
	    "    https://www.a.gov.cn/z.html and 11 pages like it\n"
	    "      line 70: " B "old/中  (is fixed)\n"
	    "      line 80: " B "old/1 → " B "new/1  (will move)\n"
	    "    1 page is fixed\n");
	json_decref(l);
}
END_TEST

static void
put_line(struct span old, const char *file, uint32_t line)
{
	struct mending_link l = { .old = old, .state = MENDING_WITHDRAWN,
	    .from = CLOCK_NONE, .until = CLOCK_NONE };
	struct buf body, url;

	buf_init(&body, LIMIT_LETTER);
	buf_init(&url, LIMIT_URL);
	buf_printf(&url, KIT_SITE "%s", file);
	mending_begin(&body, NULL);
	mending_link(&body, &l, NULL);
	mending_page(&body, &(struct mending_page){ .url = buf_look(&url),
	    .line = line, .kind = LINK_ANCHOR });
	mending_link_end(&body);
	mending_end(&body);
	put_letter(SPAN(LETTER_LINKS), buf_look(&body));
	buf_clear(&url);
	buf_clear(&body);
}

/* A link on several lines: all are named, but not without an end; one of
 * another kind, or another address, isn't this one. */
START_TEST(test_lines)
{
	struct buf many, text;
	json_t *l, *link;

	kit_page("a.html", SPAN("<a href=" B "x>1</a>\n<a href=" B "y>2</a>\n"
	    "<a href=" B "x#end>3</a> <a href=" B "x>3</a>\n<img src=" B "x>"
	    "\n<p>\n<a\nhref='" B "x'>6</a>"));
	put_line(SPAN(B "x"), "a.html", 1);
	l = list();
	letter_look(l, kit_store, kit_config);
	ck_prints(json_array_get(l, 0), 0, "    " KIT_SITE "a.html\n"
	    "      lines 1, 3, 6: " B "x  (was deleted)\n");
	link = json_array_get(json_object_get(json_array_get(json_object_get(
	    json_array_get(l, 0), "pages"), 0), "links"), 0);
	ck_assert_uint_eq(json_array_size(json_object_get(link, "lines")), 3);
	ck_assert_ptr_null(json_object_get(link, "more_lines"));
	json_decref(l);
	buf_init(&many, 1u << 20);
	for (int i = 0; i < 25; i++)
		buf_text(&many, "<a href=" B "y>\n");
	kit_page("b.html", buf_look(&many));
	put_line(SPAN(B "y"), "b.html", 1);
	l = list();
	letter_look(l, kit_store, kit_config);
	ck_prints(json_array_get(l, 1), 0, "    " KIT_SITE "b.html\n"
	    "      lines 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, "
	    "16, 17, 18, 19, 20 and 5 more: " B "y  (was deleted)\n");
	buf_init(&text, 1u << 20);
	read_mail(&text, l);
	ck_assert_ptr_nonnull(strstr(buf_cstr(&text), "names them all"));
	buf_clear(&text);
	buf_clear(&many);
	json_decref(l);
}
END_TEST

static const char *
state_of(json_t *list, size_t i)
{
	json_t *pages = json_object_get(json_array_get(list, i), "pages");
	json_t *links = json_object_get(json_array_get(pages, 0), "links");

	return json_string_value(json_object_get(json_array_get(links, 0),
	    "state"));
}

/* Bytes that the page's character set hasn't: what the hub was told of them is
 * there still. */
START_TEST(test_unreadable)
{
	json_t *l;

	kit_page("a.html", SPAN("<meta charset=gbk><p>\xd6\xd0\xb9\xfa"
	    "\xd5\xfe\xb8\xae\xcd\xf8\n<a href=" B "x/\xff.html>"));
	put_line(SPAN(B "x/%EF%BF%BD.html"), "a.html", 2);
	put_line(SPAN(B "y/%EF%BF%BD.html"), "a.html", 2);
	l = list();
	letter_look(l, kit_store, kit_config);
	ck_assert_str_ne(state_of(l, 0), "fixed");
	ck_assert_str_eq(state_of(l, 1), "fixed");
	json_decref(l);
}
END_TEST

/* A body that isn't right is shown as trouble, and others as they are. */
START_TEST(test_odd)
{
	json_t *l;

	put_letter(SPAN(LETTER_LINKS), SPAN("<zq:links xmlns:zq=\""
	    "urn:zhanqun:1\"><zq:link old=\"x\" state=\"effective\"/>"
	    "</zq:links>"));
	put_letter(SPAN("held"), SPAN("<x/>"));
	l = list();
	ck_assert_ptr_nonnull(json_object_get(json_array_get(l, 0),
	    "trouble"));
	ck_assert_ptr_nonnull(json_object_get(json_array_get(l, 1), "body"));
	ck_prints(json_array_get(l, 1), 0, "");
	json_decref(l);
}
END_TEST

static const char *
id_of(size_t i)
{
	static char id[4][64];
	json_t *l = list();

	snprintf(id[i], sizeof(id[i]), "%s", json_string_value(
	    json_object_get(json_array_get(l, i), "id")));
	json_decref(l);
	return id[i];
}

static bool
forget_letters(struct store_txn *t, void *arg)
{
	(void)arg;
	t->meta.letters = 0;
	return true;
}

/* A hub that was set up anew writes others under the same numbers. */
START_TEST(test_id)
{
	struct letter l = { .number = 1, .when = 1000,
	    .kind = SPAN("notice"), .text = SPAN("one") };
	char first[64];

	ck_assert_int_eq(store_do(kit_store, kit_letter_work, &l),
	    STORE_DONE);
	l.number = 2;
	ck_assert_int_eq(store_do(kit_store, kit_letter_work, &l),
	    STORE_DONE);
	snprintf(first, sizeof(first), "%s", id_of(0));
	ck_assert_uint_eq(strlen(first), 32);
	ck_assert_str_eq(id_of(0), first);
	ck_assert_str_ne(id_of(1), first);
	l.number = 1;
	l.text = SPAN("another");
	ck_assert_int_eq(store_do(kit_store, forget_letters, NULL),
	    STORE_DONE);
	ck_assert_int_eq(store_do(kit_store, kit_letter_work, &l),
	    STORE_DONE);
	ck_assert_str_ne(id_of(0), first);
}
END_TEST

static bool
put_danger(struct store_txn *t, void *arg)
{
	const struct mending_link link = { .old = SPAN("http://old.cn/"),
		.state = MENDING_DANGER, .from = CLOCK_NONE,
		.until = CLOCK_NONE, .reason = SPAN("赌博") };
	struct letter l = { .number = ++kit_letter, .when = 1000,
		.kind = SPAN(LETTER_DANGER), .text = SPAN("take it out") };
	struct buf body;

	(void)arg;
	buf_init(&body, LIMIT_LETTER);
	mending_begin(&body, NULL);
	mending_link(&body, &link, NULL);
	mending_page(&body, &(struct mending_page){
		.url = SPAN(KIT_SITE "a.html"), .line = 7,
		.kind = LINK_ANCHOR });
	mending_link_end(&body);
	mending_end(&body);
	l.body = buf_look(&body);
	ck_assert(inbox_put(t, &l));
	buf_clear(&body);
	return true;
}

/* What endangers readers is shown by page, too, and first in a mail. */
START_TEST(test_danger)
{
	const char *first, *other;
	struct buf text;
	json_t *l;

	put_links(MENDING_ANNOUNCED);
	ck_assert_int_eq(store_do(kit_store, put_danger, NULL), STORE_DONE);
	l = list();
	ck_prints(json_array_get(l, 1), 0, "    赌博\n"
	    "    https://www.a.gov.cn/a.html\n"
	    "      line 7: http://old.cn/  (is dangerous: take the link "
	    "out)\n");
	buf_init(&text, 1u << 20);
	read_mail(&text, l);
	first = strstr(buf_cstr(&text), "  danger\n");
	other = strstr(buf_cstr(&text), "  links\n");
	ck_assert(first != NULL && other != NULL && first < other);
	ck_assert_ptr_nonnull(strstr(buf_cstr(&text), "--will-fix"));
	buf_clear(&text);
	json_decref(l);
}
END_TEST

static bool
put_plain(struct store_txn *t, void *arg)
{
	const struct letter l = { .number = 1, .when = 1000,
		.kind = SPAN(LETTER_TRUST), .text = SPAN("the hub's CA") };

	(void)arg;
	return inbox_put(t, &l);
}

/* How to mend and reply stands below letters that are about that. */
START_TEST(test_mail_ends)
{
	struct buf text;
	json_t *l;

	ck_assert_int_eq(store_do(kit_store, put_plain, NULL), STORE_DONE);
	l = list();
	buf_init(&text, 1u << 20);
	read_mail(&text, l);
	ck_assert_ptr_nonnull(strstr(buf_cstr(&text), "the hub's CA"));
	ck_assert_ptr_null(strstr(buf_cstr(&text), "--will-fix"));
	buf_clear(&text);
	json_decref(l);
}
END_TEST

static bool
put_referred(struct store_txn *t, void *arg)
{
	static const struct mending_link none = { .from = CLOCK_NONE,
		.until = CLOCK_NONE };
	struct mending_link link = { .old = SPAN(KIT_SITE "gone.html"),
		.state = MENDING_WITHDRAWN, .from = CLOCK_NONE,
		.until = CLOCK_NONE, .pages = 3 };
	struct letter l = { .number = 2, .when = 1000,
		.kind = SPAN(LETTER_REFERRED), .text = SPAN("in English") };
	struct buf body;

	(void)arg;
	buf_init(&body, LIMIT_LETTER);
	mending_begin(&body, &none);
	mending_link(&body, &link, &none);
	mending_link_end(&body);
	link = (struct mending_link){ .old = SPAN(B "old/1"), .pages = 1,
		.state = MENDING_FIXED, .from = CLOCK_NONE,
		.until = CLOCK_NONE };
	mending_link(&body, &link, &none);
	mending_link_end(&body);
	mending_end(&body);
	l.body = buf_look(&body);
	ck_assert(inbox_put(t, &l));
	buf_clear(&body);
	return true;
}

static void
ck_says(json_t *letter, const char *want)
{
	struct buf b;

	buf_init(&b, LIMIT_LETTER);
	letter_text_put(&b, letter);
	ck_assert_str_eq(buf_cstr(&b), want);
	buf_clear(&b);
}

/* The sentence is made of the body, and names how many are how; letters about
 * what others link to name it, too. */
START_TEST(test_sentences)
{
	json_t *l, *note = json_pack("{s:s, s:s, s:s}", "kind", "held",
	    "text", "change 7 is held: so", "body", "");

	put_links(MENDING_ANNOUNCED);
	ck_assert_int_eq(store_do(kit_store, put_referred, NULL), STORE_DONE);
	l = list();
	ck_says(json_array_get(l, 0), "2 addresses that pages of this site "
	    "link to: will move; by this letter 14 links are to be changed");
	ck_says(json_array_get(l, 1), "2 addresses of this site that pages of "
	    "others link to: was deleted: 1; is well again: 1; they were "
	    "told");
	ck_prints(json_array_get(l, 1), 10, "    " KIT_SITE "gone.html  "
	    "(was deleted; 3 pages of others link there)\n"
	    "    " B "old/1  (is well again; 1 page of others links "
	    "there)\n");
	ck_says(note, "change 7 is held: so");
	json_decref(note);
	json_decref(l);
}
END_TEST

/* Not more than the control socket can carry. */
static size_t
count_lines(json_t *letter, size_t most, const char *last)
{
	char *text = NULL;
	size_t n = 0, lines = 0;
	FILE *f = open_memstream(&text, &n);

	letter_links_print(f, letter, most);
	fclose(f);
	for (const char *at = text; *at != '\0'; at++)
		lines += *at == '\n';
	ck_assert_msg(n > strlen(last) && strcmp(text + n - strlen(last),
	    last) == 0, "%s", text);
	free(text);
	return lines;
}

/* One page with thousands of links is no flood, unless it is asked for. */
START_TEST(test_many)
{
	json_t *links = json_array(), *bare = json_array(), *letter;

	for (int i = 0; i < 4000; i++) {
		json_array_append_new(links, json_pack("{s:i, s:s, s:s}",
		    "line", i + 1, "old", B "x", "state",
		    i < 1000 ? "fixed" : "never"));
		json_array_append_new(bare, json_pack("{s:s, s:s}", "old",
		    B "x", "state", "never"));
	}
	letter = json_pack("{s:i, s:s, s:[], s:[{s:s, s:O}]}", "number", 7,
	    "kind", LETTER_LINKS, "links", "pages", "url", KIT_SITE "a.html",
	    "links", links);
	ck_assert_uint_eq(count_lines(letter, 10, "      line 1020: " B "x  "
	    "(was never there)\n      … and 3980 more links: zqagent letters "
	    "7\n"), 22);
	ck_assert_uint_eq(count_lines(letter, 0, "line 4000: " B "x  (was "
	    "never there)\n"), 4001);
	json_object_set_new(letter, "pages", json_array());
	json_object_set_new(letter, "links", bare);
	ck_assert_uint_eq(count_lines(letter, 10, "(was never there)\n"
	    "      … and 3980 more links: zqagent letters 7\n"), 21);
	ck_assert_uint_eq(count_lines(letter, 0, "(was never there)\n"), 4000);
	json_decref(links);
	json_decref(letter);
}
END_TEST

START_TEST(test_long)
{
	static char text[40000];
	struct letter letter = { .when = 1000, .kind = SPAN("notice"),
	    .text = SPAN("text"), .body = { text, sizeof(text) } };
	json_t *l;
	size_t n;

	memset(text, 'x', sizeof(text));
	for (int i = 0; i < 100; i++) {
		letter.number = ++kit_letter;
		ck_assert_int_eq(store_do(kit_store, kit_letter_work,
		    &letter), STORE_DONE);
	}
	l = list();
	n = json_array_size(l);
	ck_assert_uint_lt(n, 60);
	ck_assert_uint_gt(n, 40);
	ck_assert_int_eq(json_integer_value(json_object_get(json_array_get(l,
	    n - 1), "number")), 100);
	ck_assert_int_eq(json_integer_value(json_object_get(json_array_get(l,
	    0), "number")), (json_int_t)(101 - n));
	json_decref(l);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { test_shown, test_states,
		test_elsewhere, test_superseded, test_causes, test_closing,
		test_looked_at, test_lines, test_unreadable, test_odd, test_long,
		test_many, test_id, test_danger, test_mail_ends, test_sentences };
	Suite *s = suite_create("letters");
	TCase *tc = tcase_create("letters");
	SRunner *runner;
	int failed;

	setenv("TZ", "Asia/Shanghai", 1);
	tcase_add_checked_fixture(tc, kit_begin, kit_end);
	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
		tcase_add_test(tc, tests[i]);
	suite_add_tcase(s, tc);
	runner = srunner_create(s);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed > 0;
}
