/*
 * The source dir on real directories: what is told, what is not, and what is
 * held. Times are short, waits are for a condition and bounded.
 */
#include "tests/unit/agent/sourcekit.h"

#include <sys/prctl.h>

#include "agent/ability.h"
#include "agent/moves.h"

/* --- the tests ------------------------------------------------------------------ */

START_TEST(test_first_scan)
{
	put("index.html", "<title>home</title>");
	put("a b.txt", "text");
	put("x.tmp", "not told");
	put(".hidden", "not told");
	put_dir(".well-known");
	put(".well-known/security.txt", "told");
	put_dir("private");
	put("private/p.html", "not told");
	put_dir("old");
	put("old/o.html", "not told");
	put("old/o.pdf", "told");
	ck_assert_int_eq(mkfifo(at("pipe"), 0644), 0);
	put("\xb9\xab.html", "<title>name in GBK</title>");
	start();
	wait_told(".well-known/security.txt=/.well-known/security.txt "
	    "a b.txt=/a%20b.txt index.html=/ old/o.pdf=/old/o.pdf "
	    "\xb9\xab.html=/%B9%AB.html ");
	wait_state("fine");
	stop();
	/* Started again it knows all that; and finds what changed. */
	put("a b.txt", "other text");
	ck_assert_int_eq(unlink(at("old/o.pdf")), 0);
	start();
	wait_told(".well-known/security.txt=/.well-known/security.txt "
	    "a b.txt=/a%20b.txt index.html=/ "
	    "\xb9\xab.html=/%B9%AB.html ");
	WAIT_FOR(head() >= 7);
	ck_assert_uint_eq(head(), 7);
	stop();
}
END_TEST

static bool
prove_it(struct store_txn *t, void *arg)
{
	(void)arg;
	t->meta.needs_snapshot = false;
	return true;
}

/* The hub is told that not all is there yet, from before the first page; a
 * later scan finds what is new, and there is no more to it than that. */
START_TEST(test_first_scan_is_told)
{
	put("a.html", "<title>a</title>");
	start();
	WAIT_FOR(head() != 0);
	ck_assert(store_meta(store)->needs_snapshot);
	wait_state("fine");
	ck_assert(store_meta(store)->needs_snapshot);
	ck_assert_int_eq(store_do(store, prove_it, NULL), STORE_DONE);
	stop();
	put("b.html", "<title>b</title>");
	start();
	wait_told("a.html=/a.html b.html=/b.html ");
	wait_state("fine");
	ck_assert(!store_meta(store)->needs_snapshot);
	stop();
}
END_TEST

START_TEST(test_events)
{
	start();
	wait_state("fine");
	put(".new", "<title>n</title>");
	rename(at(".new"), at("n.html"));
	wait_told("n.html=/n.html ");
	put_dir("d");
	put("d/e.html", "<title>e</title>");
	put("d/f.txt", "f");
	wait_told("d/e.html=/d/e.html d/f.txt=/d/f.txt n.html=/n.html ");
	rename(at("d"), at("g"));
	wait_told("g/e.html=/g/e.html g/f.txt=/g/f.txt n.html=/n.html ");
	put("g/late.txt", "in the directory that was renamed");
	wait_told("g/e.html=/g/e.html g/f.txt=/g/f.txt "
	    "g/late.txt=/g/late.txt n.html=/n.html ");
	unlink(at("n.html"));
	ck_assert_int_eq(link(at("g/f.txt"), at("hard.txt")), 0);
	wait_told("g/e.html=/g/e.html g/f.txt=/g/f.txt "
	    "g/late.txt=/g/late.txt hard.txt=/hard.txt ");
	stop();
}
END_TEST

START_TEST(test_touch_says_nothing)
{
	uint64_t before;

	put("a.html", "<title>a</title>");
	start();
	wait_told("a.html=/a.html ");
	before = head();
	ck_assert_int_eq(utimensat(AT_FDCWD, at("a.html"), NULL, 0), 0);
	ck_assert_int_eq(chmod(at("a.html"), 0640), 0);
	put("b.html", "<title>b</title>");
	wait_told("a.html=/a.html b.html=/b.html ");
	turn_loop(400);
	ck_assert_uint_eq(head(), before + 1);
	put("a.html", "<title>A</title>");
	WAIT_FOR(head() >= before + 2);
	ck_assert_uint_eq(head(), before + 2);
	stop();
}
END_TEST

