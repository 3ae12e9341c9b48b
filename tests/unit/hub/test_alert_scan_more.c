/*
 * Where facts come from, too: of what waits for somebody, at a site or at the
 * hub itself. See test_alert_scan.c.
 */
#include "tests/unit/hub/scankit.h"

#include <sys/statvfs.h>

#include "hub/baseline.h"

static struct statvfs disk;

/* In the place of the C library's: every disk is as the test says. */
int
statvfs(const char *path, struct statvfs *v)
{
	(void)path;
	*v = disk;
	return 0;
}

static void
enroll(uint32_t site, int64_t until)
{
	kit_act(&k, "{\"do\":\"ticket\",\"site\":%u,\"ref\":\"%020x\","
	    "\"expires\":%lld,\"actor\":\"t\",\"reason\":\"\"}", site, site,
	    (long long)(k.now + DAY));
	kit_act(&k, "{\"do\":\"enroll\",\"site\":%u,\"ref\":\"%020x\","
	    "\"key\":\"%064x\",\"until\":%lld,\"ca\":\"%032x\",\"actor\":"
	    "\"t\",\"reason\":\"\"}", site, site, site, (long long)until, 1);
}

static void
setup(void)
{
	scankit_open();
	enroll(1, k.now + 90 * DAY);
	disk = (struct statvfs){ .f_frsize = 1u << 20, .f_blocks = 100000,
		.f_bavail = 90000 };
}

static void
look(void)
{
	struct db_txn *t;

	kit_show(&k, 100);
	t = view_read(k.view);
	scankit_look(t);
	db_abort(t);
}

/* --- at a site --------------------------------------------------------------- */

/* What is in the way of the site's agent, in its words. */
static void
complain(struct span trouble)
{
	struct journal_batch b = { .site = 1, .incarnation = k.incarnation[1],
	    .first = k.seq[1] + 1, .head = k.seq[1], .now = k.now,
	    .trouble = trouble };
	struct journal_verdict v;

	do {
		journal_begin(k.journal);
		journal_take(k.journal, &b, k.now, &v);
	} while (journal_commit(k.journal) != DB_OK);
	look();
}

START_TEST(test_trouble)
{
	struct change c = kit_change(CHANGE_CREATED, "https://s1.gov.cn/a",
	    "t");
	struct alert_fact *f;

	kit_say(&k, 1, &c);
	look();
	ck_assert_ptr_null(fact("trouble", "4100000001"));
	complain(SPAN("/srv/www is not there"));
	f = fact("trouble", "4100000001");
	ck_assert_ptr_nonnull(f);
	ck_assert_int_eq(f->what, ALERT_TROUBLE);
	ck_assert_uint_eq(f->site, 1);
	ck_assert(span_is(f->detail, SPAN("/srv/www is not there")));
	ck_assert_ptr_null(fact("trouble", "4100000002"));
	complain(SPAN_NONE);
	ck_assert_ptr_null(fact("trouble", "4100000001"));
}
END_TEST

static void
compare(bool same, unsigned missing, unsigned extra, unsigned differ)
{
	kit_act(&k, "{\"do\":\"reconcile\",\"site\":1,\"incarnation\":"
	    "\"00000000000003e9\",\"seq\":1,\"same\":%s,\"missing\":%u,"
	    "\"extra\":%u,\"differ\":%u,\"held\":0}", same ? "true" :
	    "false", missing, extra, differ);
	look();
}

START_TEST(test_differs)
{
	struct alert_fact *f;

	look();
	ck_assert_ptr_null(fact("differs", "4100000001"));
	compare(false, 1, 2, 3);
	f = fact("differs", "4100000001");
	ck_assert_ptr_nonnull(f);
	ck_assert_int_eq(f->what, ALERT_DIFFERS);
	ck_assert_uint_eq(f->site, 1);
	ck_assert(span_is(f->detail, SPAN("-1 +2 !3")));
	compare(true, 0, 0, 0);
	ck_assert_ptr_null(fact("differs", "4100000001"));
}
END_TEST

START_TEST(test_quarantine)
{
	struct alert_fact *f;

	look();
	ck_assert_ptr_null(fact("quarantine", "4100000001"));
	kit_act(&k, "{\"do\":\"renew\",\"site\":1,\"key\":\"%064x\","
	    "\"old\":\"%064x\",\"until\":%lld,\"ca\":\"%032x\","
	    "\"quarantine\":true}", 2, 1, (long long)(k.now + 90 * DAY), 1);
	look();
	f = fact("quarantine", "4100000001");
	ck_assert_ptr_nonnull(f);
	ck_assert_int_eq(f->what, ALERT_QUARANTINE);
	ck_assert_uint_eq(f->site, 1);
	kit_act(&k, "{\"do\":\"admit\",\"site\":1,\"actor\":\"li\","
	    "\"reason\":\"seen\"}");
	look();
	ck_assert_ptr_null(fact("quarantine", "4100000001"));
}
END_TEST

/* --- at the hub -------------------------------------------------------------- */

