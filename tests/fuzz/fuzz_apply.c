/*
 * Apply is total: whatever entries the journal has, they have an effect, the
 * same one in groups of any size, and questions can be asked afterwards.
 *
 * The input is entries one after the other: a byte that says what it is, two
 * bytes of length, the body. 0: an act; 1 … 3: a change row of that site, as
 * it stands; 4 … 6: a change of site 1 … 3, made of the body's lines (kind,
 * id, path, title, column, description); 7: a question.
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "contrib/base/clock.h"
#include "hub/journal_backend.h"
#include "hub/query.h"
#include "hub/query_inside.h"
#include "protocol/change.h"
#include "protocol/limits.h"
#include "tests/fuzz/viewkit.h"

#define SITES 3
#define ENTRIES 200

static struct journal *journal;
static uint64_t seq[SITES + 1];
static char phrase[128];

static void
act(const char *json, size_t n)
{
	(void)viewkit_act(journal, (struct span){ json, n }, FUZZ_NOW);
}

static void
open_journal(void)
{
	char json[256];

	journal = journal_open(&journal_mem, "", true, FUZZ_MOST, NULL);
	for (int s = 1; s <= SITES; s++)
		act(json, (size_t)snprintf(json, sizeof(json),
		    "{\"do\":\"site-add\",\"site\":%d,\"code\":\"410000000%d\","
		    "\"name\":\"s\",\"domains\":[\"s%d.gov.cn\"]}", s, s, s));
	memset(seq, 0, sizeof(seq));
}

static void
say(uint32_t site, struct span row)
{
	uint8_t hash[1][32] = { { 0 } };
	struct journal_batch b = { .site = site, .incarnation = 1,
	    .first = ++seq[site], .head = seq[site], .row = &row,
	    .hash = (const uint8_t (*)[32])hash, .count = 1 };
	struct journal_verdict v;

	hash[0][0] = (uint8_t)seq[site];
	journal_begin(journal);
	journal_take(journal, &b, FUZZ_NOW + (int64_t)seq[site] * 977,
	    &v);
	must(journal_commit(journal) == DB_OK);
	must(v.verdict == VERDICT_TAKEN);
}

static struct span
line(struct span *rest)
{
	const char *end = rest->n > 0 ? memchr(rest->at, '\n', rest->n) : NULL;
	struct span s = *rest;

	if (end == NULL) {
		*rest = SPAN_NONE;
		return s;
	}
	s.n = (size_t)(end - s.at);
	*rest = (struct span){ end + 1, rest->n - s.n - 1 };
	return s;
}

static void
make(uint32_t site, struct span rest)
{
	struct span kind = line(&rest), path;
	struct buf url, row;
	struct change c;

	change_init(&c);
	c.kind = (enum change_kind)(1 + (kind.n > 0 ? kind.at[0] & 7 : 0) % 6);
	c.seq = seq[site] + 1;
	c.when = 1794000000000 + (kind.n > 1 ? kind.at[1] : 0) * 100000;
	c.id = line(&rest);
	path = line(&rest);
	c.word[WORD_TITLE] = line(&rest);
	c.word[WORD_COLUMN] = line(&rest);
	c.word[WORD_DESCRIPTION] = rest;
	buf_init(&url, 4096);
	buf_init(&row, LIMIT_CHANGE);
	buf_printf(&url, "http://s%u.gov.cn/%.*s", site, SPAN_ARGS(path));
	c.url = buf_look(&url);
	change_write(&row, &c);
	say(site, buf_look(&row));
	buf_clear(&row);
	buf_clear(&url);
}

static void
apply(size_t most, uint8_t digest[32])
{
	viewkit_again(journal, most);
	view_digest(view, digest);
}

static bool
see(void *arg, const struct item_info *i)
{
	struct item_info again;
	char number[32];

	snprintf(number, sizeof(number), "%llu",
	    (unsigned long long)i->number);
	must(query_item(arg, span_of(number), &again));
	must(again.place == i->place);
	return true;
}

static bool
see_site(void *arg, const struct site_info *s)
{
	(void)arg;
	must(s->taken == s->shown);
	return true;
}

static void
ask(void)
{
	struct query_spec s = { .phrase = span_of(phrase), .limit = 50,
	    .since = CLOCK_NONE, .until = CLOCK_NONE };
	struct query_page page;
	struct store *store;
	struct query *q;
	struct buf why;
	char path[80];

	snprintf(path, sizeof(path), "%s/view", fuzz_dir);
	buf_init(&why, 1024);
	store = store_over(journal, path, &why);
	must(store != NULL);
	q = query_begin(store);
	query_items(q, &s, see, q, &page);
	s.phrase = SPAN_NONE;
	query_items(q, &s, see, q, &page);
	must(page.error == NULL && page.exact);
	s.by_taken = true;
	query_items(q, &s, see, q, &page);
	must(page.error == NULL);
	query_sites(q, see_site, NULL);
	query_end(q);
	store_close(store);
	buf_clear(&why);
}

static void
take(const uint8_t *at, size_t n)
{
	for (int i = 0; n >= 3 && i < ENTRIES; i++) {
		size_t body = (size_t)at[1] << 8 | at[2];
		struct span s = { (const char *)at + 3, body };

		if (body > n - 3)
			s.n = n - 3;
		if (at[0] % 8 == 0)
			act(s.at, s.n);
		else if (at[0] % 8 <= SITES)
			say(at[0] % 8, s);
		else if (at[0] % 8 <= 2 * SITES)
			make(at[0] % 8 - SITES, s);
		else
			snprintf(phrase, sizeof(phrase), "%.*s",
			    SPAN_ARGS(s));
		n -= 3 + s.n;
		at += 3 + s.n;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
	uint8_t one[32], all[32];

	if (view == NULL) {
		fuzz_dir_make();
		viewkit_open();
	}
	open_journal();
	phrase[0] = '\0';
	take(at, n);
	apply(1, one);
	apply(1000, all);
	must(memcmp(one, all, sizeof(one)) == 0);
	ask();
	journal_close(journal);
	return 0;
}
