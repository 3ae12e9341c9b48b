/*
 * What answers without a file: a web server that has more than the document
 * root, letters by which nothing of it was ever there, and what the source
 * then covers.
 */
#include "agent/beyond.h"

#include "agent/covers.h"
#include "agent/inbox.h"
#include "agent/source_dir.h"
#include "contrib/base/fetch.h"
#include "protocol/limits.h"
#include "protocol/mending.h"
#include "tests/unit/agent/httpkit.h"
#include "tests/unit/agent/sourcekit.h"

#define EVERY 400		/* ms */

static char connect_to[64], nothing[] = "";
static unsigned asks;
static const char *there[8];	/* paths that answer beside those of files */
static bool is_soft;		/* anything answers */
static uint64_t letters;
#define MANY 60
#define RARE 20
static unsigned times[MANY];	/* that each of /b/ was asked for */
static unsigned rare, before;	/* others; questions when the last came */

static bool
is_there(const char *path)
{
	for (size_t i = 0; i < sizeof(there) / sizeof(there[0]); i++)
		if (there[i] != NULL && strcmp(there[i], path) == 0)
			return true;
	return is_soft || (path[strlen(path) - 1] != '/' &&
	    access(at(path + 1), F_OK) == 0);
}

static void
on_request(struct evhttp_request *r, void *arg)
{
	const char *path = evhttp_request_get_uri(r);
	unsigned n;

	(void)arg;
	asks++;
	if (sscanf(path, "/b/%u.html", &n) == 1 && n < MANY)
		times[n]++;
	if (strlen(path) == 8 && strcmp(path + 2, "/1.pdf") == 0) {
		rare++;
		before = asks;
	}
	evhttp_send_reply(r, is_there(path) ? 200 : 404, "", NULL);
}

static void
begin(void)
{
	set_up();
	asker = fetch_new(base, "test");
	snprintf(connect_to, sizeof(connect_to), "127.0.0.1:%u",
	    http_open("127.0.0.1", 0));
	evhttp_set_gencb(http, on_request, NULL);
	memset(there, 0, sizeof(there));
	is_soft = false;
	asks = rare = before = 0;
	memset(times, 0, sizeof(times));
	letters = 0;
	top.home = nothing;
	top.home_connect = connect_to;
	top.url_every = EVERY;
	set.cover = true;
	put_dir("a");
	put("index.html", "home");
	put("a/1.html", "one");
}

static void
finish(void)
{
	http_close();
	fetch_free(asker);
	asker = NULL;
	tear_down();
}

/* --- letters --------------------------------------------------------------- */

struct said {
	const char *path;
	enum mending_state state;
};

static bool
put_letter(struct store_txn *t, void *arg)
{
	const struct said *s = arg;
	struct mending_link l = { .state = s->state, .from = CLOCK_NONE,
	    .until = CLOCK_NONE };
	struct letter letter = { .number = ++letters, .when = 1000,
	    .kind = SPAN(LETTER_LINKS), .text = SPAN("text") };
	struct buf body, url;

	buf_init(&body, LIMIT_LETTER);
	buf_init(&url, LIMIT_URL);
	buf_printf(&url, "%s%s", SITE, s->path);
	l.old = buf_look(&url);
	mending_begin(&body, NULL);
	mending_link(&body, &l, NULL);
	mending_link_end(&body);
	mending_end(&body);
	letter.body = buf_look(&body);
	ck_assert(inbox_put(t, &letter));
	buf_clear(&url);
	buf_clear(&body);
	return true;
}

static void
hear(const char *path, enum mending_state state)
{
	struct said s = { path, state };

	ck_assert_int_eq(store_do(store, put_letter, &s), STORE_DONE);
}

static bool
can_moves(struct store_txn *t, void *arg)
{
	(void)arg;
	store_put(t, "hub features", SPAN("changes moves"));
	return true;
}

static void
begin_source(void)
{
	start();
	ck_assert_int_eq(store_do(store, can_moves, NULL), STORE_DONE);
}

/* What the cover leaves out that came last, behind the source's own patterns;
 * "-": nothing was said. */
static const char *
left_out(void)
{
	static char out[512];
	struct store_txn *t = store_look(store);
	const struct span own = SPAN("*.tmp private old/*.html");
	struct change c;

	snprintf(out, sizeof(out), "-");
	for (uint64_t n = 1; spool_get(t, n, &c); n++) {
		struct span all = c.word[WORD_EXCLUDE];

		if (c.kind == CHANGE_COVER && all.n >= own.n)
			snprintf(out, sizeof(out), "%.*s",
			    (int)(all.n - own.n), all.at + own.n);
	}
	store_end(t);
	return out;
}

static void
wait_left_out(const char *want)
{
	int64_t since = clock_mono();

	while (strcmp(left_out(), want) != 0) {
		ck_assert_msg(clock_mono() - since < PATIENCE,
		    "left out: %s\nexpected: %s", left_out(), want);
		turn_loop(20);
	}
}

static json_int_t
count(void)
{
	json_t *o = source_dir.status(source);
	json_int_t n = json_integer_value(json_object_get(json_object_get(o,
	    "beyond"), "count"));

	json_decref(o);
	return n;
}

