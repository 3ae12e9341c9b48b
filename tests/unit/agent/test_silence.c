/*
 * Silence: a hub that doesn't answer is said once, by the hook and by mail,
 * and once more when it is back.
 */
#include "agent/silence.h"

#include "agent/outward.h"
#include "tests/unit/agent/loopkit.h"
#include "tests/unit/agent/storekit.h"

static struct store *store;
static struct fetch *fetch;
static struct line line;
static struct push *push;
static struct hand *hand;
static struct silence *silence;
static struct config_top top;
static unsigned errors;
static char hook_file[100], mail_file[100];

static void
on_log(enum log_level level, const char *text)
{
	errors += level == LOG_LEVEL_ERROR &&
	    strstr(text, "silent since") != NULL;
}

static size_t
count(const char *path, const char *what)
{
	static char text[20000];
	FILE *f = fopen(path, "r");
	size_t n = 0;

	if (f == NULL)
		return 0;
	text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
	fclose(f);
	for (const char *at = text; (at = strstr(at, what)) != NULL; at++)
		n++;
	return n;
}

static void
command(char *argv[4], char text[300], const char *file)
{
	static char sh[] = "/bin/sh", c[] = "-c";

	snprintf(text, 300, "cat >>%s; echo >>%s", file, file);
	argv[0] = sh;
	argv[1] = c;
	argv[2] = text;
	argv[3] = NULL;
}

/* What push asks of sources: there are none. */
static uint64_t
held(void *arg)
{
	(void)arg;
	return 0;
}

static void
trouble(void *arg, struct buf *b)
{
	(void)arg;
	(void)b;
}

static bool
is_settled(void *arg)
{
	(void)arg;
	return true;
}

/* A hub that nobody listens at. */
static void
set_up(void)
{
	static char hub[] = "http://127.0.0.1:1", mail[] = "web@site.test";
	static char hook_text[300], mail_text[300];
	static char *hook_argv[4], *mail_argv[4];
	struct hand_command commands[OUTWARD_COUNT] = { 0 };
	struct push_host host = { .line = &line, .beat = 100,
		.prove_every = 3600000, .instance = 1,
		.held = held, .trouble = trouble, .is_settled = is_settled };
	struct buf why;

	log_sink(on_log);
	errors = 0;
	kit_make_dir();
	snprintf(hook_file, sizeof(hook_file), "%s/hooked", kit_dir);
	snprintf(mail_file, sizeof(mail_file), "%s/mailed", kit_dir);
	command(hook_argv, hook_text, hook_file);
	command(mail_argv, mail_text, mail_file);
	commands[OUTWARD_HOOK] = (struct hand_command){ hook_argv, 5000 };
	commands[OUTWARD_MAIL] = (struct hand_command){ mail_argv, 5000 };
	hand = hand_new(commands, OUTWARD_COUNT, kit_dir);
	base = event_base_new();
	hand_attach(hand, base);
	buf_init(&why, 4096);
	ck_assert(line_init(&line, hub, kit_dir, &why));
	buf_clear(&why);
	store = kit_open(KIT_LIMIT);
	fetch = fetch_new(base, "test");
	host.base = base;
	host.store = store;
	host.fetch = fetch;
	push = push_new(&host);
	top = (struct config_top){ .hub = hub, .mail = mail,
		.hub_silent = 300 };
}

static void
tear_down(void)
{
	silence_free(silence);
	hand_free(hand);
	push_free(push);
	fetch_free(fetch);
	store_close(store);
	line_clear(&line);
	event_base_free(base);
	kit_remove_dir();
	log_sink(NULL);
}

static bool
status_says(void)
{
	json_t *o = json_object();
	bool says;

	silence_status(silence, o);
	says = json_integer_value(json_object_get(o, "silent_ms")) >= 300;
	json_decref(o);
	return says;
}

START_TEST(said_once)
{
	const struct silence_host host = { .base = base, .push = push,
		.top = &top, .hand = hand };
	int64_t begin = clock_mono();

	silence = silence_new(&host);
	ck_assert(!status_says());
	while (count(mail_file, "base64") == 0 ||
	    count(hook_file, "hub-silent") == 0) {
		ck_assert(clock_mono() - begin < PATIENCE);
		turn_loop(10);
	}
	ck_assert_int_ge(clock_mono() - begin, 300);
	ck_assert(status_says());
	turn_loop(700);
	ck_assert_uint_eq(count(hook_file, "hub-silent"), 1);
	ck_assert_uint_eq(count(hook_file, "has not answered since"), 1);
	ck_assert_uint_eq(count(hook_file, "http://127.0.0.1:1"), 2);
	ck_assert_uint_eq(count(mail_file, "To: web@site.test"), 1);
	ck_assert_uint_eq(errors, 1);
	/* As if it had answered: more patience is the same. */
	top.hub_silent = (uint64_t)push_unheard(push) + 60000;
	begin = clock_mono();
	while (count(hook_file, "hub-heard") == 0 ||
	    count(mail_file, "To: web@site.test") < 2) {
		ck_assert(clock_mono() - begin < PATIENCE);
		turn_loop(10);
	}
	ck_assert(!status_says());
	ck_assert_uint_eq(count(hook_file, "hub-heard"), 1);
	ck_assert_uint_eq(errors, 1);
}
END_TEST

/* The agent was stopped, or its machine asleep: that is not the hub's. */
START_TEST(own_sleep)
{
	const struct silence_host host = { .base = base, .push = push,
		.top = &top, .hand = NULL };
	int64_t now = clock_mono();

	top.hub_silent = 20000;
	clock_set(clock_wall(), now);
	silence = silence_new(&host);
	clock_set(clock_wall(), now + 3600000);
	turn_loop(2100);		/* a look, an hour later */
	ck_assert(!status_says());
	ck_assert_uint_eq(errors, 0);
	for (int ms = 0; ms <= 20000; ms += 4000) {
		clock_set(clock_wall(), now + 3600000 + ms);
		turn_loop(2100);
	}
	ck_assert(status_says());
	ck_assert_uint_eq(errors, 1);
	clock_release();
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("silence");
	TCase *t = tcase_create("silence");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, said_once);
	tcase_add_test(t, own_sleep);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
