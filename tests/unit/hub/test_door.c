/*
 * Who waits at a door of the hub, and how memory is shared: nobody can have
 * all of it.
 */
#include "hub/door.h"

#include <sys/resource.h>

#include "contrib/base/clock.h"
#include "hub/share.h"
#include "tests/unit/hub/http_bed.h"

static struct event_base *base;

static void
set_up(void)
{
	base = event_base_new();
}

static void
tear_down(void)
{
	event_base_free(base);
}

static struct door_guest guest[DOOR_SETTLING];
static unsigned guests;

static void
on_guest(void *arg, const struct door_guest *g)
{
	(void)arg;
	guest[guests++ % DOOR_SETTLING] = *g;
	close(g->fd);
}

/* From 127.0.0.host, this many; how many were let in. */
static unsigned
knock(uint16_t port, unsigned host, int *client, int count)
{
	struct sockaddr_in hub = { .sin_family = AF_INET,
	    .sin_port = htons(port),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct sockaddr_in from = { .sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(0x7f000000 + host) };
	unsigned before = guests;

	for (int i = 0; i < count; i++) {
		client[i] = socket(AF_INET, SOCK_STREAM, 0);
		ck_assert_int_eq(bind(client[i], (struct sockaddr *)&from,
		    sizeof(from)), 0);
		ck_assert_int_eq(connect(client[i], (struct sockaddr *)&hub,
		    sizeof(hub)), 0);
		event_base_loop(base, EVLOOP_NONBLOCK);
	}
	bed_turn(base);
	return guests - before;
}

/* An address that opens connections and says nothing can't be all who are
 * settling; when there are too many all the same, who comes waits and isn't
 * turned away. */
START_TEST(test_settling)
{
	static int client[DOOR_SETTLING];
	uint16_t port;
	int fd = bed_listen(&port), n = DOOR_SETTLING / 2;
	struct door *d = door_new(base, fd, 10000, on_guest, NULL);
	unsigned host = 2;

	guests = 0;
	ck_assert_uint_eq(knock(port, 1, client, n + 20), (unsigned)n);
	for (int i = 0; i < n + 20; i++)
		close(client[i]);
	for (; n > 1; n /= 2) {
		ck_assert_uint_eq(knock(port, host++, client, n / 2),
		    (unsigned)n / 2);
		for (int i = 0; i < n / 2; i++)
			close(client[i]);
	}
	ck_assert_uint_eq(knock(port, host++, client, 1), 1);
	close(client[0]);
	ck_assert_uint_eq(guests, DOOR_SETTLING);
	for (int i = 0; i < 5; i++)
		ck_assert_uint_eq(knock(port, host++, &client[i], 1), 0);
	for (int i = 0; i < 5; i++) {
		door_settled(d, guest[i].who);
		bed_turn(base);
		ck_assert_uint_eq(guests, DOOR_SETTLING + (unsigned)i + 1);
	}
	for (int i = 0; i < 5; i++)
		close(client[i]);
	door_free(d);
}
END_TEST

/* Who finds as many of his address settling waits; those of another address
 * don't wait for him, and who has left meanwhile isn't let in. */
START_TEST(test_waiting)
{
	static int client[DOOR_SETTLING], other[2];
	uint16_t port;
	int fd = bed_listen(&port), n = DOOR_SETTLING / 2;
	struct door *d = door_new(base, fd, 10000, on_guest, NULL);

	guests = 0;
	ck_assert_uint_eq(knock(port, 1, client, n + 3), (unsigned)n);
	ck_assert_uint_eq(knock(port, 2, other, 2), 2);
	door_settled(d, guest[n].who);
	bed_turn(base);
	ck_assert_uint_eq(guests, (unsigned)n + 2);
	close(client[n]);
	for (int i = 0; i < 4; i++) {
		door_settled(d, guest[i].who);
		bed_turn(base);
	}
	ck_assert_uint_eq(guests, (unsigned)n + 4);
	for (int i = 0; i < n + 3; i++)
		if (i != n)
			close(client[i]);
	close(other[0]);
	close(other[1]);
	door_free(d);
}
END_TEST

/* The line has an end, and one address isn't all of it. */
START_TEST(test_line)
{
	enum { COUNT = DOOR_SETTLING / 2 + DOOR_LINE / 2 + 1 };
	static int client[COUNT];
	struct rlimit files;
	struct door *d;
	uint16_t port;
	char byte;

	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &files), 0);
	files.rlim_cur = files.rlim_max;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &files), 0);
	if (files.rlim_cur < 3 * COUNT)
		return;		/* it can't be filled here */
	d = door_new(base, bed_listen(&port), 10000, on_guest, NULL);
	guests = 0;
	(void)knock(port, 1, client, COUNT);
	fcntl(client[COUNT - 2], F_SETFL, O_NONBLOCK);
	ck_assert_int_eq((int)read(client[COUNT - 2], &byte, 1), -1);
	ck_assert_int_eq(errno, EAGAIN);
	ck_assert_int_eq((int)read(client[COUNT - 1], &byte, 1), 0);
	for (int i = 0; i < COUNT; i++)
		close(client[i]);
	door_free(d);
}
END_TEST

START_TEST(test_share)
{
	struct share *s = share_new(12);
	size_t first = 0, second = 0, third = 0;

	while (share_take(s, 1))
		first++;
	while (share_take(s, 2))
		second++;
	while (share_take(s, 3))
		third++;
	ck_assert_uint_eq(first, 6);
	ck_assert_uint_eq(second, 3);
	ck_assert_uint_gt(third, 0);
	ck_assert_uint_eq(share_taken(s), first + second + third);
	for (size_t i = 0; i < first; i++)
		share_give(s, 1);
	ck_assert(share_take(s, 2));
	share_free(s);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("door");
	TCase *c = tcase_create("door");
	SRunner *r;
	int failed;

	tcase_set_timeout(c, 60);
	tcase_add_checked_fixture(c, set_up, tear_down);
	tcase_add_test(c, test_settling);
	tcase_add_test(c, test_waiting);
	tcase_add_test(c, test_line);
	tcase_add_test(c, test_share);
	suite_add_tcase(s, c);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
