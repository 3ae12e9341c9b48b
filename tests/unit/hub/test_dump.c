/*
 * Dump and load, and rebuilding: the same journal, the same digest; what is
 * damaged or does not belong here is refused before anything is taken.
 */
#include "hub/dump.h"

#include "hub/rebuild.h"
#include "tests/unit/hub/corekit.h"

#include <errno.h>
#include <signal.h>
#include <sys/resource.h>

static struct corekit kit;

static void
set_up(void)
{
	core_open(&kit, CORE_MOST);
	core_site(&kit, 1);
}

/* n changes of site 1, in batches of 100. */
static void
fill(uint64_t n)
{
	static uint8_t hash[100][32];
	static struct buf row[100];
	struct span rows[100];
	struct journal_verdict v;

	for (uint64_t seq = 1; seq <= n; ) {
		struct journal_batch b = { .site = 1, .incarnation = 7,
			.first = seq, .head = n, .now = CORE_NOW, .row = rows,
			.hash = (const uint8_t (*)[32])hash };

		for (; b.count < 100 && seq <= n; b.count++, seq++) {
			char url[64];
			struct change c;

			snprintf(url, sizeof(url),
			    "https://www.s1.gov.cn/%d", (int)(seq % 150));
			change_init(&c);
			c.seq = seq;
			if (seq == n - 3)
				c.critical = SPAN(JOURNAL_UNREADABLE);
			c.kind = seq % 7 == 0 ? CHANGE_DELETED :
			    CHANGE_CREATED;
			c.when = CORE_NOW;
			c.url = span_of(url);
			c.word[WORD_TITLE] = span_of(url);
			change_hash(&c, hash[b.count]);
			if (seq == n - 3)
				c.word[WORD_REASON] = SPAN("line 3");
			buf_clear(&row[b.count]);
			buf_init(&row[b.count], LIMIT_CHANGE);
			change_write(&row[b.count], &c);
			rows[b.count] = buf_look(&row[b.count]);
		}
		journal_begin(kit.writer.journal);
		journal_take(kit.writer.journal, &b, CORE_NOW, &v);
		ck_assert_int_eq(journal_commit(kit.writer.journal), DB_OK);
	}
	for (size_t i = 0; i < 100; i++)
		buf_clear(&row[i]);
	ck_assert(writer_catch_up(&kit.writer, NULL, NULL));
}

static char *
dump(size_t *n)
{
	char *at = NULL;
	FILE *f = open_memstream(&at, n);

	ck_assert(dump_write(kit.writer.journal, f, NULL, NULL, &kit.why));
	fclose(f);
	return at;
}

/* Checks and loads into the kit's journal. */
static bool
load(void *at, size_t n)
{
	FILE *f = fmemopen(at, n, "rb");
	uint64_t entries;
	bool good;

	buf_reset(&kit.why);
	good = dump_check(f, &entries, NULL, NULL, &kit.why) &&
	    dump_load(kit.writer.journal, f, NULL, NULL, &kit.why);
	fclose(f);
	return good;
}

START_TEST(test_round_trip)
{
	uint8_t before[32], after[32], chain[32], loaded[32];
	struct position p, q;
	size_t n;
	char *at;

	set_up();
	fill(2500);
	view_digest(kit.writer.view, before);
	journal_head(kit.writer.journal, chain);
	ck_assert(journal_position(kit.writer.journal, 1, &p));
	at = dump(&n);
	ck_assert(!load(at, n));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&kit.why), "not empty"));
	core_close(&kit);

	core_open(&kit, CORE_MOST);
	ck_assert_msg(load(at, n), "%s", buf_cstr(&kit.why));
	ck_assert(writer_catch_up(&kit.writer, NULL, NULL));
	view_digest(kit.writer.view, after);
	journal_head(kit.writer.journal, loaded);
	ck_assert_mem_eq(before, after, 32);
	ck_assert_mem_eq(chain, loaded, 32);
	ck_assert_uint_eq(journal_verify(kit.writer.journal), 0);
	ck_assert(journal_position(kit.writer.journal, 1, &q));
	ck_assert_uint_eq(p.last, q.last);
	ck_assert_mem_eq(p.recent, q.recent, sizeof(p.recent));
	free(at);
	core_close(&kit);
}
END_TEST

static void
tell(void *arg, uint64_t done, uint64_t of)
{
	(void)arg, (void)done, (void)of;
	errno = ENOTTY;	/* as isatty() does */
}

/* The reason is that of what failed, and not of what came later. */
START_TEST(test_no_room)
{
	FILE *f = fopen("/dev/full", "w");

	ck_assert_ptr_nonnull(f);
	set_up();
	fill(120);
	ck_assert(!dump_write(kit.writer.journal, f, tell, NULL, &kit.why));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&kit.why), strerror(ENOSPC)));
	fclose(f);
	core_close(&kit);
}
END_TEST