/* So many questions more, and still nothing else is left out. */
static void
stays(const char *want, unsigned more)
{
	unsigned then = asks;

	WAIT_FOR(asks >= then + more);
	turn_loop(2500);
	ck_assert_str_eq(left_out(), want);
}

/* --- the tests ------------------------------------------------------------- */

START_TEST(test_alias)
{
	there[0] = "/up/x/1.pdf";
	begin_source();
	wait_left_out("");
	hear("/up/x/1.pdf", MENDING_NEVER);
	hear("/b/2.html", MENDING_NEVER);
	wait_left_out(" /up");
	ck_assert_int_eq(count(), 1);
	stop();
	/* It is known at once after a start … */
	http_close();
	begin_source();
	turn_loop(2500);
	ck_assert_str_eq(left_out(), " /up");
	ck_assert_int_eq(count(), 1);
	stop();
}
END_TEST

/* … and forgotten when it is not found, but not while nobody answers. */
START_TEST(test_forgotten)
{
	there[0] = "/up/1.pdf";
	begin_source();
	hear("/up/1.pdf", MENDING_NEVER);
	wait_left_out(" /up");
	stays(" /up", 4);
	there[0] = NULL;
	wait_left_out("");
	ck_assert_int_eq(count(), 0);
	stop();
	begin_source();
	ck_assert_int_eq(count(), 0);
	stop();
}
END_TEST

/* Where the source has files of its own it is the address alone, up to some. */
START_TEST(test_among_files)
{
	there[0] = "/a/2.html";
	there[1] = "/a/3.html";
	there[2] = "/a/4.html";
	there[3] = "/r.html";
	begin_source();
	hear("/a/2.html", MENDING_NEVER);
	hear("/r.html", MENDING_NEVER);
	wait_left_out(" /a/2.html /r.html");
	hear("/a/3.html", MENDING_NEVER);
	wait_left_out(" /a/2.html /a/3.html /r.html");
	hear("/a/4.html", MENDING_NEVER);
	wait_left_out(" /a /r.html");
	stop();
}
END_TEST

/* A directory that the server lists is there by any name of a page. */
START_TEST(test_listed)
{
	there[0] = "/a/";
	begin_source();
	hear("/a/", MENDING_NEVER);
	wait_left_out(" /a/index.htm /a/index.html");
	there[1] = "/up/";
	hear("/up/", MENDING_NEVER);
	wait_left_out(" /a/index.htm /a/index.html /up");
	stop();
}
END_TEST

/* Who answers with something at any address says nothing. */
START_TEST(test_soft)
{
	is_soft = true;
	begin_source();
	wait_left_out("");
	hear("/up/1.pdf", MENDING_NEVER);
	stays("", 4);
	ck_assert_int_eq(count(), 0);
	stop();
}
END_TEST

/* One of each directory first, however many are of another; and all of that in
 * the end, none twice before. */
START_TEST(test_many)
{
	char path[32];

	put_dir("b");
	put("b/index.html", "b");
	top.url_every = 2500;
	begin_source();
	wait_left_out("");
	for (int i = 0; i < MANY; i++) {
		snprintf(path, sizeof(path), "/b/%d.html", i);
		hear(path, MENDING_NEVER);
	}
	for (int i = 0; i < RARE; i++) {
		snprintf(path, sizeof(path), "/%c/1.pdf", 'c' + i);
		hear(path, MENDING_NEVER);
	}
	WAIT_FOR(rare == RARE);
	ck_assert_uint_le(before, 30);	/* two looks, and astray.h's */
	for (int i = 0; i < MANY; i++)
		WAIT_FOR(times[i] > 0);
	for (int i = 0; i < MANY; i++)
		ck_assert_uint_eq(times[i], 1);
	stop();
}
END_TEST

/* What is there by now, or is another matter, isn't asked for. */
START_TEST(test_not_asked)
{
	put("a/5.html", "five");
	there[0] = "/b/6.html";
	top.url_every = 1000;
	begin_source();
	hear("/a/5.html", MENDING_NEVER);
	hear("/b/6.html", MENDING_NEVER);
	hear("/b/6.html", MENDING_FIXED);
	hear("/b/7.html", MENDING_WITHDRAWN);
	turn_loop(4000);
	ck_assert_str_eq(left_out(), "");
	/* astray.h asks for one file a look */
	ck_assert_uint_le(asks, 5);
	stop();
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("agent/beyond");
	TCase *t = tcase_create("beyond");
	SRunner *r;
	int failed;

	tcase_add_checked_fixture(t, begin, finish);
	tcase_set_timeout(t, 120);
	tcase_add_test(t, test_alias);
	tcase_add_test(t, test_forgotten);
	tcase_add_test(t, test_among_files);
	tcase_add_test(t, test_listed);
	tcase_add_test(t, test_soft);
	tcase_add_test(t, test_many);
	tcase_add_test(t, test_not_asked);
	suite_add_tcase(suite, t);
	r = srunner_create(suite);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed > 0;
}
