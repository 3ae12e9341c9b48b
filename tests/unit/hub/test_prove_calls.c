/*
 * Calls for proof: who is wanted and told of it, what the operator hears, and
 * that nothing of a call outlives it.
 */
#include "hub/prove_calls.h"

#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "hub/pulse.h"
#include "protocol/letter.h"
#include "tests/unit/hub/corekit.h"

#define TURNS 20000		/* of the loop, before a test gives up */

static struct corekit kit;
static struct event_base *base;
static struct pending_queue queue;
static struct letters *letters;
static struct prove_calls *prove_calls;
static struct ctl *ctl;
static size_t answered;		/* polls */
static uint64_t last_poll;
static char last_want[64];

/* --- the bed ---------------------------------------------------------------- */

static void
send_letters(void *arg, uint64_t number, struct span body)
{
	struct frame_answer f;
	struct letters_head head;
	const char *why;
	struct buf want;

	(void)arg;
	ck_assert(frame_answer_read(&f, body));
	buf_init(&want, sizeof(last_want) - 1);
	ck_assert_msg(letters_read(f.body, &head, &want, NULL, NULL, &why), "%s", why);
	snprintf(last_want, sizeof(last_want), "%s", buf_cstr(&want));
	buf_clear(&want);
	last_poll = number;
	answered++;
}

static void
on_work(void *arg)
{
	(void)arg;
}

static void
on_ask(void *arg, struct ctl_peer *peer, json_t *said, uid_t uid)
{
	(void)arg, (void)uid;
	prove_calls_ask(prove_calls, peer, said);
}

static void
on_gone(void *arg, struct ctl_peer *peer)
{
	(void)arg;
	prove_calls_gone(prove_calls, peer);
}

static void
set_up(void)
{
	char path[128];

	core_open(&kit, CORE_MOST);
	for (uint32_t n = 1; n <= 3; n++)
		core_site(&kit, n);
	core_log_begin();
	signal(SIGPIPE, SIG_IGN);	/* as the core does */
	base = event_base_new();
	pending_init(&queue);
	letters = letters_new(base, &kit.writer, &kit.guests, &queue,
	    send_letters, on_work, NULL);
	prove_calls = prove_calls_new(base, &kit.writer, &kit.guests, letters);
	snprintf(path, sizeof(path), "%s/control", kit.dir);
	ctl = ctl_open(base, path, on_ask, on_gone, NULL);
	ck_assert_ptr_nonnull(ctl);
	answered = 0;
	last_want[0] = '\0';
}

static void
tear_down(void)
{
	ctl_close(ctl);
	prove_calls_free(prove_calls);
	letters_free(letters);
	pending_clear(&queue);
	event_base_free(base);
	core_close(&kit);
}

static void
turn(void)
{
	event_base_loop(base, EVLOOP_NONBLOCK);
}

static unsigned
wants(uint32_t site)
{
	return guests_get(&kit.guests, site)->want;
}

static void
poll_letters(uint64_t number, uint32_t site)
{
	struct frame_letters f = { .peer = core_peer(site, "203.0.113.7:1"),
		.wait = 30000 };
	struct buf b;

	buf_init(&b, 1024);
	frame_letters_write(&b, &f);
	letters_ask(letters, number, buf_look(&b));
	buf_clear(&b);
}

/* --- an operator ------------------------------------------------------------- */

struct operator {
	int fd;
	char heard[65536];	/* all lines so far */
	size_t n;
};

static void
call(struct operator *o, const char *said)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };

	*o = (struct operator){ .fd = socket(AF_UNIX, SOCK_STREAM, 0) };
	snprintf(at.sun_path, sizeof(at.sun_path), "%s/control", kit.dir);
	ck_assert_int_eq(connect(o->fd, (struct sockaddr *)&at,
	    sizeof(at)), 0);
	ck_assert_int_eq(write(o->fd, said, strlen(said)),
	    (ssize_t)strlen(said));
	ck_assert_int_eq(write(o->fd, "\n", 1), 1);
	for (int i = 0; i < 10; i++)
		turn();
}