static uint64_t
kinds(enum change_kind want)
{
	struct store_txn *t = store_look(store);
	struct change c;
	uint64_t n = 0;

	for (uint64_t i = 1; i < t->meta.next; i++)
		n += spool_get(t, i, &c) && c.kind == want;
	store_end(t);
	return n;
}

static bool
withdraw(struct store_txn *t, void *arg)
{
	struct change c;

	change_init(&c);
	c.kind = CHANGE_DELETED;
	c.url = span_of(arg);
	return compare_said(t, &c) == COMPARE_DELETED;
}

static bool
publish(struct store_txn *t, void *arg)
{
	struct change c;

	change_init(&c);
	c.kind = CHANGE_CREATED;
	c.url = span_of(arg);
	c.word[WORD_TITLE] = SPAN("a person's");
	return compare_said(t, &c) == COMPARE_UPDATED;
}

/* Another address: all is told again under its id, nothing is withdrawn, and
 * what people said stands. */
START_TEST(test_moves)
{
	static char new_address[] = SITE "/new/";
	char gone[] = SITE "/c.txt", said[] = SITE "/b.txt";
	struct store_txn *t;
	struct change c;
	struct known k;

	put("a.txt", "a");
	put("b.txt", "b");
	put("c.txt", "c");
	put("index.html", "i");
	start();
	wait_told("a.txt=/a.txt b.txt=/b.txt c.txt=/c.txt index.html=/ ");
	ck_assert_int_eq(store_do(store, withdraw, gone), STORE_DONE);
	ck_assert_int_eq(store_do(store, publish, said), STORE_DONE);
	stop();
	set.url = new_address;
	start();
	ck_assert_str_eq(state(), "anew");
	wait_told("a.txt=/new/a.txt b.txt=/new/b.txt index.html=/new/ ");
	wait_state("fine");
	ck_assert(source_dir.is_settled(source));
	ck_assert_uint_eq(kinds(CHANGE_CREATED), 4);
	ck_assert_uint_eq(kinds(CHANGE_UPDATED), 1 + 3);
	ck_assert_uint_eq(kinds(CHANGE_DELETED), 1);
	t = store_look(store);
	ck_assert(known_get(t, SPAN("www"), SPAN("b.txt"), &k));
	ck_assert(change_read(&c, k.said));
	ck_assert(span_is(c.url, SPAN(SITE "/new/b.txt")));
	ck_assert(!known_find_url(t, SPAN(SITE "/a.txt"), &k));
	store_end(t);
	stop();
	start();		/* once is enough */
	ck_assert_str_ne(state(), "anew");
	stop();
}
END_TEST

static bool
note_proposed(void *arg, const struct moved *m)
{
	buf_printf(arg, "%.*s>%.*s ", SPAN_ARGS(m->old), SPAN_ARGS(m->new));
	return true;
}

static void
wait_proposed(const char *want)
{
	struct store_txn *t;
	struct buf got;

	buf_init(&got, 1u << 20);
	for (int i = 0; i < 400 && got.n == 0; i++) {
		turn_loop(20);
		t = store_look(store);
		moves_each(t, note_proposed, &got);
		store_end(t);
	}
	ck_assert_str_eq(buf_cstr(&got), want);
	buf_clear(&got);
}

/* What is renamed right after it was written has moved nowhere; what was there
 * has. */
START_TEST(test_young)
{
	put("a.html", "<title>a</title>");
	start();
	ck_assert(ability_keep(store, SPAN("changes moves")));
	wait_state("fine");
	put("b.html.new", "<title>b</title>");
	wait_told("a.html=/a.html b.html.new=/b.html.new ");
	rename(at("b.html.new"), at("b.html.ok"));
	wait_told("a.html=/a.html b.html.ok=/b.html.ok ");
	rename(at("b.html.ok"), at("b.html"));
	rename(at("a.html"), at("c.html"));
	wait_told("b.html=/b.html c.html=/c.html ");
	wait_proposed(SITE "/a.html>" SITE "/c.html ");
	stop();
}
END_TEST

/* Another zone: pages are read anew, and those that say the same are not told
 * again. */
