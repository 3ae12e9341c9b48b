/*
 * What people say of moves: all or nothing, judged against what was said
 * before, kept for the hub and for the agent itself.
 */
#include "tests/unit/agent/storekit.h"

#include <jansson.h>
#include <unistd.h>

#include "agent/held_there.h"
#include "agent/inbox.h"
#include "agent/moves.h"
#include "agent/moves_ask.h"
#include "agent/say.h"
#include "agent/spool.h"
#include "contrib/base/clock.h"
#include "protocol/url.h"

#define SITE "https://www.test.gov.cn"

static struct store *store;
static const struct say_set set = { .zone = 480 };
static struct buf why;

static void
set_up(void)
{
	kit_make_dir();
	store = kit_open(KIT_LIMIT);
	buf_init(&why, 65536);
}

static void
tear_down(void)
{
	buf_clear(&why);
	store_close(store);
	kit_remove_dir();
}

/* moves: JSON with ' for ". The answer, or NULL. */
static json_t *
ask(const char *moves, bool dry)
{
	char text[8192];
	json_t *o, *answer;

	snprintf(text, sizeof(text), "{'kind':'move','by':'wang','dry':%s,"
	    "'moves':[%s]}", dry ? "true" : "false", moves);
	for (char *c = text; *c != '\0'; c++)
		*c = *c == '\'' ? '"' : *c;
	o = json_loads(text, 0, NULL);
	ck_assert_ptr_nonnull(o);
	buf_reset(&why);
	answer = say_it(store, o, &set, &why);
	json_decref(o);
	return answer;
}

static void
ck_says(const char *moves, json_int_t said)
{
	json_t *o = ask(moves, false);

	ck_assert_msg(o != NULL, "%s", buf_cstr(&why));
	ck_assert_int_eq(json_integer_value(json_object_get(o, "said")),
	    said);
	json_decref(o);
}

static void
ck_refuses(const char *moves, const char *because)
{
	uint64_t before = store_meta(store)->next;

	ck_assert_ptr_null(ask(moves, false));
	ck_assert_msg(strstr(buf_cstr(&why), because) != NULL, "%s",
	    buf_cstr(&why));
	ck_assert_uint_eq(store_meta(store)->next, before);
}

static void
ck_leads(const char *from, const char *to)
{
	struct store_txn *t = store_look(store);
	struct buf out;
	bool found;

	buf_init(&out, 4096);
	found = moves_successor(t, span_of(from), INT64_MAX,
	    &out);
	ck_assert_str_eq(found ? buf_cstr(&out) : "", to);
	buf_clear(&out);
	store_end(t);
}

static bool
count_one(void *arg, struct span url)
{
	struct buf *b = arg;

	buf_printf(b, "%.*s ", SPAN_ARGS(url));
	return true;
}

static void
ck_former(const char *url, const char *want)
{
	struct store_txn *t = store_look(store);
	struct buf out;

	buf_init(&out, 4096);
	moves_former(t, span_of(url), count_one, &out);
	ck_assert_str_eq(buf_cstr(&out), want);
	buf_clear(&out);
	store_end(t);
}

START_TEST(test_one)
{
	struct store_txn *t;
	struct change c;

	ck_says("{'old':'" SITE "/news','new':'" SITE "/xinwen','scope':"
	    "'prefix','at':'2030-12-01','reason':'new columns'}", 1);
	t = store_look(store);
	ck_assert(spool_get(t, 1, &c));
	ck_assert_int_eq(c.kind, CHANGE_MOVE);
	ck_assert(span_is(c.url, SPAN(SITE "/news/")));
	ck_assert(span_is(c.word[WORD_SUCCESSOR], SPAN(SITE "/xinwen/")));
	ck_assert(span_is(c.word[WORD_SCOPE], SPAN("prefix")));
	ck_assert(span_is(c.word[WORD_REASON], SPAN("new columns")));
	ck_assert(span_is(c.word[WORD_BY], SPAN("wang")));
	ck_assert_int_eq(c.from, clock_civil(2030, 11, 30, 16, 0, 0));
	ck_assert_int_eq(c.until, CLOCK_NONE);
	store_end(t);
	ck_leads(SITE "/news/a.html", SITE "/xinwen/a.html");
	ck_leads("http://www.test.gov.cn/news/a.html",
	    SITE "/xinwen/a.html");
	ck_leads(SITE "/newspaper", "");
	ck_former(SITE "/xinwen/x/1.html", SITE "/news/x/1.html ");
}
END_TEST

