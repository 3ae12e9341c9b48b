/*
 * The core as its brothers see it: frames over socket pairs, with this test
 * as edge and ca; and operators at its control socket.
 */
#include "hub/core.h"

#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "certs/ticket.h"
#include "contrib/base/channel.h"
#include "contrib/base/ctl.h"
#include "hub/lost.h"
#include "protocol/letter.h"
#include "protocol/wire.h"
#include "tests/unit/hub/corekit.h"
#include "tests/unit/langkit.h"

#define TURNS 4000		/* of the loop, before a test gives up */

static struct corekit kit;
static struct event_base *base;
static struct core *core;
static struct channel *edge, *ca;
static struct core_answers answers;
static size_t blocked_frames, drops, minted;
static bool holds_mint;
static uint64_t mint_held;	/* number of the frame */
static uint32_t dropped_site;
static char blocked_list[1024];
static struct frame_grant grant;
static char grant_code[32], refusal[512];
static size_t grants;
static bool ended;

/* --- the brothers ----------------------------------------------------------- */

static void
note_blocked(struct span body)
{
	struct span cause, reason;
	uint32_t site;

	blocked_list[0] = '\0';
	while (frame_site_read(&site, &cause, &reason, &body))
		snprintf(blocked_list + strlen(blocked_list), 128,
		    "%u %.*s %.*s;", site, SPAN_ARGS(cause),
		    SPAN_ARGS(reason));
	blocked_frames++;
}

static void
on_edge(void *arg, struct channel *c, const struct frame *f)
{
	struct span cause, reason, body = f->body;

	(void)arg, (void)c;
	if (f->kind == FRAME_ANSWER)
		core_send(&answers, f->number, f->body);
	else if (f->kind == FRAME_BLOCKED)
		note_blocked(f->body);
	else if (f->kind == FRAME_DROP && ++drops > 0)
		ck_assert(frame_site_read(&dropped_site, &cause, &reason,
		    &body));
	else
		ck_abort_msg("a frame of kind %u to the edge", f->kind);
}

static void
mint(uint64_t number)
{
	char body[TICKET_REF + 32];
	int n;

	memset(body, (int)(0x40 + minted), TICKET_REF);
	n = snprintf(body + TICKET_REF, 32, "zq1.t%zu", minted++);
	channel_send(ca, FRAME_MINTED, number,
	    (struct span){ body, TICKET_REF + (size_t)n });
}

static void
on_ca(void *arg, struct channel *c, const struct frame *f)
{
	(void)arg, (void)c;
	if (f->kind == FRAME_MINT && holds_mint) {
		mint_held = f->number;
		holds_mint = false;
	} else if (f->kind == FRAME_MINT) {
		mint(f->number);
	} else if (f->kind == FRAME_GRANT) {
		ck_assert(frame_grant_read(&grant, f->body));
		snprintf(grant_code, sizeof(grant_code), "%.*s",
		    SPAN_ARGS(grant.code));
		snprintf(refusal, sizeof(refusal), "%.*s",
		    SPAN_ARGS(grant.refusal));
		grants++;
	} else if (f->kind == FRAME_CMP) {
		channel_send(ca, FRAME_ANSWER, f->number, f->body);
	} else {
		ck_abort_msg("a frame of kind %u to the ca", f->kind);
	}
}

static void
on_end(void *arg, struct channel *c)
{
	(void)arg, (void)c;
	ended = true;
}

static void
start(void)
{
	int e[2], c[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, e), 0);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, c), 0);
	base = event_base_new();
	core = core_new(base, &kit.config, e[0], c[0], &kit.why);
	ck_assert_msg(core != NULL, "%s", buf_cstr(&kit.why));
	edge = channel_new(base, e[1], FRAME_MAX, on_edge, on_end, NULL);
	ca = channel_new(base, c[1], FRAME_MAX, on_ca, on_end, NULL);
}

static void
stop(void)
{
	channel_free(edge);
	channel_free(ca);
	core_free(core);
	event_base_free(base);
	core_forget(&answers);
}

/* A hub with sites 1 and 2, then the core on it. */
static void
set_up(void)
{
	core_open(&kit, CORE_MOST);
	core_site(&kit, 1);
	core_site(&kit, 2);
	writer_close(&kit.writer);
	clock_release();
	answers.n = 0;
	blocked_frames = drops = minted = grants = 0;
	core_log_begin();
	start();
}

static void
tear_down(void)
{
	stop();
	core_close(&kit);
}

