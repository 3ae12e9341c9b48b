/*
 * The store against a naive model of it: a list of items, and loops.
 *
 * A seeded game: sites publish, change, withdraw, repeat themselves, skip
 * numbers, speak of foreign hosts, are blocked and let go, while the view is
 * applied in groups of any size. Every so often all kinds of questions are
 * put to both. The same game is played over both journals, one of which is
 * nasty, and must come to the same digest; and a view made from nothing in
 * one go as well.
 *
 * ZQ_SEED chooses the game, ZQ_ROUNDS how long it is.
 */
#include "tests/model/store_game.h"

/* --- what is asked -------------------------------------------------------------------- */

static bool
is_word(const char *at)
{
	return (*at >= 'a' && *at <= 'z') || (*at >= '0' && *at <= '9') ||
	    (unsigned char)*at == 0xc3;		/* é */
}

/* The text as it is searched: folded, 300 characters. */
static void
folded(struct buf *b, const char *text)
{
	size_t chars = 0, i;

	buf_reset(b);
	if (text[0] == '\0')
		return;
	ck_assert(text_fold(b, span_of(text)));
	for (i = 0; i < b->n; i++)
		if ((b->at[i] & 0xc0) != 0x80 && ++chars > 300)
			break;
	buf_cut(b, i);
}

static bool
is_word_before(const char *text, const char *at)
{
	do
		at--;
	while (at > text && (*at & 0xc0) == 0x80);
	return at >= text && is_word(at);
}

static bool
has(const char *text, const char *piece)
{
	const char *at = text;
	size_t n = strlen(piece);

	for (; (at = strstr(at, piece)) != NULL; at++)
		if ((!is_word_before(text, at) || !is_word(at)) &&
		    (!is_word_before(text, at + n) || !is_word(at + n)))
			return true;
	return false;
}

static bool
contains(const struct model_item *m, const char *phrase)
{
	const char *const texts[] = { m->title, m->keywords, m->text };
	struct buf want, text;
	bool all = true;
	char *save, *piece;

	buf_init(&want, 4096);
	buf_init(&text, 65536);
	text_fold(&want, span_of(phrase));
	piece = want.n > 0 ? strtok_r(want.at, " ", &save) : NULL;
	for (; piece != NULL && all; piece = strtok_r(NULL, " ", &save)) {
		bool found = false;

		for (size_t i = 0; i < 3 && !found; i++) {
			folded(&text, texts[i]);
			found = has(buf_cstr(&text), piece);
		}
		all = found;
	}
	buf_clear(&want);
	buf_clear(&text);
	return all;
}

static const struct query_spec *asked;
static const char *asked_phrase;

static int64_t
order_of(const struct model_item *m)
{
	return asked->withdrawn || asked->by_taken ? m->taken / 1000 :
	    m->date / 60000;
}

static int
newest_first(const void *a, const void *b)
{
	const struct model_item *const *x = a, *const *y = b;
	int64_t d = order_of(*y) - order_of(*x);

	return d != 0 ? (d > 0) - (d < 0) :
	    ((*y)->number > (*x)->number) - ((*y)->number < (*x)->number);
}

static size_t
expected(struct model *m, const struct model_item **out)
{
	size_t n = 0;

	for (size_t i = 0; i < m->n; i++) {
		const struct model_item *it = &m->item[i];

		if (it->number == 0 || it->there == asked->withdrawn ||
		    (asked->site != 0 && it->site != asked->site) ||
		    (asked->column.n > 0 &&
		    !span_is(span_of(it->column), asked->column)) ||
		    (asked->since != CLOCK_NONE && it->date < asked->since) ||
		    (asked->until != CLOCK_NONE && it->date >= asked->until) ||
		    !contains(it, asked_phrase))
			continue;
		out[n++] = it;
	}
	qsort(out, n, sizeof(*out), newest_first);
	return n;
}

struct got {
	uint64_t number[QUERY_LIMIT];
	size_t n;
};

static bool
note(void *arg, const struct item_info *i)
{
	struct got *g = arg;

	g->number[g->n++] = i->number;
	return true;
}

static void
ask(struct query *q, struct model *m, struct query_spec *s,
    const char *phrase)
{
	static const struct model_item *want[ITEMS_MOST];
	struct query_page page;
	char cursor[64] = "";
	size_t n, at = 0;

	s->phrase = span_of(phrase);
	asked = s;
	asked_phrase = phrase;
	n = expected(m, want);
	do {
		struct got got = { .n = 0 };

		s->after = span_of(cursor);
		query_items(q, s, note, &got, &page);
		ck_assert_msg(page.error == NULL, "%s", page.error);
		ck_assert_msg(page.exact && page.total == n, "\"%s\" site %u "
		    "column %.*s: %llu, not %zu", phrase, s->site,
		    SPAN_ARGS(s->column), (unsigned long long)page.total, n);
		ck_assert_uint_eq(page.shown, got.n);
		for (size_t i = 0; i < got.n; i++, at++)
			ck_assert_msg(at < n && got.number[i] ==
			    want[at]->number, "\"%s\": item %llu at %zu",
			    phrase, (unsigned long long)got.number[i], at);
		snprintf(cursor, sizeof(cursor), "%s", page.next);
	} while (cursor[0] != '\0');
	ck_assert_msg(at == n, "\"%s\" site %u: %zu shown of %zu", phrase,
	    s->site, at, n);
}