START_TEST(test_zone)
{
	uint64_t before;

	put("a.html", "<meta name=PubDate content='2026-11-01 09:30'>");
	put("b.html", "<title>b</title>");
	start();
	wait_told("a.html=/a.html b.html=/b.html ");
	wait_state("fine");
	before = head();
	stop();
	top.zone = 60;
	zone = 60;
	start();
	ck_assert_str_eq(state(), "anew");
	wait_state("fine");
	ck_assert_uint_eq(head(), before + 1);
	ck_assert_uint_eq(kinds(CHANGE_UPDATED), 1);
	stop();
	zone = 0;
}
END_TEST

START_TEST(test_index)
{
	put_dir("d");
	put("d/index.htm", "second in the list");
	start();
	wait_told("d/index.htm=/d/ ");
	put("d/index.html", "first in the list");
	wait_told("d/index.htm=/d/index.htm d/index.html=/d/ ");
	unlink(at("d/index.html"));
	wait_told("d/index.htm=/d/ ");
	stop();
}
END_TEST

START_TEST(test_links)
{
	char outside[128];
	FILE *f;

	snprintf(outside, sizeof(outside), "%s/secret", kit_dir);
	f = fopen(outside, "w");
	fputs("outside", f);
	fclose(f);
	put_dir("d");
	put("d/a.txt", "a");
	ck_assert_int_eq(symlink("../../secret", at("d/evil")), 0);
	ck_assert_int_eq(symlink(outside, at("d/evil2")), 0);
	ck_assert_int_eq(symlink("..", at("d/up")), 0);
	ck_assert_int_eq(symlink("d", at("l")), 0);
	ck_assert_int_eq(symlink("d/a.txt", at("f.txt")), 0);
	start();
	wait_told("d/a.txt=/d/a.txt f.txt=/f.txt l/a.txt=/l/a.txt ");
	wait_state("fine");
	/* One that comes later, one that is turned to the outside. */
	ck_assert_int_eq(symlink("../secret", at("evil3")), 0);
	ck_assert_int_eq(symlink("../../secret", at("d/.x")), 0);
	rename(at("d/.x"), at("f.txt"));
	ck_assert_int_eq(symlink("d", at("m")), 0);
	wait_told("d/a.txt=/d/a.txt l/a.txt=/l/a.txt m/a.txt=/m/a.txt ");
	stop();
}
END_TEST

static void
wait_head(uint64_t n)
{
	WAIT_FOR(head() >= n);
	ck_assert_uint_eq(head(), n);
}

/* What happens to a file happens to the links that lead to it, over links. */
START_TEST(test_file_links)
{
	put("a.txt", "a");
	put_dir("d");
	ck_assert_int_eq(symlink("../a.txt", at("d/l.txt")), 0);
	ck_assert_int_eq(symlink("./d/../d//l.txt", at("ll.txt")), 0);
	ck_assert_int_eq(symlink("b.txt", at("early.txt")), 0);
	ck_assert_int_eq(symlink("y.txt", at("x.txt")), 0);
	ck_assert_int_eq(symlink("x.txt", at("y.txt")), 0);
	start();
	wait_told("a.txt=/a.txt d/l.txt=/d/l.txt ll.txt=/ll.txt ");
	wait_state("fine");
	wait_head(3);
	put("a.txt", "written anew");
	wait_head(6);
	put("new.tmp", "and replaced");		/* which is excluded */
	rename(at("new.tmp"), at("a.txt"));
	wait_head(9);
	put("b.txt", "what a link waited for");
	wait_told("a.txt=/a.txt b.txt=/b.txt d/l.txt=/d/l.txt "
	    "early.txt=/early.txt ll.txt=/ll.txt ");
	/* One that comes later; and one that leads elsewhere now. */
	ck_assert_int_eq(symlink("b.txt", at("late.txt")), 0);
	ck_assert_int_eq(unlink(at("x.txt")), 0);
	ck_assert_int_eq(symlink("b.txt", at("x.txt")), 0);
	wait_told("a.txt=/a.txt b.txt=/b.txt d/l.txt=/d/l.txt "
	    "early.txt=/early.txt late.txt=/late.txt ll.txt=/ll.txt "
	    "x.txt=/x.txt y.txt=/y.txt ");
	ck_assert_int_eq(unlink(at("b.txt")), 0);
	wait_told("a.txt=/a.txt d/l.txt=/d/l.txt ll.txt=/ll.txt ");
	stop();
}
END_TEST