#define UNTIL(cond) do {						\
	for (int turn_ = 0; !(cond); turn_++) {				\
		ck_assert_msg(turn_ < TURNS, "never: %s", #cond);	\
		event_base_loop(base, EVLOOP_ONCE);			\
	}								\
} while (0)

static void
send_one(uint64_t seq, const char *url)
{
	struct buf b;

	core_batch_head(&b, 1, 7, seq);
	core_batch_put(&b, seq, url, "one");
	channel_send(edge, FRAME_BATCH, seq, buf_look(&b));
	buf_clear(&b);
}

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

static void
ask_letters(uint64_t number, uint32_t site, uint64_t after, uint32_t wait)
{
	struct frame_letters f = { .peer = core_peer(site, "x"),
		.after = after, .wait = wait };
	struct buf b;

	buf_init(&b, FRAME_MAX);
	frame_letters_write(&b, &f);
	channel_send(edge, FRAME_LETTERS, number, buf_look(&b));
	buf_clear(&b);
}

static void
nothing(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
}

/* Runs the loop for so long, whatever happens. */
static void
rest(int ms)
{
	struct timeval t = { .tv_usec = ms * 1000 };
	int64_t until = clock_mono() + ms;

	while (clock_mono() < until) {
		event_base_once(base, -1, EV_TIMEOUT, nothing, NULL, &t);
		event_base_loop(base, EVLOOP_ONCE);
	}
}

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

/* --- operators -------------------------------------------------------------- */

struct asking {
	pthread_t thread;
	char path[128];
	json_t *said, *answer;
	size_t progress;
	bool done;
};

static void
on_progress(void *arg, json_t *what)
{
	(void)what;
	((struct asking *)arg)->progress++;
}

static void *
ask_thread(void *arg)
{
	struct asking *a = arg;

	a->answer = ctl_ask(a->path, a->said, on_progress, a);
	__atomic_store_n(&a->done, true, __ATOMIC_RELEASE);
	return NULL;
}

static void
ask_begin(struct asking *a, json_t *said)
{
	*a = (struct asking){ .said = said };
	snprintf(a->path, sizeof(a->path), "%s/control", kit.dir);
	ck_assert_int_eq(pthread_create(&a->thread, NULL, ask_thread, a), 0);
}

static json_t *
ask_end(struct asking *a)
{
	while (!__atomic_load_n(&a->done, __ATOMIC_ACQUIRE))
		rest(2);
	pthread_join(a->thread, NULL);
	ck_assert_ptr_nonnull(a->answer);
	return a->answer;
}

static json_t *
ask(json_t *said)
{
	struct asking a;

	ask_begin(&a, said);
	return ask_end(&a);
}

static const char *
word(json_t *answer, const char *name)
{
	return json_string_value(json_object_get(json_object_get(answer,
	    "ok"), name));
}

START_TEST(test_operators)
{
	struct asking one, two;
	json_t *answer, *other;

	set_up();
	answer = ask(json_pack("{s:s, s:s, s:s, s:s}", "do", "site-add",
	    "code", "4101000003", "name", "x", "domain", "www.x.gov.cn"));
	ck_assert_str_eq(word(answer, "enroll"),
	    "zqagent enroll https://hub.example:7443 zq1.t0");
	json_decref(answer);

	/* two at once for one domain: one gets it */
	ask_begin(&one, json_pack("{s:s, s:s, s:s, s:s}", "do", "site-add",
	    "code", "4101000004", "name", "y", "domain", "www.y.gov.cn"));
	ask_begin(&two, json_pack("{s:s, s:s, s:s, s:s}", "do", "site-add",
	    "code", "4101000005", "name", "z", "domain", "www.y.gov.cn"));
	answer = ask_end(&one);
	other = ask_end(&two);
	ck_assert_int_ne(json_object_get(answer, "ok") != NULL,
	    json_object_get(other, "ok") != NULL);
	json_decref(answer);
	json_decref(other);

	answer = ask(json_pack("{s:s}", "do", "dance"));
	ck_assert_ptr_nonnull(json_object_get(answer, "error"));
	json_decref(answer);
	answer = ask(json_pack("{s:i}", "do", 5));
	ck_assert_ptr_nonnull(json_object_get(answer, "error"));
	json_decref(answer);
	answer = ask(json_pack("{s:s}", "do", "ping"));
	ck_assert_str_eq(word(answer, "version"), ZQ_VERSION);
	json_decref(answer);
	tear_down();
}
END_TEST

