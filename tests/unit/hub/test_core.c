/*
 * The core as its brothers see it: batches, letters, a disk that is full, a
 * journal that is lost.
 */
#include <sys/resource.h>
#include <sys/stat.h>

#include "hub/lost.h"
#include "protocol/letter.h"
#include "protocol/wire.h"
#include "tests/unit/hub/core_bed.h"

/* --- batches ---------------------------------------------------------------- */

START_TEST(test_batches)
{
	set_up();
	UNTIL(blocked_frames == 1);
	ck_assert_str_eq(blocked_list, "");
	for (uint64_t n = 1; n <= 50; n++)
		send_one(n, "https://www.s1.gov.cn/a");
	UNTIL(answers.n == 50);
	for (size_t i = 0; i < 50; i++) {
		ck_assert_uint_eq(answers.at[i].number, i + 1);
		ck_assert_int_eq(answers.at[i].answer.verdict,
		    VERDICT_TAKEN);
	}
	/* whoever came while the last fsync ran: far fewer than 50 groups */
	ck_assert_uint_lt(stats_get(COUNTER_TAKEN_GROUPS), 25);
	UNTIL(stats_get(COUNTER_VIEW_PLACE) ==
	    stats_get(COUNTER_JOURNAL_PLACE));
	tear_down();
}
END_TEST

START_TEST(test_durable_before_the_answer)
{
	set_up();
	send_one(1, "https://www.s1.gov.cn/a");
	UNTIL(answers.n == 1);
	/* as good as a kill: nothing is closed in an orderly way */
	stop();
	start();
	send_one(1, "https://www.s1.gov.cn/a");
	UNTIL(answers.n == 1);
	ck_assert_int_eq(answers.at[0].answer.verdict, VERDICT_KNOWN);
	tear_down();
}
END_TEST

START_TEST(test_a_brother_dies)
{
	set_up();
	channel_free(edge);
	while (!event_base_got_break(base))
		event_base_loop(base, EVLOOP_ONCE);
	ck_assert(core_logged("part=edge has ended"));
	edge = NULL;
	tear_down();
}
END_TEST

/* --- letters ---------------------------------------------------------------- */

START_TEST(test_letter_ends_a_poll)
{
	int64_t began;

	set_up();
	ask_letters(900, 1, 0, 30000);
	rest(50);
	ck_assert_uint_eq(answers.n, 0);
	ck_assert_uint_eq(stats_get(COUNTER_LETTERS_WAITING), 1);
	began = clock_mono();
	send_one(1, "https://www.s2.gov.cn/foreign");
	UNTIL(answers.n == 2);
	ck_assert_int_lt(clock_mono() - began, 10000);
	ck_assert_uint_eq(answers.at[1].number, 900);
	ck_assert_uint_eq(answers.at[1].status, 200);
	ck_assert_ptr_nonnull(strstr(answers.at[1].body, "last=\"1\""));
	ck_assert_ptr_nonnull(strstr(answers.at[1].body, "www.s2.gov.cn"));
	ck_assert_uint_eq(stats_get(COUNTER_LETTERS_WAITING), 0);

	/* asking for what comes after it confirms it, once */
	uint64_t before = stats_get(COUNTER_JOURNAL_PLACE);
	ask_letters(901, 1, 1, 0);
	ask_letters(902, 1, 1, 0);
	UNTIL(answers.n == 4);
	UNTIL(stats_get(COUNTER_JOURNAL_PLACE) > before);
	rest(50);
	ck_assert_uint_eq(stats_get(COUNTER_JOURNAL_PLACE), before + 1);

	/* and a number that was never given confirms nothing */
	ask_letters(903, 1, 77, 0);
	UNTIL(answers.n == 5);
	rest(50);
	ck_assert_uint_eq(stats_get(COUNTER_JOURNAL_PLACE), before + 1);
	tear_down();
}
END_TEST