static void
hear(struct operator *o)
{
	ssize_t got = recv(o->fd, o->heard + o->n,
	    sizeof(o->heard) - 1 - o->n, MSG_DONTWAIT);

	if (got > 0)
		o->n += (size_t)got;
	o->heard[o->n] = '\0';
}

static bool
hears(struct operator *o, const char *what)
{
	for (int i = 0; i < TURNS; i++) {
		turn();
		hear(o);
		if (strstr(o->heard, what) != NULL)
			return true;
	}
	return false;
}

#define HEARS(o, what) ck_assert_msg(hears(o, what), \
	"\"%s\" is not in: %s", what, (o)->heard)

static struct attest
outcome(uint32_t site, bool same)
{
	struct attest a = { .site = site, .same = same, .written = true,
		.seq = 7, .items = 5 };

	snprintf(a.code, sizeof(a.code), "410100000%u", site);
	return a;
}

static void
tell(uint32_t site, bool same)
{
	struct attest a = outcome(site, same);

	guests_unwant(guests_get(&kit.guests, site), GUEST_PROVE);
	prove_calls_told(prove_calls, &a);
}

/* --- tests ------------------------------------------------------------------- */

START_TEST(test_polls_end_once)
{
	struct operator o;

	set_up();
	poll_letters(1, 1);
	poll_letters(2, 2);
	ck_assert_uint_eq(answered, 0);
	call(&o, "{\"do\":\"prove-sync\",\"codes\":[\"4101000001\"]}");
	ck_assert_uint_eq(answered, 1);
	ck_assert_uint_eq(last_poll, 1);
	ck_assert_str_eq(last_want, "prove");
	poll_letters(3, 1);		/* it knows: this one is held */
	ck_assert_uint_eq(answered, 1);
	ck_assert_uint_eq(wants(1), GUEST_PROVE);
	ck_assert_uint_eq(wants(2), 0);
	tell(1, true);
	HEARS(&o, "\"same\":1");
	HEARS(&o, "{\"progress\":{\"site\":{\"code\":\"4101000001\","
	    "\"outcome\":\"same\",\"seq\":7,\"items\":5,"
	    "\"kept\":0}}}");
	close(o.fd);
	tear_down();
}
END_TEST

START_TEST(test_wanted_between_polls)
{
	struct operator o;

	set_up();
	call(&o, "{\"do\":\"prove-sync\",\"codes\":[]}");
	ck_assert_uint_eq(wants(1), GUEST_PROVE);
	ck_assert_uint_eq(wants(3), GUEST_PROVE);
	poll_letters(1, 1);		/* not held */
	ck_assert_uint_eq(answered, 1);
	ck_assert_str_eq(last_want, "prove");
	poll_letters(2, 1);
	ck_assert_uint_eq(answered, 1);
	close(o.fd);
	tear_down();
}
END_TEST

/* It was heard, and named these features. */
static void
beat(uint32_t site, const char *features)
{
	struct journal_batch b = { .site = site, .incarnation = 5,
		.first = 1, .now = CORE_NOW, .agent = SPAN("test/1"),
		.features = span_of(features) };
	struct journal_verdict v;

	journal_begin(kit.writer.journal);
	journal_take(kit.writer.journal, &b, CORE_NOW, &v);
	ck_assert_int_eq(journal_commit(kit.writer.journal), DB_OK);
}

START_TEST(test_time_is_over)
{
	struct operator o;

	set_up();
	beat(1, "changes letters");
	beat(3, "changes letters reconcile");
	call(&o, "{\"do\":\"prove-sync\",\"wait\":2000}");
	tell(2, true);
	HEARS(&o, "4101000002");
	ck_assert(strstr(o.heard, "\"ok\"") == NULL);
	clock_set(CORE_NOW, 4000);
	for (int i = 0; i < 40 && strstr(o.heard, "\"ok\"") == NULL; i++) {
		usleep(50000);
		turn();
		hear(&o);
	}
	HEARS(&o, "{\"code\":\"4101000001\",\"outcome\":\"no answer\","
	    "\"heard_ms\":0,\"why\":\"its agent does not say");
	HEARS(&o, "{\"code\":\"4101000003\",\"outcome\":\"no answer\","
	    "\"heard_ms\":0}");
	HEARS(&o, "{\"ok\":{\"sites\":3,\"same\":1,\"differs\":0,"
	    "\"silent\":2,\"unasked\":0}}");
	ck_assert_uint_eq(wants(1) | wants(2) | wants(3), 0);
	tell(1, true);			/* too late: nobody hears */
	close(o.fd);
	tear_down();
}
END_TEST