static void
refused_in(const char *lang, const char *expected)
{
	json_t *said[] = {
		json_pack("{s:s, s:s, s:s, s:s*}", "do", "block", "code", "9",
		    "reason", "x", "lang", lang),
		json_pack("{s:s, s:[s], s:s*}", "do", "prove-sync", "codes",
		    "9", "lang", lang),
	};

	for (size_t i = 0; i < 2; i++) {
		json_t *answer = ask(said[i]);

		ck_assert_str_eq(json_string_value(json_object_get(answer,
		    "error")), expected);
		json_decref(answer);
	}
}

/* Its turn comes when that of another is over, who speaks English. */
static void
refused_later(void)
{
	struct asking one, two;
	json_t *answer;

	holds_mint = true;
	ask_begin(&one, json_pack("{s:s, s:s, s:s, s:s, s:s}", "do",
	    "site-add", "code", "4101000003", "name", "x", "domain",
	    "www.x.gov.cn", "lang", "en"));
	UNTIL(!holds_mint);
	ask_begin(&two, json_pack("{s:s, s:s, s:s, s:s}", "do", "block",
	    "code", "9", "reason", "x", "lang", "zh"));
	rest(300);
	mint(mint_held);
	json_decref(ask_end(&one));
	answer = ask_end(&two);
	ck_assert_str_eq(json_string_value(json_object_get(answer, "error")),
	    "没有编码为 9 的站点");
	json_decref(answer);
}

/* In the language of who asks, whatever the hub's own is. */
START_TEST(test_answers_in_the_askers_language)
{
	char path[600];

	set_up();
	langkit_write(path, kit.dir, "there is no site with the code %s",
	    "没有编码为 %s 的站点");
	lang_open(path);
	for (size_t hub = 0; hub < 2; hub++) {
		const char *own = hub == 0 ? "zh" : "en";

		lang_switch(own);
		refused_in("zh", "没有编码为 9 的站点");
		refused_in("en", "there is no site with the code 9");
		refused_in("fr", hub == 0 ? "没有编码为 9 的站点" :
		    "there is no site with the code 9");
		refused_in(NULL, hub == 0 ? "没有编码为 9 的站点" :
		    "there is no site with the code 9");
		ck_assert_str_eq(lang_now(), own);
	}
	refused_later();
	lang_switch("en");
	tear_down();
}
END_TEST

START_TEST(test_block_drops)
{
	json_t *answer;

	set_up();
	ask_letters(1, 1, 0, 30000);
	ask_letters(2, 2, 0, 30000);
	rest(20);
	answer = ask(json_pack("{s:s, s:s, s:s}", "do", "block", "code",
	    "4101000001", "reason", "key lost"));
	ck_assert_ptr_nonnull(json_object_get(answer, "ok"));
	json_decref(answer);
	UNTIL(drops == 1 && answers.n == 1);
	ck_assert_uint_eq(dropped_site, 1);
	ck_assert_uint_eq(answers.at[0].number, 1);
	ck_assert_uint_eq(answers.at[0].status, 403);
	ck_assert_ptr_nonnull(strstr(answers.at[0].body, "key lost"));
	ck_assert_uint_eq(stats_get(COUNTER_LETTERS_WAITING), 1);
	send_one(1, "https://www.s1.gov.cn/a");
	UNTIL(answers.n == 2);
	ck_assert_uint_eq(answers.at[1].status, 403);
	stop();
	blocked_frames = 0;
	start();
	UNTIL(blocked_frames == 1);
	ck_assert_str_eq(blocked_list, "1 blocked the site 4101000001 is "
	    "blocked: key lost;");
	json_decref(ask(json_pack("{s:s, s:s, s:s}", "do", "unblock",
	    "code", "4101000001", "reason", "new key")));
	UNTIL(blocked_frames == 2);
	ck_assert_str_eq(blocked_list, "");
	tear_down();
}
END_TEST