/* All of it is wrong if one is; each is named by where it stands. */
START_TEST(test_all_or_none)
{
	ck_refuses("{'old':'" SITE "/a','new':'" SITE "/b'},"
	    "{'old':'" SITE "/c','new':'nowhere','where':'f:2'},"
	    "{'old':'" SITE "/d','new':'" SITE "/e','at':'soon','where':"
	    "'f:3'}", "f:2: nowhere: ");
	ck_assert_ptr_nonnull(strstr(buf_cstr(&why), "\nf:3: soon: "));
	ck_refuses("{'old':'" SITE "/a/','new':'" SITE "/a/b/','scope':"
	    "'prefix','where':'f:7'}", "f:7: ");
	ck_refuses("{'old':'" SITE "/a','new':'" SITE "/b','scope':'all'}",
	    "expected address, prefix or domain");
	ck_refuses("{'old':'" SITE "/a','new':'" SITE "/a','where':'f:4'},"
	    "{'old':'" SITE "/x/','new':'" SITE "/x/y/','scope':'prefix',"
	    "'where':'f:5'}", "f:4: ");
	ck_assert_ptr_nonnull(strstr(buf_cstr(&why), "\nf:5: "));
	ck_refuses("", "expected 1 to");
	ck_refuses("{'old':'" SITE "/a','new':'" SITE "/b','until':"
	    "'2020-01-01','where':'f:9'}", "f:9: 2020-01-01 has passed");
	ck_refuses("{'old':'" SITE "/a','new':'" SITE "/b','reason':"
	    "'x\\ty'}", "--reason: expected one line");
	ck_leads(SITE "/a", "");
}
END_TEST

/* What was said before counts; said just so again it is no news. */
/* What is said at once is of one moment, however long that takes: else of two
 * that change places one would come first. */
START_TEST(test_one_moment)
{
	json_t *o = json_pack("{s:s, s:s, s:[]}", "kind", "move", "by",
	    "wang", "moves"), *list = json_object_get(o, "moves"), *answer;
	int64_t when = CLOCK_NONE;
	struct store_txn *t;
	struct change c;
	char old[100], new[100];

	for (int i = 0; i < 2000; i++) {
		snprintf(old, sizeof(old), SITE "/a/%d.html", i);
		snprintf(new, sizeof(new), SITE "/a/%d.html", i ^ 1);
		json_array_append_new(list, json_pack("{s:s, s:s}", "old",
		    old, "new", new));
	}
	answer = say_it(store, o, &set, &why);
	ck_assert_msg(answer != NULL, "%s", buf_cstr(&why));
	t = store_look(store);
	for (uint64_t n = 1; n < t->meta.next; n++) {
		ck_assert(spool_get(t, n, &c));
		ck_assert(n == 1 || c.when == when);
		when = c.when;
	}
	ck_assert_uint_eq(t->meta.next, 2001);
	store_end(t);
	json_decref(answer);
	json_decref(o);
}
END_TEST

START_TEST(test_before)
{
	json_t *o;

	ck_says("{'old':'" SITE "/a','new':'" SITE "/b','at':'2030-01-01'}",
	    1);
	ck_says("{'old':'" SITE "/a','new':'" SITE "/b','at':'2030-01-01'}",
	    0);
	o = ask("{'old':'" SITE "/a','new':'" SITE "/c','at':'2030-01-01'}",
	    false);
	ck_assert_str_eq(json_string_value(json_object_get(json_array_get(
	    json_object_get(o, "moves"), 0), "instead")), SITE "/b");
	json_decref(o);
	ck_leads(SITE "/a", SITE "/c");
	ck_says("{'old':'" SITE "/c','new':'" SITE "/d','at':'2031-01-01'}",
	    1);
	ck_leads(SITE "/a", SITE "/d");
	ck_refuses("{'old':'" SITE "/d','new':'" SITE "/a','at':"
	    "'2032-01-01','where':'f:9'}", "f:9: ");
	ck_assert_ptr_null(strstr(buf_cstr(&why), "move 1"));
	ck_says("{'old':'" SITE "/a'}", 1);
	ck_leads(SITE "/a", "");
	ck_former(SITE "/c", "");
}
END_TEST