/* Who has said why it can't isn't waited for; nor who says so meanwhile. */
/* Who waits with what it has to say for a full disk isn't waited for; and the
 * pulse knows when it was heard. */
START_TEST(test_full_disk)
{
	struct operator o;

	set_up();
	pulse_open(kit.dir);
	pulse_begin(CORE_NOW);
	beat(3, "changes letters reconcile");
	pulse_heard(3, CORE_NOW + 2000, NULL, NULL);
	prove_calls_disk(prove_calls, true);
	call(&o, "{\"do\":\"prove-sync\",\"codes\":[\"4101000003\"]}");
	ck_assert(strstr(o.heard, "\"ok\"") == NULL);
	clock_set(CORE_NOW + 4000, 5000);
	for (int i = 0; i < 40 && strstr(o.heard, "\"ok\"") == NULL; i++) {
		usleep(50000);
		turn();
		hear(&o);
	}
	HEARS(&o, "\"heard_ms\":2000,\"why\":\"the hub's disk is full");
	HEARS(&o, "\"silent\":1");
	close(o.fd);
	pulse_close();
	tear_down();
}
END_TEST

START_TEST(test_trouble)
{
	struct journal_batch b = { .site = 1, .incarnation = 5, .first = 1,
		.now = CORE_NOW, .trouble = SPAN("source web: no root") };
	struct journal_verdict v;
	struct operator o;

	set_up();
	for (b.site = 1; b.site <= 2; b.site++) {
		if (b.site == 2)
			call(&o, "{\"do\":\"prove-sync\",\"codes\":["
			    "\"4101000001\",\"4101000002\"],"
			    "\"wait\":60000}");
		journal_begin(kit.writer.journal);
		journal_take(kit.writer.journal, &b, CORE_NOW, &v);
		ck_assert_int_eq(journal_commit(kit.writer.journal), DB_OK);
	}
	HEARS(&o, "{\"code\":\"4101000001\",\"outcome\":\"trouble\","
	    "\"why\":\"source web: no root\"}");
	ck_assert_uint_eq(wants(1), 0);
	ck_assert_uint_eq(wants(2), GUEST_PROVE);
	for (int i = 0; i < 60 && strstr(o.heard, "\"ok\"") == NULL; i++) {
		usleep(50000);
		turn();
		hear(&o);
	}
	HEARS(&o, "{\"code\":\"4101000002\",\"outcome\":\"trouble\"");
	HEARS(&o, "\"silent\":2");
	ck_assert_uint_eq(wants(2), 0);
	close(o.fd);
	tear_down();
}
END_TEST

START_TEST(test_who_cannot_be_asked)
{
	struct operator o;

	set_up();
	core_act(&kit, json_pack("{s:s, s:i}", "do", "block", "site", 1));
	core_act(&kit, json_pack("{s:s, s:i, s:s, s:s, s:[s], s:s, s:s}",
	    "do", "site-add", "site", 4, "code", "4101000004", "name", "x",
	    "domains", "www.s4.gov.cn", "kind", "", "parent", ""));
	call(&o, "{\"do\":\"prove-sync\",\"codes\":[\"4101000001\","
	    "\"4101000004\",\"4101000004\"]}");
	HEARS(&o, "it is blocked");
	HEARS(&o, "it is not enrolled yet");
	HEARS(&o, "\"unasked\":3");
	ck_assert_uint_eq(wants(1), 0);
	close(o.fd);
	call(&o, "{\"do\":\"prove-sync\",\"codes\":[\"4101000009\"]}");
	HEARS(&o, "there is no site with the code 4101000009");
	close(o.fd);
	call(&o, "{\"do\":\"prove-sync\",\"codes\":[5]}");
	HEARS(&o, "{\"error\"");
	close(o.fd);
	tear_down();
}
END_TEST

