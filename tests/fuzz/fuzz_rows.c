/*
 * The agent's own rows in a store that is damaged, or that another version
 * wrote: rows are put in place of those there are, and all that is read of
 * them is asked for. Rows that nothing can be done without are refused with a
 * word (fatal()); all others are as good as none, or read as they stand; what
 * is told because of them is sane.
 *
 * The input is rows: a byte that says which (names, then those of the store as
 * it is set up), two bytes of length, the bytes.
 */
#include <setjmp.h>

#include "agent/ability.h"
#include "agent/announced.h"
#include "agent/covers.h"
#include "agent/errand.h"
#include "agent/heard.h"
#include "agent/held_there.h"
#include "agent/hold.h"
#include "agent/known.h"
#include "agent/letter_links.h"
#include "agent/moves.h"
#include "agent/moves_ask.h"
#include "agent/proven.h"
#include "agent/redirect_map.h"
#include "agent/reply.h"
#include "agent/say.h"
#include "agent/source_row.h"
#include "agent/spool.h"
#include "contrib/base/clock.h"
#include "contrib/base/log.h"
#include "protocol/features.h"
#include "tests/fuzz/agentkit.h"

#define INPUT 16384
#define ROWS 16
#define LETTERS 3

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n);
int __lsan_is_turned_off(void);

/* A word that ends the process frees nothing. */
int
__lsan_is_turned_off(void)
{
	return 1;
}

static const char *const names[] = {
	"replies", "announced", "covers", "errand", "proven", "atlas",
	"acted", "hub features", "dir web", "moves heard", "charts",
	"looks for others", "hook", "mail", "digest",
};

#define NAMES (sizeof(names) / sizeof(names[0]))

static jmp_buf end;
static bool ends;		/* a fatal() may come, and leads there */

static void
on_log(enum log_level level, const char *line)
{
	if (level != LOG_LEVEL_ERROR)
		return;
	if (ends && strstr(line, "can't be read") != NULL)
		longjmp(end, 1);
	fputs(line, stderr);
	fputc('\n', stderr);
}

/* --- the store ----------------------------------------------------------------------- */

static void
say(const char *json)
{
	const struct say_set set = { .zone = 480 };
	json_t *ask = json_loads(json, 0, NULL), *answer;
	struct buf why;

	buf_init(&why, 16384);
	answer = say_it(store, ask, &set, &why);
	if (answer == NULL)
		fatal("%s: %s", json, buf_cstr(&why));
	json_decref(answer);
	json_decref(ask);
	buf_clear(&why);
}

static bool
put_letters(struct store_txn *t, void *arg)
{
	(void)arg;
	for (uint64_t n = 1; n <= LETTERS; n++) {
		const struct letter l = { .number = n, .when = FUZZ_NOW,
		    .kind = SPAN("note"), .text = SPAN("t"),
		    .body = SPAN("b") };

		must(inbox_put(t, &l));
	}
	return true;
}

static void
set_up(void)
{
	log_open("fuzz", LOG_LEVEL_ERROR);
	log_sink(on_log);
	clock_set(FUZZ_NOW, 1000);
	fuzz_dir_make();
	agentkit_open();
	(void)ability_keep(store, SPAN("changes notices " FEATURE_MOVES));
	must(store_do(store, put_letters, NULL) == STORE_DONE);
	say("{\"kind\":\"item\",\"url\":\"http://s1.gov.cn/a\",\"title\":"
	    "\"t\"}");
	say("{\"kind\":\"move\",\"by\":\"w\",\"moves\":[{\"scope\":"
	    "\"address\",\"old\":\"http://s1.gov.cn/x\",\"new\":"
	    "\"http://s1.gov.cn/y\"}]}");
	say("{\"kind\":\"outage\",\"service\":\"web\",\"reason\":\"r\"}");
	agentkit_keep();
}

