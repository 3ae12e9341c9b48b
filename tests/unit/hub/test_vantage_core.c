/*
 * Looks from elsewhere, in the core: who is asked, by a letter in passing to
 * who holds a poll, what for; and what becomes of the answers.
 */
#include "hub/vantage_core.h"

#include <event2/event.h>

#include "contrib/base/backoff.h"
#include "hub/elsewhere.h"
#include "hub/letters.h"
#include "hub/pulse.h"
#include "tests/unit/hub/corekit.h"

#define SITES 8
#define POLL 100		/* number of the poll of site n: POLL + n */

static struct corekit kit;
static struct event_base *base;
static struct pending_queue pending;
static struct letters *letters;
static struct monitor *monitor;
static struct vantage_core *vantage;
static struct pulse_row row;
static int64_t now;

static struct {			/* by site: what it was told last */
	unsigned answers;
	struct vantage_task task;
	char url[200];
} told[SITES + 1];

static void
on_letter(void *arg, const struct letter *l)
{
	struct buf why;
	uint32_t site = *(uint32_t *)arg;

	ck_assert_uint_eq(l->number, 0);
	buf_init(&why, 1000);
	ck_assert_msg(vantage_task_read(&told[site].task, l, &why), "%s",
	    buf_cstr(&why));
	snprintf(told[site].url, sizeof(told[site].url), "%.*s",
	    SPAN_ARGS(l->about));
	buf_clear(&why);
}

static void
on_send(void *arg, uint64_t number, struct span answer)
{
	uint32_t site = (uint32_t)(number - POLL);
	struct letters_head head;
	struct frame_answer f;
	const char *why = "";

	(void)arg;
	ck_assert(site <= SITES && frame_answer_read(&f, answer));
	ck_assert_uint_eq(f.status, 200);
	told[site].answers++;
	ck_assert_msg(letters_read(f.body, &head, NULL, on_letter, &site,
	    &why), "%s", why);
	ck_assert_int_eq(head.now, now);
}

static void
on_work(void *arg)
{
	(void)arg;
}

static void
on_event(void *arg, const struct monitor_event *e)
{
	(void)arg;
	(void)e;
}

static void
on_want(void *arg, uint32_t site)
{
	(void)arg;
	(void)site;
}

/* It asks for letters, and the hub has none for it. */
static void
poll_of(uint32_t site)
{
	char address[40];
	struct buf b;

	snprintf(address, sizeof(address), "203.0.113.%u:5000", site);
	buf_init(&b, 1000);
	frame_letters_write(&b, &(struct frame_letters){
	    .peer = core_peer(site, address), .wait = 50000 });
	letters_ask(letters, POLL + site, buf_look(&b));
	buf_clear(&b);
}

static void
willing(uint32_t site, const char *address)
{
	pulse_heard(site, now, address, NULL);
	pulse_connected(site, 1, now);
	pulse_state(site, MONITOR_UP, MONITOR_CAUSE_FINE, now);
	pulse_looks(site, true);
	monitor_watch(monitor, site, MONITOR_AGENT, now);
	poll_of(site);
}

static void
set_up(void)
{
	const struct monitor_hooks hooks = { .emit = on_event,
		.want_look = on_want };
	char address[40];

	now = CORE_NOW;
	backoff_seed(7);
	memset(told, 0, sizeof(told));
	core_open(&kit, CORE_MOST);
	pulse_open(NULL);
	pulse_begin(now);
	for (uint32_t i = 1; i <= SITES; i++)
		core_site(&kit, i);
	base = event_base_new();
	pending_init(&pending);
	letters = letters_new(base, &kit.writer, &kit.guests, &pending,
	    on_send, on_work, NULL);
	monitor = monitor_new(&monitor_settings_preset, now, &hooks);
	monitor_watch(monitor, 1, MONITOR_HOME, now);
	vantage = vantage_core_new(&kit.writer, monitor);
	vantage_core_through(vantage, letters);
	for (uint32_t i = 2; i <= SITES; i++) {
		snprintf(address, sizeof(address), "203.0.113.%u:5000", i);
		willing(i, address);
	}
}

static void
tear_down(void)
{
	vantage_core_free(vantage);
	monitor_free(monitor);
	letters_free(letters);
	pending_clear(&pending);
	event_base_free(base);
	pulse_close();
	core_close(&kit);
}

/* How many are asked for site 1's page. */
static unsigned
ask(void)
{
	unsigned n = 0;

	for (uint32_t i = 0; i <= SITES; i++)
		told[i].task.number = 0;
	vantage_core_want(vantage, 1);
	for (uint32_t i = 1; i <= SITES; i++)
		n += told[i].task.number != 0;
	return n;
}

static void
say(uint32_t by, uint16_t status)
{
	vantage_core_heard(vantage, by, &(struct vantage_answer){
	    .task = told[by].task.number, .status = status, .ms = 12,
	    .error = status == 0 ? HEALTH_REFUSED : HEALTH_FINE });
}

static void
say_all(uint16_t status)
{
	for (uint32_t i = 1; i <= SITES; i++)
		if (told[i].task.number != 0)
			say(i, status);
}

static enum monitor_outside
outside(void)
{
	struct monitor_now is;

	monitor_tick(monitor, now);
	monitor_get(monitor, 1, &is);
	return is.outside;
}

static void
pass(int64_t ms)
{
	now += ms;
	clock_set(now, now - CORE_NOW + 1000);
	for (uint32_t i = 2; i <= SITES; i++)
		pulse_heard(i, now, NULL, NULL);
	vantage_core_look(vantage);
}