START_TEST(test_rebuild_while_taking)
{
	struct asking a;
	json_t *answer;

	set_up();
	for (uint64_t n = 1; n <= 40; n++)
		send_one(n, "https://www.s1.gov.cn/a");
	UNTIL(answers.n == 40);
	ask_begin(&a, json_pack("{s:s}", "do", "rebuild"));
	core_forget(&answers);
	for (uint64_t n = 41; n <= 60; n++)
		send_one(n, "https://www.s1.gov.cn/b");
	UNTIL(answers.n == 20);
	answer = ask_end(&a);
	ck_assert(json_is_true(json_object_get(json_object_get(answer, "ok"),
	    "same")));
	json_decref(answer);
	UNTIL(stats_get(COUNTER_VIEW_PLACE) ==
	    stats_get(COUNTER_JOURNAL_PLACE));
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

/* --- enrolment -------------------------------------------------------------- */

static void
ask_grant(int ref, uint32_t key, const char *code, bool mac_good)
{
	struct frame_ask f = { .has_ref = ref >= 0, .mac_good = mac_good,
		.code = span_of(code) };
	struct buf b;

	if (ref >= 0)
		memset(f.ref, 0x40 + ref, TICKET_REF);
	core_key(f.key_hash, key);
	buf_init(&b, FRAME_MAX);
	frame_ask_write(&b, &f);
	grants = 0;
	channel_send(ca, FRAME_ASK, 5, buf_look(&b));
	buf_clear(&b);
}

static void
refused(const char *what)
{
	UNTIL(grants == 1);
	ck_assert_uint_eq(grant.site, 0);
	ck_assert_msg(strstr(refusal, what) != NULL, "\"%s\" is not in: %s",
	    what, refusal);
	ck_assert(core_logged(what));
}

START_TEST(test_enrolment)
{
	json_t *answer;

	set_up();
	answer = ask(json_pack("{s:s, s:s, s:s, s:s}", "do", "site-add",
	    "code", "4101000003", "name", "x", "domain", "www.x.gov.cn"));
	json_decref(answer);
	ask_grant(-1, 9, "", false);
	refused("names no ticket");
	ask_grant(5, 9, "", true);
	refused("no such ticket");
	ask_grant(0, 9, "4101000003", false);
	refused("damaged");
	ask_grant(0, 9, "4101000001", true);
	refused("for site 4101000003, not for 4101000001");
	ck_assert_uint_eq(stats_get(COUNTER_ENROLL_REFUSED), 4);

	ask_grant(0, 9, "4101000003", true);
	UNTIL(grants == 1);
	ck_assert_str_eq(refusal, "");
	ck_assert_uint_eq(grant.site, 3);
	ck_assert_str_eq(grant_code, "4101000003");
	ask_grant(0, 9, "", true);	/* the answer was lost */
	UNTIL(grants == 1);
	ck_assert_uint_eq(grant.site, 3);
	ask_grant(0, 8, "", true);
	refused("used already");

	/* a new machine: the old key's connections end */
	json_decref(ask(json_pack("{s:s, s:s}", "do", "ticket", "code",
	    "4101000003")));
	ck_assert_uint_eq(drops, 0);
	ask_grant(1, 8, "", true);
	UNTIL(grants == 1 && drops == 1);
	ck_assert_uint_eq(dropped_site, 3);
	ask_grant(0, 9, "", true);	/* and the old ticket is over */
	refused("used already");
	tear_down();
}
END_TEST

START_TEST(test_expired_ticket)
{
	set_up();
	kit.config.ticket_life = 1;
	json_decref(ask(json_pack("{s:s, s:s}", "do", "ticket", "code",
	    "4101000001")));
	rest(20);
	ask_grant(0, 9, "", true);
	refused("expired at");
	tear_down();
}
END_TEST

/* Two keys with one ticket at the same moment: one of them gets in. */
START_TEST(test_ticket_race)
{
	set_up();
	json_decref(ask(json_pack("{s:s, s:s}", "do", "ticket", "code",
	    "4101000001")));
	ask_grant(0, 11, "", true);
	ask_grant(0, 12, "", true);
	UNTIL(grants == 2);
	ck_assert_uint_eq(stats_get(COUNTER_ENROLLED), 1);
	ck_assert_uint_eq(stats_get(COUNTER_ENROLL_REFUSED), 1);
	tear_down();
}
END_TEST

START_TEST(test_cmp_passes_through)
{
	struct frame_answer f = { .status = 200, .type = SPAN("a/b"),
		.body = SPAN("der") };
	struct buf b;

	set_up();
	buf_init(&b, FRAME_MAX);
	frame_answer_write(&b, &f);
	channel_send(edge, FRAME_CMP, 77, buf_look(&b));
	buf_clear(&b);
	UNTIL(answers.n == 1);
	ck_assert_uint_eq(answers.at[0].number, 77);
	ck_assert_str_eq(answers.at[0].body, "der");
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
	tcase_add_test(t, test_operators);
	tcase_add_test(t, test_answers_in_the_askers_language);
	tcase_add_test(t, test_block_drops);
	tcase_add_test(t, test_rebuild_while_taking);
	tcase_add_test(t, test_full_view);
	tcase_add_test(t, test_lost_journal);
	tcase_add_test(t, test_enrolment);
	tcase_add_test(t, test_expired_ticket);
	tcase_add_test(t, test_ticket_race);
	tcase_add_test(t, test_cmp_passes_through);
}

int
main(void)
{
	signal(SIGPIPE, SIG_IGN);
	return core_run_suite("core", add);
}
