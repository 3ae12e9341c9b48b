/*
 * Names between visits, with the machine's own resolver: localhost is known
 * to it everywhere, and a numeric name needs nobody.
 */
#include "hub/home_names.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contrib/base/clock.h"
#include "contrib/base/log.h"

#define LONG 60000		/* ms */

static struct event_base *base;
static struct home_names *names;
static unsigned looks;
static uint64_t last;
static char said[256];

static void
on_look(void *arg, uint64_t number)
{
	(void)arg;
	looks++;
	last = number;
}

static void
on_line(enum log_level level, const char *line)
{
	ck_assert_int_eq(level, LOG_LEVEL_INFO);
	snprintf(said, sizeof(said), "%s", line);
}

static void
open_names(int64_t every, int64_t life)
{
	base = event_base_new();
	names = home_names_new(base, every, life, on_look, NULL);
	looks = 0;
	log_open("test", LOG_LEVEL_INFO);
	log_sink(on_line);
}

static void
close_names(void)
{
	home_names_free(names);
	event_base_free(base);
}

static void
visited(uint64_t number, const char *host, const char *address)
{
	struct home_look l = { .hops = 1, .dns_count = address != NULL };

	snprintf(l.hop[0].url, HOME_URL, "http://%s/", host);
	if (address != NULL)
		snprintf(l.dns[0], INET6_ADDRSTRLEN, "%s", address);
	home_names_visited(names, number, &l);
}

/* Until there is one, or for so long. */
static void
pass(int64_t ms)
{
	const struct timeval wait = { .tv_usec = 10000 };
	int64_t end = clock_mono() + ms;

	while (looks == 0 && clock_mono() < end) {
		event_base_loopexit(base, &wait);
		event_base_dispatch(base);
	}
}

START_TEST(test_elsewhere)
{
	open_names(20, LONG);
	visited(7, "127.0.0.1", "127.0.0.1");
	visited(8, "127.0.0.2", "192.0.2.9");
	visited(9, "127.0.0.3", "127.0.0.3");
	pass(20000);
	ck_assert_uint_eq(looks, 1);
	ck_assert_uint_eq(last, 8);
	ck_assert_ptr_nonnull(strstr(said, "host=127.0.0.2 leads elsewhere, "
	    "address=127.0.0.2"));
	looks = 0;
	pass(500);
	ck_assert_msg(looks == 0, "it is known now");
	close_names();
}
END_TEST

START_TEST(test_by_file)
{
	open_names(20, LONG);
	visited(7, "localhost", "192.0.2.9");
	pass(20000);
	ck_assert_uint_eq(last, 7);
	close_names();
}
END_TEST

/* More than are asked for at a time; each has its turn. */
START_TEST(test_many)
{
	char host[32];

	open_names(20, LONG);
	for (unsigned i = 1; i <= 200; i++) {
		snprintf(host, sizeof(host), "127.0.1.%u", i);
		visited(i, host, i == 200 ? "192.0.2.9" : host);
	}
	pass(20000);
	ck_assert(looks == 1 && last == 200);
	close_names();
}
END_TEST

/* Zero is never. */
START_TEST(test_never)
{
	open_names(0, LONG);
	visited(1, "localhost", "192.0.2.9");
	ck_assert_int_eq(event_base_dispatch(base), 1);
	close_names();
}
END_TEST

/* Its domain became another while the old one was asked for. */
START_TEST(test_renamed)
{
	open_names(20, LONG);
	visited(1, "127.0.0.1", "127.0.0.1");
	ck_assert_int_eq(event_base_loop(base, EVLOOP_ONCE), 0);
	visited(1, "127.0.0.2", "127.0.0.2");
	pass(300);
	ck_assert_uint_eq(looks, 0);
	visited(1, "127.0.0.2", "127.0.0.2");
	close_names();
}
END_TEST

/* Nobody visits it any more: then nothing is left to do. */
START_TEST(test_forgotten)
{
	open_names(5, 50);
	visited(1, "127.0.0.1", "127.0.0.1");
	ck_assert_int_eq(event_base_dispatch(base), 1);
	visited(1, "127.0.0.1", "192.0.2.9");
	pass(20000);
	ck_assert_uint_eq(looks, 1);
	close_names();
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("home names");
	TCase *t = tcase_create("all");
	SRunner *r;
	int failed;

	tcase_set_timeout(t, 60);
	tcase_add_test(t, test_elsewhere);
	tcase_add_test(t, test_by_file);
	tcase_add_test(t, test_many);
	tcase_add_test(t, test_never);
	tcase_add_test(t, test_renamed);
	tcase_add_test(t, test_forgotten);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
