/*
 * A source whose spool is full of what the hub has not taken: it says so and
 * waits, also when there is room, but too little for what comes next.
 */
#include "tests/unit/agent/sourcekit.h"

#define NEARLY 850000		/* bytes that wait, of 1 MiB: an eighth is
				 * free of it */
#define LINKS 3900		/* of a page that needs more than that */

static unsigned told_full;

static void
count_full(enum log_level level, const char *line)
{
	told_full += level == LOG_LEVEL_ERROR &&
	    strstr(line, "the spool is full") != NULL;
}

static bool
say_much(struct store_txn *t, void *arg)
{
	static char padding[4000];
	char url[128];
	struct change c;

	(void)arg;
	memset(padding, 'x', sizeof(padding));
	for (int i = 0; t->meta.waiting < NEARLY; i++) {
		snprintf(url, sizeof(url), "http://www.other.gov.cn/%d", i);
		change_init(&c);
		c.kind = CHANGE_CREATED;
		c.url = span_of(url);
		c.word[WORD_TITLE] = SPAN("title");
		c.word[WORD_DESCRIPTION] = (struct span){ padding,
		    sizeof(padding) };
		ck_assert_int_eq(compare_said(t, &c), COMPARE_CREATED);
	}
	return true;
}

static bool
confirm(struct store_txn *t, void *arg)
{
	spool_confirm(t, *(uint64_t *)arg);
	return true;
}

static void
put_large(const char *path)
{
	FILE *f = fopen(at(path), "w");

	ck_assert_ptr_nonnull(f);
	fputs("<html><title>much</title>", f);
	for (int i = 0; i < LINKS; i++)
		fprintf(f, "<a href=\"http://www.far.gov.cn/column/page-%06d"
		    ".html\">the page with the number %d</a>\n", i, i);
	fclose(f);
}

START_TEST(test_too_large_for_now)
{
	uint64_t all;

	room = 1u << 20;
	told_full = 0;
	log_sink(count_full);
	put("small.txt", "small");
	start();
	wait_told("small.txt=/small.txt ");
	ck_assert_int_eq(store_do(store, say_much, NULL), STORE_DONE);
	put_large("large.html");
	wait_state("spool-full");
	ck_assert_uint_eq(told_full, 1);
	stays_told("small.txt=/small.txt ", 300);
	ck_assert_str_eq(state(), "spool-full");

	all = head();
	ck_assert_int_eq(store_do(store, confirm, &all), STORE_DONE);
	wait_told("large.html=/large.html small.txt=/small.txt ");
	wait_state("fine");
	ck_assert_uint_eq(told_full, 1);
	stop();
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("agent/source_full");
	TCase *t = tcase_create("source_full");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, test_too_large_for_now);
	suite_add_tcase(suite, t);
	r = srunner_create(suite);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed > 0;
}
