/*
 * Commands about what sites said: what is held, and the history of a page
 * that knows no rest.
 */
#include "tests/unit/hub/cmdkit.h"

/* Changes 1… of site 1. */
static void
take(const struct span *rows, const uint8_t (*hash)[32], size_t count)
{
	struct journal_batch b = { .site = 1, .incarnation = 7, .first = 1,
	    .head = count, .row = rows, .hash = hash, .count = count,
	    .now = CORE_NOW };
	struct config c = { .dir = hub, .store_most = CORE_MOST };
	struct journal_verdict v;
	struct writer w;
	struct buf why;

	buf_init(&why, 4096);
	ck_assert_msg(writer_open(&w, &c, &why), "%s", buf_cstr(&why));
	journal_begin(w.journal);
	journal_take(w.journal, &b, CORE_NOW, &v);
	ck_assert_int_eq(journal_commit(w.journal), DB_OK);
	writer_close(&w);
	buf_clear(&why);
}

/* Two that come to nothing. */
static void
hold_two(void)
{
	const struct span rows[] = { SPAN(""), SPAN("x") };
	const uint8_t hash[2][32] = { { 0 } };

	take(rows, hash, 2);
}

/* After init's own entries, the site and its ticket. */
START_TEST(test_dismissing)
{
	set_up();
	make_hub();
	hold_two();
	ck_assert_int_eq(run("held", "dismiss", "3", NULL), 2);
	says(err, "--reason R is missing");
	ck_assert_int_eq(run("held", "dismiss", "--reason", "x", NULL), 2);
	says(err, "give a place, or --site CODE");
	ck_assert_int_eq(run("held", "dismiss", "3", "--site", "4101000001",
	    "--reason", "x", NULL), 2);
	ck_assert_int_eq(run("held", "dismiss", "3x", "--reason", "x", NULL),
	    2);
	says(err, "expected a place");
	ck_assert_int_eq(run("held", "dismiss", "99", "--reason", "x", NULL),
	    1);
	says(err, "nothing is held at the place 99");
	ck_assert_int_eq(run("rebuild", NULL), 0);
	ck_assert_int_eq(run("held", NULL), 0);
	says(out, "no change that this version can read");
	ck_assert_int_eq(run("held", "dismiss", "3", "--reason", "测试",
	    NULL), 0);
	says(out, "1 entry of 4101000001 was taken out");
	ck_assert_int_eq(run("held", "dismiss", "--site", "4101000001",
	    "--reason", "测试", "--json", NULL), 0);
	says(out, "\"dismissed\": 1");
	ck_assert_int_eq(run("held", "--json", NULL), 0);
	says(out, "\"held\": []");
	ck_assert_int_eq(run("journal", "print", "--from", "5", NULL), 0);
	says(out, "\"do\":\"dismiss\"");
	says(out, "测试");
	ck_assert_int_eq(run("rebuild", NULL), 0);
	says(out, "the same");
	tear_down();
}
END_TEST

/* --- history -------------------------------------------------------------- */

#define CHANGES 23
#define URL "http://www.zhengzhou.gov.cn/1.html"

/* One page, again and again. */
static void
change_often(void)
{
	struct buf row[CHANGES];
	struct span rows[CHANGES];
	uint8_t hash[CHANGES][32];
	struct change c;

	for (size_t i = 0; i < CHANGES; i++) {
		char title[32];

		snprintf(title, sizeof(title), "Title %zu", i + 1);
		change_init(&c);
		c.kind = i == 0 ? CHANGE_CREATED : CHANGE_UPDATED;
		c.seq = i + 1;
		c.when = CORE_NOW;
		c.url = SPAN(URL);
		c.id = SPAN("1");
		c.word[WORD_TITLE] = span_of(title);
		buf_init(&row[i], LIMIT_CHANGE);
		change_write(&row[i], &c);
		change_hash(&c, hash[i]);
		rows[i] = buf_look(&row[i]);
	}
	take(rows, (const uint8_t (*)[32])hash, CHANGES);
	for (size_t i = 0; i < CHANGES; i++)
		buf_clear(&row[i]);
}

static size_t
lines_with(const char *what)
{
	size_t n = 0;

	for (const char *at = out; (at = strstr(at, what)) != NULL; at++)
		n++;
	return n;
}

START_TEST(test_a_restless_item)
{
	json_t *j;

	set_up();
	make_hub();
	change_often();
	ck_assert_int_eq(run("rebuild", NULL), 0);
	ck_assert_int_eq(run("item", URL, NULL), 0);
	ck_assert_uint_eq(lines_with("  Title "), 20 + 1);
	says(out, "… 3 older: --all\n");
	says(out, "  Title 4\n");
	ck_assert_ptr_null(strstr(out, "  Title 3\n"));
	ck_assert_int_eq(run("item", URL, "--all", NULL), 0);
	ck_assert_uint_eq(lines_with("  Title "), CHANGES + 1);
	ck_assert_ptr_null(strstr(out, "older"));
	ck_assert_int_eq(run("item", URL, "--json", NULL), 0);
	j = json();
	ck_assert_uint_eq(json_array_size(json_object_get(j, "history")),
	    CHANGES);
	json_decref(j);
	tear_down();
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_test(t, test_dismissing);
	tcase_add_test(t, test_a_restless_item);
}

int
main(void)
{
	return core_run_suite("cmd_item", add);
}