/* The agent's own directory has its key: it is nobody's page. */
START_TEST(test_own)
{
	char own[160];

	put_dir("d");
	put_dir("d/a[1]");
	put("d/a[1]/key.pem", "secret");
	put("d/b.txt", "b");
	snprintf(own, sizeof(own), "%s/d/../d/a[1]/", root);
	top.dir = own;
	start();
	wait_told("d/b.txt=/d/b.txt ");
	put("d/a[1]/agent.conf", "");
	put("d/c.txt", "c");
	wait_told("d/b.txt=/d/b.txt d/c.txt=/d/c.txt ");
	stop();
	snprintf(own, sizeof(own), "%s", root);
	start();
	wait_state("no-root");
	stop();
}
END_TEST

/* A file somebody still writes to is not read, however long it takes. */
START_TEST(test_half)
{
	int fd;

	put("a.txt", "a");
	start();
	wait_told("a.txt=/a.txt ");
	fd = open(at("half.txt"), O_WRONLY | O_CREAT, 0644);
	ck_assert_int_eq(write(fd, "half", 4), 4);
	stays_told("a.txt=/a.txt ", 700);
	ck_assert_int_eq(write(fd, "whole", 5), 5);
	close(fd);
	wait_told("a.txt=/a.txt half.txt=/half.txt ");
	stop();
	/* A scan that meets such a file waits as well. */
	fd = open(at("b.txt"), O_WRONLY | O_CREAT, 0644);
	ck_assert_int_eq(write(fd, "half", 4), 4);
	start();
	stays_told("a.txt=/a.txt half.txt=/half.txt ", 700);
	close(fd);
	wait_told("a.txt=/a.txt b.txt=/b.txt half.txt=/half.txt ");
	stop();
}
END_TEST

START_TEST(test_hold)
{
	put_many(200);
	start();
	wait_items(200);
	wait_state("fine");
	stop();
	remove_many(0, 60);
	start();
	wait_state("held");
	ck_assert_uint_eq(items(), 200);
	ck_assert(source_dir.refuse(source, "kept", "wang"));
	ck_assert_str_ne(state(), "held");
	source_dir.rescan(source);
	turn_loop(300);
	ck_assert_uint_eq(items(), 200);
	ck_assert_str_ne(state(), "held");
	ck_assert(source_dir.release(source, "cleaned up", "wang"));
	wait_items(140);
	ck_assert(!source_dir.release(source, "again", "wang"));
	stop();
}
END_TEST

/* Events withdraw no more than that either. */
START_TEST(test_hold_events)
{
	put_many(200);
	start();
	wait_items(200);
	wait_state("fine");
	remove_many(0, 120);
	wait_state("held");
	ck_assert_uint_ge(items(), 200 - 51);
	stop();
}
END_TEST

START_TEST(test_empty_root)
{
	put_many(5);
	start();
	wait_items(5);
	stop();
	remove_many(0, 5);
	start();
	wait_state("held");
	ck_assert_uint_eq(items(), 5);
	put_many(5);
	wait_state("held");
	source_dir.rescan(source);
	wait_state("fine");
	ck_assert_uint_eq(items(), 5);
	stop();
}
END_TEST

START_TEST(test_root_away)
{
	char away[160];

	snprintf(away, sizeof(away), "%s/away", kit_dir);
	put_many(3);
	start();
	wait_items(3);
	ck_assert_int_eq(rename(root, away), 0);
	wait_state("no-root");
	ck_assert(reached);
	ck_assert_uint_eq(items(), 3);
	ck_assert_int_eq(rename(away, root), 0);
	wait_state("fine");
	ck_assert_uint_eq(items(), 3);
	ck_assert_uint_eq(head(), 3);
	stop();
}
END_TEST