/* What isn't announced, or as something else, isn't taken back. */
START_TEST(test_back)
{
	ck_refuses("{'old':'" SITE "/nope','where':'f:1'}", "f:1: " SITE
	    "/nope: no move of this is announced");
	ck_says("{'old':'" SITE "/a/','new':'" SITE "/b/','scope':'prefix'}",
	    1);
	ck_refuses("{'old':'" SITE "/a/'}", "as --prefix");
	ck_refuses("{'old':'" SITE "/a/x'}", "no move of this");
	ck_says("{'old':'" SITE "/a/','scope':'prefix'}", 1);
	ck_refuses("{'old':'" SITE "/a/','scope':'prefix'}", "no move of");
}
END_TEST

/* A page isn't what is below it, in either place. */
START_TEST(test_prefix)
{
	ck_refuses("{'old':'" SITE "/a/x.html','new':'" SITE "/b/','scope':"
	    "'prefix'}", SITE "/a/x.html is one page");
	ck_refuses("{'old':'" SITE "/a','new':'" SITE "/b/list.aspx?id=3',"
	    "'scope':'prefix','where':'f:3'}", "such as " SITE "/b/;");
	ck_says("{'old':'" SITE "/v1.2','new':'" SITE "/v1.3','scope':"
	    "'prefix'}", 1);
	ck_says("{'old':'" SITE "/x.d/','new':'" SITE "/y.d/','scope':"
	    "'prefix'}", 1);
	ck_leads(SITE "/x.d/1", SITE "/y.d/1");
}
END_TEST

#define AB "{'old':'" SITE "/a','new':'" SITE "/b'}"
#define BA "{'old':'" SITE "/b','new':'" SITE "/a'}"

/* Two pages change places: not one after the other, but together; and what was
 * said before keeps its time, in a table as well. */
START_TEST(test_places)
{
	ck_says(AB, 1);
	usleep(2000);		/* else both are of one moment */
	ck_refuses(BA, "leads to what was moved away earlier");
	ck_assert_ptr_nonnull(strstr(buf_cstr(&why), "\n  zqagent say move '"
	    SITE "/a' --withdraw\n  printf '\"%s\",\"%s\"\\n' '" SITE "/a' '"
	    SITE "/b' '" SITE "/b' '" SITE "/a' | zqagent say move --csv -"));
	ck_refuses(AB "," BA, "take back");
	ck_refuses(BA "," AB, "zqagent say move '" SITE "/a' --withdraw");
	ck_says("{'old':'" SITE "/a'}", 1);
	ck_says(AB "," BA, 2);
	ck_says(BA "," AB, 0);
	ck_leads(SITE "/a", SITE "/b");
	ck_leads(SITE "/b", SITE "/a");
	ck_refuses("{'old':'" SITE "/c','new':'" SITE "/a'}", "earlier");
	ck_assert_ptr_null(strstr(buf_cstr(&why), "places"));
}
END_TEST

/* … of what is still to come only the time has to be the same. */
START_TEST(test_places_later)
{
	ck_says("{'old':'" SITE "/a/','new':'" SITE "/b/','scope':'prefix',"
	    "'at':'2031-01-01'}", 1);
	ck_refuses("{'old':'" SITE "/b/','new':'" SITE "/a/','scope':"
	    "'prefix','at':'2032-01-01'}", "say both in one table:\n  printf");
	ck_assert_ptr_nonnull(strstr(buf_cstr(&why), " --csv - --prefix --at "
	    "'2031-01-01 00:00:00+08:00'"));
	ck_refuses("{'old':'" SITE "/x','new':'" SITE "/y','at':'2031-01-01'}"
	    ",{'old':'" SITE "/y','new':'" SITE "/x','at':'2031-01-02'}",
	    "say the same of both");
	ck_says("{'old':'" SITE "/b/','new':'" SITE "/a/','scope':'prefix',"
	    "'at':'2031-01-01 00:00:00+08:00'}", 1);
}
END_TEST