START_TEST(test_damage_is_noticed)
{
	size_t n;
	char *at;

	set_up();
	fill(120);
	at = dump(&n);
	core_close(&kit);
	core_open(&kit, CORE_MOST);
	for (size_t i = 0; i < n; i += 97) {
		at[i] ^= 0x20;
		ck_assert_msg(!load(at, n), "byte %zu of %zu", i, n);
		ck_assert_uint_gt(kit.why.n, 0);
		at[i] ^= 0x20;
	}
	for (size_t cut = 0; cut < n; cut += 131)
		ck_assert(!load(at, cut + 1 < n ? cut + 1 : n - 1));
	ck_assert_uint_eq(journal_last(kit.writer.journal), 0);
	ck_assert(load(at, n));
	free(at);
	core_close(&kit);
}
END_TEST

static int told;

/* Ends the load as a kill would, after its first group. */
static void
stop_after_one(void *arg, uint64_t done, uint64_t of)
{
	(void)arg;
	if (++told == 1)
		ck_assert_uint_lt(done, of);
}

START_TEST(test_interrupted_load_goes_on)
{
	uint8_t before[32], after[32];
	size_t n;
	char *at;
	FILE *f;

	set_up();
	fill(1500);
	view_digest(kit.writer.view, before);
	at = dump(&n);
	core_close(&kit);

	/* a file that ends after its first thousand entries */
	core_open(&kit, CORE_MOST);
	f = fmemopen(at, n / 2 + n / 4, "rb");
	ck_assert(!dump_load(kit.writer.journal, f, stop_after_one, NULL,
	    &kit.why));
	fclose(f);
	ck_assert_int_ge(told, 1);
	ck_assert_uint_gt(journal_last(kit.writer.journal), 0);
	ck_assert_msg(load(at, n), "%s", buf_cstr(&kit.why));
	ck_assert(writer_catch_up(&kit.writer, NULL, NULL));
	view_digest(kit.writer.view, after);
	ck_assert_mem_eq(before, after, 32);
	free(at);
	core_close(&kit);
}
END_TEST

/* --- rebuild ---------------------------------------------------------------- */

START_TEST(test_rebuild)
{
	struct rebuild_result result;
	struct rebuild *r;
	enum rebuild_state s;
	struct view_site site;
	int steps = 0;

	set_up();
	fill(1000);
	r = rebuild_begin(&kit.writer, &kit.why);
	ck_assert_ptr_nonnull(r);
	while ((s = rebuild_step(r, 100)) == REBUILD_MORE) {
		/* the old view serves, and moves on, meanwhile */
		ck_assert(view_site(kit.writer.view, 1, &site));
		if (++steps == 5)
			core_site(&kit, 2);
	}
	ck_assert_int_eq(s, REBUILD_THERE);
	ck_assert_int_ge(steps, 9);
	ck_assert(rebuild_swap(r, &result, &kit.why));
	ck_assert(result.same);
	ck_assert_uint_eq(result.place, journal_last(kit.writer.journal));
	ck_assert_uint_eq(view_place(kit.writer.view), result.place);
	ck_assert(view_site(kit.writer.view, 2, &site));
	writer_close(&kit.writer);
	core_open_writer(&kit);
	ck_assert(!kit.writer.fresh);
	core_close(&kit);
}
END_TEST

START_TEST(test_rebuild_given_up)
{
	struct rebuild *r;
	uint64_t place;

	set_up();
	fill(500);
	place = view_place(kit.writer.view);
	r = rebuild_begin(&kit.writer, &kit.why);
	ck_assert_int_eq(rebuild_step(r, 100), REBUILD_MORE);
	ck_assert_uint_eq(rebuild_place(r), 100);
	ck_assert_uint_eq(rebuild_goal(r), place);
	rebuild_abort(r);
	ck_assert_uint_eq(view_place(kit.writer.view), place);
	r = rebuild_begin(&kit.writer, &kit.why);
	ck_assert_ptr_nonnull(r);
	ck_assert_uint_eq(rebuild_place(r), 0);
	rebuild_abort(r);
	core_close(&kit);
}
END_TEST

/* No room even for the mark that the old view is closed. */
START_TEST(test_rebuild_without_room)
{
	struct rlimit none = { .rlim_cur = 0, .rlim_max = RLIM_INFINITY };
	struct rebuild *r;
	uint64_t place;

	set_up();
	fill(500);
	place = view_place(kit.writer.view);
	r = rebuild_begin(&kit.writer, &kit.why);
	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &none);
	ck_assert_int_eq(rebuild_step(r, 100), REBUILD_FULL);
	rebuild_abort(r);
	ck_assert_ptr_null(rebuild_begin(&kit.writer, &kit.why));
	ck_assert_uint_eq(view_place(kit.writer.view), place);
	writer_close(&kit.writer);
	core_open_writer(&kit);
	ck_assert(!kit.writer.fresh);
	none.rlim_cur = RLIM_INFINITY;
	setrlimit(RLIMIT_FSIZE, &none);
	core_close(&kit);
}
END_TEST

static void
add(TCase *t)
{
	tcase_add_test(t, test_round_trip);
	tcase_add_test(t, test_no_room);
	tcase_add_test(t, test_damage_is_noticed);
	tcase_add_test(t, test_interrupted_load_goes_on);
	tcase_add_test(t, test_rebuild);
	tcase_add_test(t, test_rebuild_given_up);
	tcase_add_test(t, test_rebuild_without_room);
}

int
main(void)
{
	return core_run_suite("dump", add);
}