START_TEST(asked)
{
	struct buf b;

	monitor_seen(monitor, 1, now, MONITOR_LOOK_FAILED);
	monitor_seen(monitor, 1, now + 1, MONITOR_LOOK_FAILED);
	ck_assert_uint_eq(ask(), VANTAGE_ASKED);
	for (uint32_t i = 1; i <= SITES; i++) {
		bool was = told[i].task.number != 0;

		ck_assert_uint_eq(told[i].answers, was);
		if (!was)
			continue;
		ck_assert_str_eq(told[i].url, "http://www.s1.gov.cn/");
		ck_assert_int_eq(told[i].task.until, now + 20000);
	}
	ck_assert_uint_eq(told[1].answers, 0);
	ck_assert(pulse_read(1, &row));
	ck_assert_int_eq(row.others_at, now);
	ck_assert(row.others[2].by != 0);
	ck_assert_int_eq(outside(), MONITOR_OUTSIDE_FAILED);
	clock_set(++now, 1001);
	say_all(200);
	ck_assert_int_eq(outside(), MONITOR_OUTSIDE_HERE);
	(void)pulse_read(1, &row);
	ck_assert_int_eq(row.others[0].said, VANTAGE_WELL);
	buf_init(&b, 100);
	elsewhere_sentence(&b, &row);
	ck_assert_str_eq(buf_cstr(&b), "3 of 3 other sites reach it");
	buf_clear(&b);
}
END_TEST

START_TEST(down)
{
	struct buf b;

	monitor_seen(monitor, 1, now, MONITOR_LOOK_FAILED);
	monitor_seen(monitor, 1, now + 1, MONITOR_LOOK_FAILED);
	ck_assert_uint_eq(ask(), VANTAGE_ASKED);
	pass(1000);
	for (uint32_t i = 1, n = 0; i <= SITES; i++)
		if (told[i].task.number != 0)
			say(i, n++ == 0 ? 200 : 0);
	ck_assert_int_eq(outside(), MONITOR_OUTSIDE_FAILED);
	(void)pulse_read(1, &row);
	buf_init(&b, 100);
	elsewhere_sentence(&b, &row);
	ck_assert_str_eq(buf_cstr(&b), "1 of 3 other sites reach it");
	buf_clear(&b);
}
END_TEST

/* Its own machine, or the one where its page is; two at one address are one
 * voice. */
START_TEST(from_where)
{
	pulse_heard(1, now, "[2001:db8::1]:443", NULL);
	pulse_heard(2, now, "[2001:db8::1]:7000", NULL);
	for (uint32_t i = 3; i <= SITES; i++)
		pulse_heard(i, now, i % 2 == 0 ? "203.0.113.9:1" :
		    "203.0.113.9:2", NULL);
	ck_assert_uint_eq(ask(), 1);
	ck_assert_uint_eq(told[1].task.number + told[2].task.number, 0);
}
END_TEST

/* Each reason for which one isn't asked. */
START_TEST(who)
{
	pulse_looks(2, false);
	pulse_state(3, MONITOR_SILENT, MONITOR_CAUSE_AGENT, now);
	pulse_connected(4, 0, now);
	letters_gone(letters, POLL + 5);
	pulse_heard(6, now - 30000, NULL, NULL);
	monitor_watch(monitor, 7, 0, now);
	ck_assert_uint_eq(ask(), 1);
	ck_assert(told[8].task.number != 0);
}
END_TEST

/* Nobody to ask: that is said, but not over what was seen just now. */
START_TEST(nobody)
{
	struct buf b;

	for (uint32_t i = 2; i <= SITES; i++)
		pulse_looks(i, false);
	ck_assert_uint_eq(ask(), 0);
	ck_assert(pulse_read(1, &row));
	ck_assert_int_eq(row.others_at, now);
	buf_init(&b, 1000);
	elsewhere_list(&b, NULL, &row);
	ck_assert_msg(strstr(buf_cstr(&b), "Nobody could be asked") != NULL,
	    "%s", buf_cstr(&b));
	buf_clear(&b);
	for (uint32_t i = 2; i <= SITES; i++)
		pulse_looks(i, true);
	ck_assert_uint_eq(ask(), VANTAGE_ASKED);
	for (uint32_t i = 2; i <= SITES; i++)
		pulse_looks(i, false);
	pass(21000);
	ck_assert_uint_eq(ask(), 0);
	(void)pulse_read(1, &row);
	ck_assert_int_eq(row.others[0].said, VANTAGE_MUTE);
	ck_assert_uint_ne(row.others[0].by, 0);
	pass(300000);
	ck_assert_uint_eq(ask(), 0);
	(void)pulse_read(1, &row);
	ck_assert_uint_eq(row.others[0].by, 0);
}
END_TEST

/* Who was asked has no poll any more, until it asks again. */
START_TEST(again)
{
	uint32_t asked_of[SITES + 1] = { 0 };

	for (int i = 0; i < 5; i++) {
		ck_assert_uint_eq(ask(), VANTAGE_ASKED);
		for (uint32_t n = 2; n <= SITES; n++)
			if (told[n].task.number != 0) {
				asked_of[n]++;
				poll_of(n);
			}
		ck_assert_uint_eq(ask(), 0);
		pass(21000);
		(void)pulse_read(1, &row);
		ck_assert_int_eq(row.others[0].said, VANTAGE_MUTE);
	}
	ck_assert_uint_eq(ask(), 0);
	pass(5 * 60000);
	ck_assert_uint_eq(ask(), VANTAGE_ASKED);
	ck_assert_uint_lt(asked_of[2], 5);	/* not always the same */
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("vantage_core");
	TCase *t = tcase_create("vantage_core");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, asked);
	tcase_add_test(t, down);
	tcase_add_test(t, from_where);
	tcase_add_test(t, who);
	tcase_add_test(t, nobody);
	tcase_add_test(t, again);
	suite_add_tcase(suite, t);
	r = srunner_create(suite);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed > 0;
}