static bool
put_held(struct store_txn *t, void *arg)
{
	const struct letter l = { .number = t->meta.letters + 1,
		.when = *(int64_t *)arg, .kind = SPAN("held"),
		.about = SPAN(SITE "/a"), .text = SPAN("change 1 is held: x") };

	return inbox_put(t, &l);
}

static size_t
not_taken(void)
{
	struct store_txn *t = store_look(store);
	json_t *all = moves_list(t), *m;
	size_t i, n = 0;

	json_array_foreach(json_object_get(all, "announced"), i, m)
		n += json_object_get(m, "held") != NULL;
	json_decref(all);
	store_end(t);
	return n;
}

/* What the hub didn't take is shown so, until it is said anew. */
static void
key_of(uint8_t key[34], char kind, const char *a, const char *b)
{
	key[0] = (uint8_t)kind;
	key[1] = 'a';
	url_key(key + 2, span_of(a));
	if (b != NULL)
		url_key(key + 18, span_of(b));
}

/* The row of "(" as agents of before have kept it for "%28". */
static bool
make_former(struct store_txn *t, void *arg)
{
	static const char *const olds[] = { "www.test.gov.cn/a(1).html",
		"www.test.gov.cn/a%281%29.html" };
	uint8_t old[2][34], new[2][34];
	struct span row, key;
	char copy[4096];
	size_t n;

	(void)arg;
	for (int i = 0; i < 2; i++) {
		key_of(old[i], 'o', olds[i], NULL);
		key_of(new[i], 'n', "www.test.gov.cn/b.html", olds[i]);
	}
	key = (struct span){ (const char *)old[0], 18 };
	ck_assert(db_get(t->db, STORE_MOVE, key, &row) && row.n < 4096);
	n = row.n;
	memcpy(copy, row.at, n);
	ck_assert(db_del(t->db, STORE_MOVE, key));
	ck_assert(db_del(t->db, STORE_MOVE, (struct span){
	    (const char *)new[0], 34 }));
	db_put(t->db, STORE_MOVE, (struct span){ (const char *)old[1], 18 },
	    (struct span){ copy, n });
	db_put(t->db, STORE_MOVE, (struct span){ (const char *)new[1], 34 },
	    SPAN(SITE "/a%281%29.html"));
	return true;
}

/* Whichever way it is spelled; and what was kept before that goes on. */
START_TEST(test_spelled)
{
	struct store_txn *t;

	ck_says("{'old':'" SITE "/a%281%29.html','new':'" SITE "/b.html',"
	    "'at':'2030-01-01'},"
	    "{'old':'" SITE "/c(/','new':'" SITE "/d/','scope':'prefix'}", 2);
	ck_leads(SITE "/a(1).html", SITE "/b.html");
	ck_leads(SITE "/c%28/x", SITE "/d/x");
	ck_former(SITE "/d/x", SITE "/c(/x ");
	ck_former(SITE "/d/(x)", SITE "/c(/(x) ");
	ck_says("{'old':'" SITE "/a(1).html','new':'" SITE "/b.html','at':"
	    "'2030-01-01'}", 0);
	ck_says("{'old':'" SITE "/c%28/','new':'" SITE "/d/','scope':"
	    "'prefix','reason':'so'}", 1);
	ck_assert_int_eq(store_do(store, make_former, NULL), STORE_DONE);
	ck_leads(SITE "/a%281%29.html", SITE "/b.html");
	ck_former(SITE "/b.html", SITE "/a%281%29.html ");
	ck_says("{'old':'" SITE "/a%281%29.html','new':'" SITE "/e.html','at':"
	    "'2030-01-01'}", 1);
	ck_leads(SITE "/a(1).html", SITE "/e.html");
	ck_leads(SITE "/a%281%29.html", SITE "/e.html");
	t = store_look(store);
	ck_assert_uint_eq(moves_count(t), 2);
	store_end(t);
}
END_TEST

START_TEST(test_held)
{
	int64_t when;

	ck_says("{'old':'" SITE "/a','new':'" SITE "/b'},"
	    "{'old':'" SITE "/c','new':'" SITE "/d'}", 2);
	ck_assert_uint_eq(not_taken(), 0);
	when = clock_wall() - 60000;	/* of what was said before */
	ck_assert_int_eq(store_do(store, put_held, &when), STORE_DONE);
	ck_assert_uint_eq(not_taken(), 0);
	when = clock_wall() + 1;
	ck_assert_int_eq(store_do(store, put_held, &when), STORE_DONE);
	ck_assert_uint_eq(not_taken(), 1);
}
END_TEST