/* A deploy: the root is a link that is switched, the old one is removed. */
START_TEST(test_root_switch)
{
	char one[160], two[160], link_path[160];

	snprintf(one, sizeof(one), "%s/one", kit_dir);
	ck_assert_int_eq(rename(root, one), 0);
	ck_assert_int_eq(symlink("one", root), 0);
	put_many(100);
	start();
	wait_items(100);
	wait_state("fine");
	/* Beside it, as a deploy does: the same but for one more, one less. */
	snprintf(two, sizeof(two), "%s/two", kit_dir);
	snprintf(link_path, sizeof(link_path), "%s/l", kit_dir);
	ck_assert_int_eq(mkdir(two, 0755), 0);
	ck_assert_int_eq(symlink("two", link_path), 0);
	put_many_in(two, 100);
	put_in(two, "n.txt", "x");
	remove_in(two, "000.txt");
	ck_assert_int_eq(rename(link_path, root), 0);
	kit_remove_tree(one);
	WAIT_FOR(head() >= 102);
	wait_state("fine");
	ck_assert_uint_eq(items(), 100);
	ck_assert_uint_eq(head(), 102);
	put("later.txt", "watched");
	wait_items(101);
	stop();
}
END_TEST

START_TEST(test_hidden)
{
	if (getuid() == 0)
		return;		/* nothing is hidden from root */
	put_dir("d");
	put("d/a.txt", "a");
	start();
	wait_items(1);
	stop();
	chmod(at("d"), 0);
	start();
	wait_state("partly-hidden");
	ck_assert_uint_eq(items(), 1);
	chmod(at("d"), 0755);
	stop();
}
END_TEST

static json_int_t
unreadable(void)
{
	json_t *o = source_dir.status(source);
	json_int_t n = json_integer_value(json_object_get(o, "unreadable"));

	json_decref(o);
	return n;
}

static void
wait_unreadable(json_int_t want)
{
	int64_t start = clock_mono();

	while (unreadable() != want) {
		ck_assert_msg(clock_mono() - start < PATIENCE,
		    "%lld can't be read, expected %lld",
		    (long long)unreadable(), (long long)want);
		turn_loop(10);
	}
}

static bool
is_settled(void)
{
	return source_dir.is_settled(source);
}

/* What the web server's user wrote for itself alone: the source isn't well
 * until we may read it, and says how much there is of it. */
START_TEST(test_denied)
{
	if (getuid() == 0 && (chown(kit_dir, 65534, 65534) != 0 ||
	    chown(root, 65534, 65534) != 0 || setegid(65534) != 0 ||
	    seteuid(65534) != 0))
		return;		/* nothing is denied to root */
	put("a.txt", "a");
	put("b.txt", "b");
	chmod(at("a.txt"), 0);
	start();
	wait_state("unreadable");
	wait_items(1);
	put("c.txt", "c");
	put("b.txt", "bb");
	chmod(at("b.txt"), 0);
	wait_items(2);
	wait_unreadable(2);
	ck_assert(!is_settled());
	chmod(at("a.txt"), 0644);
	chmod(at("b.txt"), 0644);
	wait_items(3);
	wait_state("fine");
	ck_assert(is_settled());
	put("a.txt", "aa");
	chmod(at("a.txt"), 0);
	put("d.txt", "d");
	chmod(at("d.txt"), 0);
	wait_unreadable(2);
	ck_assert_int_eq(unlink(at("a.txt")), 0);
	ck_assert_int_eq(unlink(at("d.txt")), 0);
	wait_unreadable(0);
	stop();
	if (getuid() == 0)	/* the search for leaks wants its rights */
		ck_assert(seteuid(0) == 0 && setegid(0) == 0 &&
		    prctl(PR_SET_DUMPABLE, 1) == 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("agent/source_dir");
	TCase *t = tcase_create("source_dir");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, test_first_scan);
	tcase_add_test(t, test_first_scan_is_told);
	tcase_add_test(t, test_events);
	tcase_add_test(t, test_touch_says_nothing);
	tcase_add_test(t, test_moves);
	tcase_add_test(t, test_young);
	tcase_add_test(t, test_zone);
	tcase_add_test(t, test_index);
	tcase_add_test(t, test_links);
	tcase_add_test(t, test_file_links);
	tcase_add_test(t, test_own);
	tcase_add_test(t, test_half);
	tcase_add_test(t, test_hold);
	tcase_add_test(t, test_hold_events);
	tcase_add_test(t, test_empty_root);
	tcase_add_test(t, test_root_away);
	tcase_add_test(t, test_root_switch);
	tcase_add_test(t, test_hidden);
	tcase_add_test(t, test_denied);
	suite_add_tcase(suite, t);
	r = srunner_create(suite);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed > 0;
}
