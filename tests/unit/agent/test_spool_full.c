/*
 * A disk that fills while the spool is being tidied up: what was begun waits,
 * all else does, too, and it goes on when there is room, in one process.
 */
#include "tests/unit/agent/pushkit.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "protocol/wire.h"

#define ITEMS 3000		/* with several changes each */
#define ROOM 65536		/* bytes of a file, when the disk is "full": less
				 * than the store has, more than this test says */
#define TRIES 20
#define FEW 6			/* batches; it would be thousands */

static bool
fill_work(struct store_txn *t, void *arg)
{
	struct kit_item i = { .padding = 100 };
	char path[32];

	(void)arg;
	for (int n = 0;; n++) {
		snprintf(path, sizeof(path), "%d", n % ITEMS);
		i.path = path;
		i.version = n / ITEMS + 1;
		if (!kit_tell_work(t, &i))
			return true;
	}
}

static bool
has_gap(struct store *s)
{
	struct store_txn *t = store_look(s);
	struct span row;
	bool has = store_get(t, "gap", &row);

	store_end(t);
	return has;
}

static void
limit_files(pid_t of, rlim_t most)
{
	struct rlimit l;

	if (prlimit(of, RLIMIT_FSIZE, NULL, &l) != 0)
		_exit(1);
	l.rlim_cur = most < l.rlim_max ? most : l.rlim_max;
	if (prlimit(of, RLIMIT_FSIZE, &l, NULL) != 0)
		_exit(1);
}

/* In a child: when the parent has begun, its disk is full. */
static void
fill_disk(pid_t parent)
{
	struct buf why;
	struct store *reader;

	buf_init(&why, 4096);
	reader = store_open(kit_dir, 0, KIT_LIMIT, &why);
	while (reader != NULL && getppid() == parent && !has_gap(reader))
		continue;
	limit_files(parent, ROOM);
	_exit(0);
}

/* False: it was done too soon. */
static bool
cut_off_once(void)
{
	pid_t parent = getpid(), pid;
	bool made;
	int status;

	ck_assert_int_eq(store_do(store, fill_work, NULL), STORE_DONE);
	store_close(store);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0)
		fill_disk(parent);
	store = kit_open(KIT_LIMIT);
	made = spool_make_room(store);
	if (made)
		kill(pid, SIGKILL);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	if (made)
		limit_files(0, RLIM_INFINITY);
	return !made;
}

static void
cut_off(void)
{
	bool cut = false;

	signal(SIGXFSZ, SIG_IGN);
	for (int i = 0; !cut && i < TRIES; i++)
		cut = cut_off_once();
	ck_assert(cut);
	ck_assert(store_owes(store));
	ck_assert(has_gap(store));
	ck_assert(!store_meta(store)->needs_snapshot);
}

/* The same item may have been told at any number; the last is what is known. */
static void
ck_newest(void)
{
	struct kit_item i = { .path = "0", .version = 200 };

	ck_assert_int_eq(store_do(store, kit_tell_work, &i), STORE_DONE);
	ck_assert_int_eq(i.news, COMPARE_UPDATED);
	ck_assert(!store_owes(store));
	ck_assert(!has_gap(store));
	kit_is_whole(store);
}

START_TEST(test_waits)
{
	struct kit_item i = { .path = "more", .version = 1 };

	cut_off();
	ck_assert_int_eq(store_do(store, kit_tell_work, &i), STORE_FULL);
	ck_assert(!spool_make_room(store));
	ck_assert(!spool_settle(store));
	ck_assert(has_gap(store));
	limit_files(0, RLIM_INFINITY);
	ck_newest();
	/* Where it was cut off says how much room that alone has made. */
	ck_assert_int_eq(store_do(store, fill_work, NULL), STORE_DONE);
	ck_assert(spool_make_room(store));
	ck_assert_int_le((int)store_meta(store)->next, 2 * ITEMS + 2);
	kit_is_whole(store);
}
END_TEST

/* As it is when the first version of each item was dropped, and no more. */
static bool
drop_old(struct store_txn *t, void *arg)
{
	struct span row;
	uint8_t key[8];
	struct buf gap;

	(void)arg;
	for (uint64_t seq = 1; seq <= ITEMS; seq++) {
		struct span k = { (const char *)key, sizeof(key) };

		wire_put_u64(key, seq);
		ck_assert(db_get(t->db, STORE_SPOOL, k, &row));
		t->meta.bytes -= row.n;
		t->meta.waiting -= row.n;
		db_del(t->db, STORE_SPOOL, k);
	}
	buf_init(&gap, 32);
	write_u8(&gap, 1);
	write_u64(&gap, 1);
	write_u64(&gap, ITEMS + 1);
	store_put(t, "gap", buf_look(&gap));
	buf_clear(&gap);
	return true;
}

/* It is heard that the site is there, and no more often than at other times;
 * then it tells all of it. */
START_TEST(test_push)
{
	uint64_t before;

	start();
	WAIT_FOR(status_has("step", "idle") && hub.batches > 0);
	ck_assert_int_eq(store_do(store, fill_work, NULL), STORE_DONE);
	ck_assert_int_eq(store_do(store, drop_old, NULL), STORE_DONE);
	signal(SIGXFSZ, SIG_IGN);
	limit_files(0, ROOM);
	ck_assert(!spool_settle(store));
	before = hub.batches;
	push_kick(push);
	turn_loop(1500);
	ck_assert_uint_gt(hub.batches, before);
	ck_assert_uint_le(hub.batches, before + FEW);
	ck_assert_uint_lt(hub.taken, store_meta(store)->next - 1);
	limit_files(0, RLIM_INFINITY);
	WAIT_FOR(!has_gap(store) && waiting() == 0);
	ck_assert_uint_eq(hub.taken, store_meta(store)->next - 1);
	ck_assert_int_eq(retold, 0);
	stop();
	ck_newest();
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("agent/spool_full");
	TCase *t = tcase_create("spool_full");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, test_waits);
	tcase_add_test(t, test_push);
	suite_add_tcase(suite, t);
	r = srunner_create(suite);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed > 0;
}