struct gate_letter {
	const char *kind, *text;
};

static bool
put_gate(struct store_txn *t, void *arg)
{
	const struct gate_letter *g = arg;
	const struct letter l = { .number = t->meta.letters + 1,
		.when = clock_wall(), .kind = span_of(g->kind),
		.text = span_of(g->text) };

	return inbox_put(t, &l);
}

static size_t
told(const char *kind, const char *text)
{
	struct gate_letter g = { kind, text };
	struct store_txn *t;
	json_t *list;
	size_t n;

	ck_assert_int_eq(store_do(store, put_gate, &g), STORE_DONE);
	t = store_look(store);
	list = held_there(t, 10);
	n = json_array_size(list);
	json_decref(list);
	store_end(t);
	return n;
}

/* The hub's gate was closed, and is open again: not done is what isn't that. */
START_TEST(test_gate_settled)
{
	ck_assert_uint_eq(told("held", "22 of 30 " LETTER_GATE ", and"), 1);
	ck_assert_uint_eq(told("held", "change 7 is held: so"), 2);
	ck_assert_uint_eq(told(LETTER_SETTLED, "so"), 1);
	ck_assert_uint_eq(told("held", "9 of 9 " LETTER_GATE ", and"), 2);
}
END_TEST

static void
ck_deleted(const char *url, const char *see, const char *because)
{
	json_t *o, *q = json_pack("{s:s, s:s, s:s, s:s}", "kind", "deleted",
	    "url", url, "successor", see, "by", "wang");

	buf_reset(&why);
	o = say_it(store, q, &set, &why);
	ck_assert((o == NULL) == (because != NULL));
	ck_assert_ptr_nonnull(strstr(buf_cstr(&why), because != NULL ?
	    because : ""));
	json_decref(o);
	json_decref(q);
}

/* Nothing goes to where it was. */
START_TEST(test_successor)
{
	ck_deleted(SITE "/a", SITE "/a", "--see is the address itself");
	ck_deleted(SITE "/a", "http://www.test.gov.cn/a", "itself");
	ck_deleted(SITE "/a", SITE "/b", NULL);
}
END_TEST

/* Two that change places at once; the longest prefix wins, an address wins
 * over all. */
START_TEST(test_rules)
{
	ck_says("{'old':'" SITE "/a/','new':'" SITE "/b/','scope':'prefix',"
	    "'at':'2031-01-01'}, {'old':'" SITE "/b/','new':'" SITE "/a/',"
	    "'scope':'prefix','at':'2031-01-01'}", 2);
	ck_leads(SITE "/a/1", SITE "/b/1");
	ck_leads(SITE "/b/1", SITE "/a/1");
	ck_leads(SITE "/b/x/y/1", SITE "/a/x/y/1");
	ck_says("{'old':'" SITE "/a/x/','new':'" SITE "/x/','scope':"
	    "'prefix'},{'old':'" SITE "/a/x/1','new':'" SITE "/one'},"
	    "{'old':'https://old.test.gov.cn','new':"
	    "'https://new.test.gov.cn','scope':'domain'}", 3);
	ck_leads(SITE "/a/x/2?p=1", SITE "/x/2?p=1");
	ck_leads(SITE "/a/x/1", SITE "/one");
	ck_leads("https://old.test.gov.cn/q", "https://new.test.gov.cn/q");
	ck_former("https://new.test.gov.cn/q/r",
	    "https://old.test.gov.cn/q/r ");
}
END_TEST

/* What has taken effect is not said otherwise; what is to come may be, and the
 * same may be said again. */