START_TEST(test_polls_end)
{
	set_up();
	ask_letters(1, 1, 0, 60);
	UNTIL(answers.n == 1);		/* its time is over */
	ck_assert_uint_eq(answers.at[0].status, 200);
	ask_letters(2, 1, 0, 30000);
	rest(20);
	channel_send(edge, FRAME_GONE, 2, SPAN_NONE);
	channel_send(edge, FRAME_GONE, 3, SPAN_NONE);
	UNTIL(stats_get(COUNTER_LETTERS_WAITING) == 0);
	ck_assert_uint_eq(answers.n, 1);
	for (uint64_t n = 10; n < 15; n++)	/* one over what a site has */
		ask_letters(n, 1, 0, 30000);
	UNTIL(answers.n == 2);
	ck_assert_uint_eq(answers.at[1].number, 10);
	ck_assert_uint_eq(stats_get(COUNTER_LETTERS_WAITING), 4);
	ask_letters(20, 9, 0, 30000);
	UNTIL(answers.n == 3);
	ck_assert_uint_eq(answers.at[2].status, 403);
	ask_letters(11, 2, 0, 30000);		/* a number that is held */
	UNTIL(answers.n == 4);
	ck_assert_uint_eq(answers.at[3].status, 400);
	tear_down();
}
END_TEST

/* --- a full disk ------------------------------------------------------------ */

static void
limit_files(rlim_t most)
{
	struct rlimit limit = { .rlim_cur = most,
		.rlim_max = RLIM_INFINITY };

	signal(SIGXFSZ, SIG_IGN);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static const char *
error_of(const json_t *answer)
{
	const char *error = json_string_value(json_object_get(answer,
	    "error"));

	return error != NULL ? error : "";
}

/* The view is larger than the journal: at its size it is the first that
 * can't grow. Whoever asks is told at once, and it isn't done later. */
START_TEST(test_full_view)
{
	char path[CONFIG_PATH_MAX];
	json_t *answer = NULL;
	struct asking a;
	struct stat st;

	set_up();
	ck_assert_int_eq(stat(config_path(path, kit.dir, CONFIG_VIEW
	    "/data.mdb"), &st), 0);
	limit_files((rlim_t)st.st_size);
	for (uint64_t n = 1; n <= 400 && !core_logged("view: disk full");
	    n++) {
		char url[64];

		snprintf(url, sizeof(url), "https://www.s1.gov.cn/%d",
		    (int)n);
		core_forget(&answers);
		send_one(n, url);
		UNTIL(answers.n == 1);
		for (int i = 0; i < 20; i++)
			event_base_loop(base, EVLOOP_NONBLOCK);
	}
	ck_assert(core_logged("view: disk full"));
	answer = ask(json_pack("{s:s}", "do", "ping"));
	ck_assert(json_is_true(json_object_get(json_object_get(answer,
	    "ok"), "disk_full")));
	json_decref(answer);
	answer = ask(json_pack("{s:s, s:s, s:s}", "do", "block", "code",
	    "4101000002", "reason", "full"));
	ck_assert_msg(strstr(error_of(answer), "nothing was written") !=
	    NULL, "%s", error_of(answer));
	json_decref(answer);
	answer = ask(json_pack("{s:s}", "do", "rebuild"));
	ck_assert_ptr_nonnull(strstr(error_of(answer), "disk is full"));
	json_decref(answer);
	limit_files(RLIM_INFINITY);
	UNTIL(stats_get(COUNTER_VIEW_PLACE) ==
	    stats_get(COUNTER_JOURNAL_PLACE));
	ck_assert_str_eq(blocked_list, "");
	ask_begin(&a, json_pack("{s:s, s:s, s:s}", "do", "block", "code",
	    "4101000002", "reason", "room"));
	answer = ask_end(&a);
	ck_assert_str_eq(error_of(answer), "");
	json_decref(answer);
	tear_down();
}
END_TEST

/* The view tells that there was a journal; the note says it again after the
 * view has been emptied. */
START_TEST(test_lost_journal)
{
	char path[CONFIG_PATH_MAX];

	set_up();
	ck_assert(!core_logged("the journal is new"));
	stop();
	ck_assert(!lost_is_noted(kit.dir));
	ck_assert_int_eq(unlink(config_path(path, kit.dir, CONFIG_JOURNAL
	    "/data.mdb")), 0);
	start();
	ck_assert(core_logged("the journal is new"));
	stop();
	core_log_begin();
	start();
	ck_assert(core_logged("the journal is new"));
	tear_down();
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_test(t, test_batches);
	tcase_add_test(t, test_durable_before_the_answer);
	tcase_add_test(t, test_a_brother_dies);
	tcase_add_test(t, test_letter_ends_a_poll);
	tcase_add_test(t, test_polls_end);
	tcase_add_test(t, test_full_view);
	tcase_add_test(t, test_lost_journal);
}

int
main(void)
{
	signal(SIGPIPE, SIG_IGN);
	return core_run_suite("core", add);
}