/* Two operators, one of whom leaves: the site is wanted until both are done. */
START_TEST(test_two_calls)
{
	struct operator one, two;

	set_up();
	call(&one, "{\"do\":\"prove-sync\",\"codes\":[\"4101000001\","
	    "\"4101000002\"]}");
	call(&two, "{\"do\":\"prove-sync\",\"codes\":[\"4101000001\"]}");
	close(one.fd);
	clock_set(CORE_NOW, 4000);	/* time to tell them of progress */
	for (int i = 0; i < 100 && wants(2) != 0; i++) {
		usleep(50000);
		turn();
	}
	ck_assert_uint_eq(wants(1), GUEST_PROVE);
	ck_assert_uint_eq(wants(2), 0);
	tell(1, true);
	HEARS(&two, "\"ok\"");
	close(two.fd);
	tear_down();
}
END_TEST

START_TEST(test_items)
{
	struct attest a = outcome(1, false);
	struct tally_item item = { .id = SPAN("web:a"),
		.url = SPAN("https://www.s1.gov.cn/a"),
		.title = SPAN("甲") };
	struct operator o;

	set_up();
	call(&o, "{\"do\":\"prove-sync\",\"codes\":[\"4101000001\"]}");
	tally_begin(&a.tally, true);
	for (int i = 0; i < 250; i++)
		tally_put(&a.tally, TALLY_EXTRA, &item);
	tally_put(&a.tally, TALLY_MISSING, NULL);
	item.id = SPAN("web:b");
	tally_name(&a.tally, TALLY_MISSING, &item);
	prove_calls_told(prove_calls, &a);
	tally_clear(&a.tally);
	HEARS(&o, "\"missing\":1,\"extra\":250,\"differs\":0,\"held\":0}");
	HEARS(&o, "{\"kind\":\"missing\",\"id\":\"web:b\",");
	HEARS(&o, "\"differs\":1,");
	ck_assert(strstr(o.heard, "\"cut\"") == NULL);
	close(o.fd);

	/* more than are listed, and one that got no name */
	a = outcome(1, false);
	call(&o, "{\"do\":\"prove-sync\",\"codes\":[\"4101000001\"]}");
	tally_begin(&a.tally, true);
	for (int i = 0; i < TALLY_NAMES + 1; i++)
		tally_put(&a.tally, TALLY_EXTRA, &item);
	ck_assert_uint_eq(json_array_size(a.tally.names), TALLY_NAMES);
	prove_calls_told(prove_calls, &a);
	tally_clear(&a.tally);
	HEARS(&o, "\"extra\":1001,\"differs\":0,\"held\":0,\"cut\":true");
	close(o.fd);
	a = outcome(1, false);
	call(&o, "{\"do\":\"prove-sync\",\"codes\":[\"4101000001\"]}");
	tally_begin(&a.tally, true);
	tally_put(&a.tally, TALLY_MISSING, NULL);
	prove_calls_told(prove_calls, &a);
	tally_clear(&a.tally);
	HEARS(&o, "\"missing\":1,\"extra\":0,\"differs\":0,\"held\":0,"
	    "\"cut\":true");
	close(o.fd);
	tear_down();
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("prove_calls");
	TCase *t = tcase_create("prove_calls");
	SRunner *r;
	int failed;

	tcase_set_timeout(t, 60);
	tcase_add_test(t, test_polls_end_once);
	tcase_add_test(t, test_wanted_between_polls);
	tcase_add_test(t, test_time_is_over);
	tcase_add_test(t, test_full_disk);
	tcase_add_test(t, test_trouble);
	tcase_add_test(t, test_who_cannot_be_asked);
	tcase_add_test(t, test_two_calls);
	tcase_add_test(t, test_items);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