START_TEST(test_late)
{
	ck_says("{'old':'" SITE "/a/','new':'" SITE "/b/','scope':'prefix'}",
	    1);
	ck_refuses("{'old':'" SITE "/a/','new':'" SITE "/c/','scope':"
	    "'prefix'}", "/a/ has moved to " SITE "/b/, since ");
	ck_says("{'old':'" SITE "/a/','new':'" SITE "/b/','scope':'prefix',"
	    "'reason':'columns'}", 1);
	ck_says("{'old':'" SITE "/d','new':'" SITE "/e','at':'2031-01-01'}",
	    1);
	ck_says("{'old':'" SITE "/d','new':'" SITE "/f','at':'2031-01-01'}",
	    1);
	ck_says("{'old':'" SITE "/a/','scope':'prefix'}", 1);
	ck_says("{'old':'" SITE "/a/','new':'" SITE "/c/','scope':'prefix'}",
	    1);
	ck_leads(SITE "/a/1", SITE "/c/1");
}
END_TEST

static bool
propose(struct store_txn *t, void *arg)
{
	const struct moved m = { .state = MOVES_PROPOSED,
	    .scope = SPAN("address"), .old = SPAN(SITE "/ld/"),
	    .new = span_of(arg), .from = CLOCK_NONE, .until = CLOCK_NONE };

	return moves_put(t, &m);
}

static uint64_t
proposed(const char *new)
{
	struct store_txn *t;
	uint64_t n;

	ck_assert_int_eq(store_do(store, propose, (void *)(uintptr_t)new),
	    STORE_DONE);
	ck_says("{'old':'" SITE "/other','new':'" SITE "/else','at':"
	    "'2031-01-01'}", 1);
	ck_says("{'old':'" SITE "/other'}", 1);
	t = store_look(store);
	n = moves_in_state(t, MOVES_PROPOSED);
	store_end(t);
	return n;
}

/* What was proposed and is said with its column is no proposal any more. */
START_TEST(test_proposed)
{
	ck_assert_uint_eq(proposed(SITE "/lingdao/"), 1);
	ck_says("{'old':'" SITE "/ld/','new':'" SITE "/lingdao/','scope':"
	    "'prefix'}", 1);
	ck_assert_uint_eq(proposed(SITE "/elsewhere/"), 1);
	ck_assert_uint_eq(proposed(SITE "/lingdao/"), 0);
}
END_TEST

START_TEST(test_dry)
{
	json_t *o, *m;

	ck_assert_int_eq(kit_tell(store, "news/1.html", 1), COMPARE_CREATED);
	ck_assert_int_eq(kit_tell(store, "news/2.html", 2), COMPARE_CREATED);
	ck_assert_int_eq(kit_tell(store, "x.html", 3), COMPARE_CREATED);
	o = ask("{'old':'http://www.test.gov.cn/news/','new':"
	    "'http://www.test.gov.cn/xinwen/','scope':'prefix',"
	    "'until':'2100-01-01'},"
	    "{'old':'http://www.test.gov.cn/y.html','new':"
	    "'http://www.test.gov.cn/x.html'}", true);
	ck_assert_msg(o != NULL, "%s", buf_cstr(&why));
	m = json_array_get(json_object_get(o, "moves"), 0);
	ck_assert_int_eq(json_integer_value(json_object_get(m, "items")), 2);
	ck_assert(json_is_false(json_object_get(m, "here")));
	m = json_array_get(json_object_get(o, "moves"), 1);
	ck_assert_int_eq(json_integer_value(json_object_get(m, "items")), 0);
	ck_assert(json_is_true(json_object_get(m, "here")));
	json_decref(o);
	ck_assert_uint_eq(store_meta(store)->next, 4);
	ck_leads("http://www.test.gov.cn/news/1.html", "");
}
END_TEST

int
main(void)
{
	TCase *t = tcase_create("say_move");
	Suite *s = suite_create("agent/say_move");
	SRunner *r;
	int failed;

	setenv("TZ", "Asia/Shanghai", 1);
	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, test_one);
	tcase_add_test(t, test_all_or_none);
	tcase_add_test(t, test_one_moment);
	tcase_add_test(t, test_before);
	tcase_add_test(t, test_back);
	tcase_add_test(t, test_prefix);
	tcase_add_test(t, test_places);
	tcase_add_test(t, test_places_later);
	tcase_add_test(t, test_spelled);
	tcase_add_test(t, test_held);
	tcase_add_test(t, test_gate_settled);
	tcase_add_test(t, test_successor);
	tcase_add_test(t, test_rules);
	tcase_add_test(t, test_late);
	tcase_add_test(t, test_proposed);
	tcase_add_test(t, test_dry);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed > 0;
}