/* Five percent and half a GiB: what is less is told. */
START_TEST(test_disk)
{
	static const struct {
		fsblkcnt_t all, left;	/* MiB */
		const char *detail;	/* NULL: no fact */
	} cases[] = {
		{ 100000, 90000, NULL }, { 100000, 4999, "4999 MiB" },
		{ 100000, 5000, NULL }, { 1000, 511, "511 MiB" },
		{ 1000, 512, NULL }, { 1000, 0, "0 MiB" },
		{ 100000, 90000, NULL }, { 0, 0, NULL },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct alert_fact *f;

		disk.f_blocks = cases[i].all;
		disk.f_bavail = cases[i].left;
		look();
		f = fact("disk", "disk");
		ck_assert_msg((f != NULL) == (cases[i].detail != NULL),
		    "case %zu", i);
		if (f == NULL)
			continue;
		ck_assert_int_eq(f->what, ALERT_DISK);
		ck_assert_uint_eq(f->site, 0);
		ck_assert(span_is(f->detail, span_of(cases[i].detail)));
	}
}
END_TEST

static void
check_end(enum counter c, const char *subject)
{
	static const struct {
		int64_t days;
		int raise, step;	/* -1: no fact */
	} cases[] = {
		{ 31, -1, 0 }, { 30, 0, 1 }, { 14, 1, 1 }, { 7, 1, 2 },
		{ 1, 2, 2 }, { -1, 2, 2 }, { 90, -1, 0 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct alert_fact *f;

		stats_set(c, (uint64_t)(k.now + cases[i].days * DAY) / 1000);
		look();
		f = fact("hub-certificate", subject);
		ck_assert_int_eq(f != NULL, cases[i].raise >= 0);
		if (f == NULL)
			continue;
		ck_assert_int_eq(f->what, ALERT_HUB_CERTIFICATE);
		ck_assert_uint_eq(f->site, 0);
		ck_assert_int_eq(f->raise, cases[i].raise);
		ck_assert_int_eq(f->step, cases[i].step);
	}
}

START_TEST(test_hub_certificate)
{
	counters_open();
	look();			/* not known yet when they end */
	ck_assert_ptr_null(fact("hub-certificate", "ca"));
	ck_assert_ptr_null(fact("hub-certificate", "hub"));
	check_end(COUNTER_CA_EXPIRY, "ca");
	check_end(COUNTER_HUB_EXPIRY, "hub");
	stats_close();
}
END_TEST

/* --- links ------------------------------------------------------------------- */

#define BROKEN 1300		/* more than are looked at in one go */

static void
pin(const char *url, const char *outcome)
{
	kit_act(&k, "{\"do\":\"check-pin\",\"url\":\"%s\",\"outcome\":"
	    "\"%s\",\"until\":%lld,\"actor\":\"t\",\"reason\":\"t\"}", url,
	    outcome, (long long)(k.now + DAY));
}

/* One that comes behind nearly all others. */
static void
find_last(char url[64])
{
	uint8_t place[URL_KEY] = { 0 };

	for (unsigned i = 0; place[0] != 0xff; i++) {
		snprintf(url, 64, "https://d%u.example.com/", i);
		baseline_place(place, span_of(url));
	}
}

/* A whole pass; in how many steps. */
static unsigned
look_at_links(void)
{
	struct db_txn *t;
	unsigned steps = 0;
	bool more;

	kit_show(&k, 10000);
	t = view_read(k.view);
	alert_facts_begin(facts, ALERT_OF_LINKS);
	do {
		more = alert_scan_links(&scan, t, k.now);
		ck_assert_uint_lt(++steps, 100);
	} while (more);
	alert_facts_end(facts, ALERT_OF_LINKS);
	db_abort(t);
	return steps;
}

START_TEST(test_links)
{
	char url[64], last[64];

	ck_assert_uint_eq(look_at_links(), 1);
	for (unsigned i = 0; i < BROKEN; i++) {
		snprintf(url, sizeof(url), "https://b%u.example.com/", i);
		pin(url, i % 3 == 0 ? "ok" : "gone");
	}
	find_last(last);
	pin(last, "suspicious");
	for (int i = 0; i < 2; i++) {
		ck_assert_uint_gt(look_at_links(), 1);
		ck_assert_ptr_nonnull(fact("links", last));
		ck_assert_ptr_null(fact("links", url));
	}
	pin(last, "ok");
	look_at_links();
	ck_assert_ptr_null(fact("links", last));
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("alert_scan_more");
	TCase *t = tcase_create("alert_scan_more");
	SRunner *r;
	int failed;

	tcase_set_timeout(t, 60);
	tcase_add_checked_fixture(t, setup, scankit_close);
	tcase_add_test(t, test_trouble);
	tcase_add_test(t, test_differs);
	tcase_add_test(t, test_quarantine);
	tcase_add_test(t, test_disk);
	tcase_add_test(t, test_hub_certificate);
	tcase_add_test(t, test_links);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
