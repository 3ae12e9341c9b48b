/*
 * What the tests of the source dir share: a document root, a source on it,
 * and waiting for what it tells. Times are short, waits are bounded.
 */
#ifndef ZQ_TEST_AGENT_SOURCEKIT_H
#define ZQ_TEST_AGENT_SOURCEKIT_H

#include "tests/unit/agent/loopkit.h"
#include "tests/unit/agent/storekit.h"

#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/stat.h>

#include "agent/hold.h"
#include "agent/source.h"

#define SITE "http://www.test.gov.cn"

static char kind[] = "dir", address[] = SITE "/";
static char asked[] = "ask";
static char *none[] = { NULL };
static char first[] = "index.html", second[] = "index.htm";
static char *index_names[] = { first, second, NULL };
static char tmp[] = "*.tmp", private[] = "private", old[] = "old/*.html";
static char *excluded[] = { tmp, private, old, NULL };

static char root[128];
static struct config_source set;
static struct config_top top;
static struct store *store;
static struct parse *parse, *slow;
static struct source *source;
static struct fetch *asker;	/* NULL: nobody asks the web server */
static bool reached;
static int zone;		/* of dates in pages */
static uint64_t room = 64u << 20;	/* the spool, bytes */

static inline void
on_news(void *arg, size_t n)
{
	(void)arg;
	(void)n;
}

static inline bool
on_reach(void *arg)
{
	(void)arg;
	reached = true;
	return false;
}

static inline void
on_quiet(void *arg)
{
	(void)arg;
}

static inline void
start(void)
{
	struct parse_limits limits = { .zone = zone };
	struct source_host host = { .base = base, .top = &top,
	    .fetch = asker, .news = on_news, .reach = on_reach, .quiet = on_quiet };

	store = kit_open(room);
	parse = parse_new(base, &limits);
	host.store = store;
	host.parse = parse;
	host.slow = slow = parse_new(base, &limits);
	source = source_dir.open(&host, "www", &set);
}

static inline void
stop(void)
{
	parse_free(parse);
	parse_free(slow);
	source_dir.close(source);
	store_close(store);
}

static inline void
set_up(void)
{
	signal(SIGIO, SIG_IGN);
	log_sink(no_log);
	kit_make_dir();
	snprintf(root, sizeof(root), "%s/root", kit_dir);
	ck_assert_int_eq(mkdir(root, 0755), 0);
	set = (struct config_source){ .type = kind, .root = root,
	    .url = address, .include = none,
	    .exclude = excluded, .index = index_names, .moves = asked };
	top = (struct config_top){ .rescan = 600000, .settle = 150,
	    .gate_items = HOLD_ITEMS, .gate_percent = HOLD_PERCENT };
	base = event_base_new();
	reached = false;
}

static inline void
tear_down(void)
{
	event_base_free(base);
	kit_remove_dir();
}

/* --- files --------------------------------------------------------------------- */

static inline const char *
at(const char *path)
{
	static char whole[4][512];
	static unsigned turn;

	turn = (turn + 1) % 4;
	snprintf(whole[turn], sizeof(whole[0]), "%s/%s", root, path);
	return whole[turn];
}

static inline void
put_in(const char *dir, const char *path, const char *text)
{
	char whole[512];
	FILE *f;

	snprintf(whole, sizeof(whole), "%s/%s", dir, path);
	f = fopen(whole, "w");
	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	fclose(f);
}

static inline void
put(const char *path, const char *text)
{
	put_in(root, path, text);
}

static inline void
remove_in(const char *dir, const char *path)
{
	char whole[512];

	snprintf(whole, sizeof(whole), "%s/%s", dir, path);
	ck_assert_int_eq(unlink(whole), 0);
}

static inline void
put_dir(const char *path)
{
	ck_assert_int_eq(mkdir(at(path), 0755), 0);
}

/* --- waiting ------------------------------------------------------------------- */

static inline const char *
state(void)
{
	static char text[32];
	json_t *o = source_dir.status(source);

	snprintf(text, sizeof(text), "%s", json_string_value(
	    json_object_get(o, "state")));
	json_decref(o);
	return text;
}

static inline void
wait_state(const char *want)
{
	int64_t start = clock_mono();

	while (strcmp(state(), want) != 0) {
		ck_assert_msg(clock_mono() - start < PATIENCE,
		    "state is %s, expected %s", state(), want);
		turn_loop(10);
	}
}

static inline bool
note(void *arg, const struct known *k)
{
	if (k->told)
		buf_printf(arg, "%.*s=%.*s ", SPAN_ARGS(k->path),
		    (int)(k->url.n - strlen(SITE)), k->url.at + strlen(SITE));
	return true;
}

/* What the site has told, as "path=address "… in order. */
static inline bool
told_is(const char *want, struct buf *got)
{
	struct store_txn *t = store_look(store);

	buf_reset(got);
	known_each(t, SPAN("www"), SPAN_NONE, note, got);
	store_end(t);
	return strcmp(buf_cstr(got), want) == 0;
}

static inline void
wait_told(const char *want)
{
	int64_t start = clock_mono();
	struct buf got;

	buf_init(&got, 1u << 20);
	while (!told_is(want, &got)) {
		ck_assert_msg(clock_mono() - start < PATIENCE,
		    "told: %s\nexpected: %s", buf_cstr(&got), want);
		turn_loop(10);
	}
	buf_clear(&got);
	kit_is_whole(store);
}

/* For a while nothing else is told than this. */
static inline void
stays_told(const char *want, int ms)
{
	struct buf got;

	buf_init(&got, 1u << 20);
	turn_loop(ms);
	ck_assert_msg(told_is(want, &got), "told: %s\nexpected: %s",
	    buf_cstr(&got), want);
	buf_clear(&got);
}

static inline uint64_t
head(void)
{
	return store_meta(store)->next - 1;
}

static inline void
put_many_in(const char *dir, int n)
{
	char name[32];

	for (int i = 0; i < n; i++) {
		snprintf(name, sizeof(name), "%03d.txt", i);
		put_in(dir, name, name);
	}
}

static inline void
put_many(int n)
{
	put_many_in(root, n);
}

static inline uint64_t
items(void)
{
	struct store_txn *t = store_look(store);
	uint64_t n = t->digest.items;

	store_end(t);
	return n;
}

static inline void
wait_items(uint64_t want)
{
	int64_t start = clock_mono();

	while (items() != want) {
		ck_assert_msg(clock_mono() - start < PATIENCE,
		    "%llu items, expected %llu", (unsigned long long)items(),
		    (unsigned long long)want);
		turn_loop(20);
	}
}

static inline void
remove_many(int from, int to)
{
	char name[32];

	for (int i = from; i < to; i++) {
		snprintf(name, sizeof(name), "%03d.txt", i);
		unlink(at(name));
	}
}

#endif