static bool
put_rows(struct store_txn *t, void *arg)
{
	struct reader r = reader_of(*(struct span *)arg);

	for (int i = 0; i < ROWS && reader_left(&r) >= 3; i++) {
		size_t which = read_u8(&r) % (NAMES + agentkit_rows);
		size_t n = read_u16(&r);
		struct span row = read_bytes(&r, n < reader_left(&r) ? n :
		    reader_left(&r));
		const struct agentkit_row *k = &agentkit_row[which < NAMES ?
		    0 : which - NAMES];

		if (which < NAMES)
			store_put(t, names[which], row);
		else if (k->table != STORE_META)
			db_put(t->db, k->table, (struct span){ k->at,
			    k->key }, row);
	}
	return true;
}

/* --- asking ---------------------------------------------------------------------------- */

/* Rows that must be right, each on its own, without a cursor: a word may end
 * it. False: one did. */
typedef void question_fn(struct store_txn *t);

static bool
is_answered(question_fn *ask)
{
	struct store_txn *t = store_look(store);
	bool good = false;

	ends = true;
	if (setjmp(end) == 0) {
		ask(t);
		good = true;
	}
	ends = false;
	store_end(t);
	return good;
}

static void
ask_known(struct store_txn *t)
{
	struct known k;

	(void)known_find_url(t, SPAN("http://s1.gov.cn/a"), &k);
}

static void
ask_spool(struct store_txn *t)
{
	struct change c;
	const char *why;

	for (uint64_t n = t->meta.first; n < t->meta.next; n++)
		must(!spool_get(t, n, &c) || change_is_sane(&c, &why));
}

static void
ask_move(struct store_txn *t)
{
	struct moved m;

	(void)moves_get(t, SPAN("address"), SPAN("http://s1.gov.cn/x"), &m);
}

static void
ask_announced(struct store_txn *t)
{
	json_decref(announced_list(t));
}

static void
see_rule(void *arg, const struct movemap_rule *r)
{
	(void)arg, (void)r;
}

static void
ask_source(struct store_txn *t)
{
	struct hold h;
	struct reader r;

	hold_init(&h, HOLD_ITEMS, HOLD_PERCENT);
	if (source_row_get(t, "dir", "web", &r))
		hold_read(&r, &h);
	must(h.refused || hold_waiting(&h) == h.held);
	hold_free(&h);
}

/* None of these ends it. */
static void
ask_others(void)
{
	struct store_txn *t = store_look(store);
	json_t *list = inbox_list(t, 100);
	struct proven p;

	must(list != NULL);
	letter_links_add(list);
	json_decref(list);
	for (uint64_t n = 1; n <= LETTERS; n++) {
		json_decref(inbox_one(t, n));
		json_decref(reply_of(t, n));
	}
	(void)inbox_acted(t);
	proven_get(t, &p);
	json_decref(proven_status(t));
	json_decref(errand_status(t));
	json_decref(held_there(t, 10));
	(void)heard_get(t, HEARD_HOOK);
	(void)heard_get(t, HEARD_MAIL);
	(void)ability_has(t, FEATURE_MOVES);
	(void)redirect_map_version(t);
	redirect_map_each(t, see_rule, NULL);
	rewrite_free(redirect_map_rules(t));
	ask_source(t);
	store_end(t);
}

static bool
is_live(void *arg, struct span source)
{
	(void)arg, (void)source;
	return false;
}

static void
ask_moves(void)
{
	struct store_txn *t = store_look(store);
	json_t *list = moves_list(t);

	must(json_is_object(list));
	json_decref(list);
	store_end(t);
}

int
LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
	struct span s = { (const char *)at, n };
	size_t told = 0;

	if (n == 0 || n > INPUT)
		return 0;
	if (store == NULL)
		set_up();
	agentkit_back();
	must(store_do(store, put_rows, &s) == STORE_DONE);
	ask_others();
	(void)is_answered(ask_announced);
	if (is_answered(ask_move))
		ask_moves();
	if (is_answered(ask_known) && is_answered(ask_spool)) {
		must(covers_tell_gone(store, is_live, NULL, &told));
		must(is_answered(ask_spool));
	}
	return 0;
}