/* A piece of something that is there, or of nothing. */
static void
some_phrase(struct model *m, char out[256])
{
	const char *from = m->item[roll((unsigned)m->n)].title;
	size_t n = strlen(from), a, b;

	if (roll(4) == 0 || n == 0) {
		babble(out, 60, 3);
		return;
	}
	for (a = roll((unsigned)n); a > 0 && (from[a] & 0xc0) == 0x80;)
		a--;
	b = a;
	for (unsigned chars = 1 + roll(6); b < n && chars > 0; chars--)
		do
			b++;
		while (b < n && (from[b] & 0xc0) == 0x80);
	memcpy(out, from + a, b - a);
	out[b - a] = '\0';
}

static void
ask_things(struct query *q, struct model *m, unsigned times)
{
	char phrase[256];

	while (times-- > 0) {
		struct query_spec s = kit_spec("");

		s.limit = 1 + roll(30);
		if (roll(3) == 0)
			s.site = 1 + roll(SITES);
		if (roll(4) == 0)
			s.column = roll(2) == 0 ? SPAN("政务公开") :
			    SPAN("5G");
		if (roll(4) == 0)
			s.since = KIT_NOW - (int64_t)roll(200) * 3600000 -
			    roll(3) * 1000;
		if (roll(4) == 0)
			s.until = KIT_NOW - (int64_t)roll(100) * 3600000 +
			    roll(3) * 60000;
		phrase[0] = '\0';
		if (roll(6) == 0)
			s.withdrawn = true;
		else if (roll(6) == 0)
			s.by_taken = true;
		else
			some_phrase(m, phrase);
		ask(q, m, &s, phrase);
	}
}

static void
compare_sites(struct query *q, const struct model *m)
{
	for (uint32_t site = 1; site <= SITES; site++) {
		uint64_t there = 0, gone = 0;
		struct site_info s;

		for (size_t i = 0; i < m->n; i++) {
			const struct model_item *it = &m->item[i];

			there += it->site == site && it->there;
			gone += it->site == site && it->number != 0 &&
			    !it->there;
		}
		ck_assert(query_site_by_number(q, site, &s));
		ck_assert_uint_eq(s.items, there);
		ck_assert_uint_eq(s.withdrawn, gone);
		ck_assert_uint_le(s.held, m->held[site]);
		ck_assert_uint_eq(s.taken, s.shown);
	}
}

static bool
count_past(void *arg, const struct past *p)
{
	uint64_t *n = arg;

	(void)p;
	++*n;
	return true;
}

static void
compare_items(struct query *q, const struct model *m)
{
	for (size_t i = 0; i < m->n; i++) {
		const struct model_item *it = &m->item[i];
		struct item_info info;
		uint64_t past = 0;
		char name[64];

		snprintf(name, sizeof(name), "41000000%02u:%s", it->site,
		    it->id);
		ck_assert(query_item(q, span_of(name), &info) ==
		    (it->number != 0));
		if (it->number == 0)
			continue;
		ck_assert_uint_eq(info.number, it->number);
		ck_assert_uint_eq(info.changes, it->changes);
		ck_assert(info.withdrawn == !it->there);
		ck_assert(query_item(q, span_of(it->url), &info));
		ck_assert_uint_eq(info.number, it->number);
		query_past(q, it->number, count_past, &past);
		ck_assert_uint_eq(past, it->changes);
	}
}

/* --- a game ------------------------------------------------------------------------------ */

static void
compare_all(struct kit *k, struct model *m)
{
	struct store *s = kit_store(k);
	struct query *q = query_begin(s);

	compare_sites(q, m);
	compare_items(q, m);
	ask_things(q, m, 150);
	query_end(q);
	store_close(s);
}

/* The same journal, a view from nothing, in one group. */
static void
replay(struct kit *k, const uint8_t digest[32])
{
	uint8_t again[32];

	view_close(k->view);
	kit_wipe(k->view_dir);
	kit_open_view(k);
	ck_assert_uint_eq(view_place(k->view), 0);
	kit_show(k, 1000000);
	view_digest(k->view, again);
	ck_assert_mem_eq(digest, again, 32);
}

static void
play(const struct journal_ops *ops, uint64_t seed, unsigned rounds,
    uint8_t digest[32])
{
	struct model *m = calloc(1, sizeof(*m));
	struct kit k;

	dice = seed;
	journal_mem_seed(ops == &journal_mem ? seed : 0);
	kit_open(&k, ops);
	for (uint32_t s = 1; s <= SITES; s++)
		kit_site(&k, s);
	for (unsigned r = 0; r < rounds; r++) {
		for (unsigned i = 1 + roll(60); i > 0; i--)
			turn(&k, m);
		kit_show(&k, 1 + roll(50));
		if (r % 16 == 15)
			compare_all(&k, m);
	}
	compare_all(&k, m);
	ck_assert_uint_eq(journal_verify(k.journal), 0);
	view_digest(k.view, digest);
	replay(&k, digest);
	compare_all(&k, m);
	kit_close(&k);
	free(m);
}

static uint64_t
setting(const char *name, uint64_t usual)
{
	const char *text = getenv(name);
	uint64_t n;

	return text != NULL && text_number(span_of(text), 1, UINT64_MAX, &n) ?
	    n : usual;
}

START_TEST(both_journals)
{
	uint64_t seed = setting("ZQ_SEED", 20261121);
	unsigned rounds = (unsigned)setting("ZQ_ROUNDS", 48);
	uint8_t lmdb[32], mem[32];

	printf("ZQ_SEED=%llu ZQ_ROUNDS=%u\n", (unsigned long long)seed,
	    rounds);
	play(&journal_lmdb, seed, rounds, lmdb);
	play(&journal_mem, seed, rounds, mem);
	ck_assert_mem_eq(lmdb, mem, 32);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("store");
	TCase *c = tcase_create("model");
	SRunner *r;
	int failed;

	tcase_set_timeout(c, 600);
	tcase_add_test(c, both_journals);
	suite_add_tcase(s, c);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
