/*
 * Tries: the notify part with commands as receivers, from a delivery that it
 * is given to what it says came of it.
 */
#include "hub/notify.h"

#include <check.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "contrib/base/channel.h"
#include "contrib/base/clock.h"
#include "contrib/base/lang.h"
#include "hub/config.h"
#include "hub/frame.h"
#include "hub/notify_frame.h"

static struct {
	struct event_base *base;
	struct channel *theirs;
	struct notify *notify;
	struct conf *file;
} part;
static uint64_t confirmed;
static unsigned tried, given_up;
static char failed_so[256];
static int64_t patience = 60000;	/* ms, of deliveries */

static void
on_told(void *arg, struct channel *c, const struct frame *f)
{
	struct notify_frame_done d;

	(void)arg, (void)c;
	ck_assert(notify_frame_done_read(&d, f->body));
	tried += d.state == DELIVERY_TRYING;
	given_up += d.state == DELIVERY_FAILED;
	if (d.state == DELIVERY_CONFIRMED)
		confirmed = d.delivery;
	else if (d.delivery == 3)
		snprintf(failed_so, sizeof(failed_so), "%.*s",
		    SPAN_ARGS(d.error));
}

static void
on_gone(void *arg, struct channel *c)
{
	(void)arg, (void)c;
}

static void
open_part(const char *lines)
{
	char path[] = "/tmp/zq-notify-XXXXXX";
	int pair[2], fd = mkstemp(path);
	const struct config *c;
	struct buf why;

	buf_init(&why, 4096);
	dprintf(fd, "name = n\n%s", lines);
	close(fd);
	c = config_read(path, &part.file, &why);
	ck_assert_msg(c != NULL, "%s", buf_cstr(&why));
	buf_clear(&why);
	unlink(path);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	part.base = event_base_new();
	part.notify = notify_new(part.base, c, pair[0]);
	part.theirs = channel_new(part.base, pair[1], NOTIFY_FRAME_MAX,
	    on_told, on_gone, NULL);
	confirmed = tried = given_up = 0;
	failed_so[0] = '\0';
}

static void
close_part(void)
{
	channel_free(part.theirs);
	notify_free(part.notify);
	event_base_free(part.base);
	conf_free(part.file);
}

static void
turn(void)
{
	event_base_loop(part.base, EVLOOP_NONBLOCK);
	usleep(5000);
}

static void
tell(uint64_t delivery, struct span to)
{
	struct notify_frame_job j = { .delivery = delivery,
		.event = ALERT_TEST, .give_up = clock_wall() + patience,
		.receiver = to, .notice = SPAN("{}") };
	struct buf b;

	buf_init(&b, NOTIFY_FRAME_MAX);
	notify_frame_job_write(&b, &j);
	channel_send(part.theirs, FRAME_NOTIFY, 0, buf_look(&b));
	buf_clear(&b);
}

/* One that hangs keeps no other waiting; one that fails without a word is
 * told by its status alone. */
START_TEST(test_commands)
{
	open_part("[receiver a]\nkind = command\ncommand = /bin/sleep 60\n"
	    "[receiver b]\nkind = command\ncommand = /bin/true\n"
	    "[receiver c]\nkind = command\ncommand = /bin/false\n");
	tell(1, SPAN("a"));
	tell(2, SPAN("b"));
	tell(3, SPAN("c"));
	for (int i = 0; (confirmed == 0 || failed_so[0] == '\0') && i < 9000;
	    i++)
		turn();
	ck_assert_uint_eq(confirmed, 2);
	ck_assert_str_eq(failed_so, "exit status 1");
	close_part();
}
END_TEST

/* It is tried for as long as was said, and a clock that is put right a day
 * later makes that no shorter. */
START_TEST(test_clock)
{
	open_part("[receiver c]\nkind = command\ncommand = /bin/false\n");
	tell(3, SPAN("c"));
	for (int i = 0; tried < 1 && i < 9000; i++)
		turn();
	clock_set(clock_wall() + 24 * 3600 * 1000, clock_mono());
	for (int i = 0; tried < 2 && given_up == 0 && i < 9000; i++)
		turn();
	ck_assert_uint_eq(given_up, 0);
	ck_assert_uint_eq(tried, 2);
	clock_set(clock_wall(), clock_mono() + 60000);
	for (int i = 0; given_up == 0 && i < 9000; i++)
		turn();
	ck_assert_uint_eq(given_up, 1);
	close_part();
	clock_release();
}
END_TEST

/* --- a receiver that comes back --------------------------------------------- */

static char dir[64];

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *f)
{
	(void)st, (void)type, (void)f;
	return remove(path);
}

/* So many deliveries are taken: each takes a file away. */
static void
put_files(unsigned count)
{
	char path[128];
	FILE *f;

	for (unsigned i = 0; i < count; i++) {
		snprintf(path, sizeof(path), "%s/%u.file", dir, i);
		f = fopen(path, "w");
		ck_assert_ptr_nonnull(f);
		fclose(f);
	}
}

static void
write_command(char lines[256])
{
	char path[128];
	FILE *f;

	snprintf(dir, sizeof(dir), "/tmp/zq-notify-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/take", dir);
	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	fprintf(f, "#!/bin/sh\nfor f in %s/*.file; do\n"
	    "[ ! -e \"$f\" ] || exec rm \"$f\"\ndone\nexit 1\n", dir);
	fclose(f);
	ck_assert_int_eq(chmod(path, 0755), 0);
	snprintf(lines, 256, "[receiver c]\nkind = command\ncommand = %s\n",
	    path);
}

#define ROUNDS 6

/* What waits is tried as soon as something else was taken, however long it
 * would still wait; and then the next. */
START_TEST(test_back_again)
{
	char lines[256];

	patience = 24 * 3600000;	/* six waits may come to minutes */
	write_command(lines);
	open_part(lines);
	tell(1, SPAN("c"));
	for (int i = 0; tried < 1 && i < 1000; i++)
		turn();
	for (unsigned round = 1; round <= ROUNDS; round++) {
		put_files(1);
		tell(10 + round, SPAN("c"));
		for (int i = 0; tried < 1 + round && i < 1000; i++)
			turn();
		ck_assert_uint_ge(tried, 1 + round);
	}
	tell(2, SPAN("c"));
	for (int i = 0; tried < 2 + ROUNDS && i < 1000; i++)
		turn();
	put_files(3);
	tell(99, SPAN("c"));
	for (int i = 0; confirmed != 2 && i < 1000; i++)
		turn();
	ck_assert_uint_eq(confirmed, 2);
	ck_assert_uint_eq(given_up, 0);
	close_part();
	ck_assert_int_eq(nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("notify_tries");
	TCase *t = tcase_create("notify_tries");
	SRunner *r;
	int failed;

	lang_open("zqhub");
	lang_switch("en");
	tcase_set_timeout(t, 90);
	tcase_add_test(t, test_commands);
	tcase_add_test(t, test_clock);
	tcase_add_test(t, test_back_again);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}
