/*
 * The game of the store: what sites say, say again, hold back and take away;
 * what is right is kept as a list. See test_store.c.
 */
#ifndef ZQ_TESTS_STORE_GAME_H
#define ZQ_TESTS_STORE_GAME_H

#include "tests/unit/hub/storekit.h"

#include "contrib/base/text.h"

#define SITES 4
#define ITEMS_MOST 4000
#define IDS 60			/* of a site, so that they come again */
#define LATER_MOST (IDS + 1)	/* said while a site is blocked */

struct model_item {
	uint32_t site, number;	/* number: 0 until it was ever there */
	char id[16], url[64];
	char title[256], keywords[64], text[1600], column[16];
	int64_t date;		/* ms */
	int64_t taken;
	bool there;
	uint64_t changes;
};

/* Said while the site was blocked: counts when it is let go. */
struct model_later {
	size_t item;
	struct model_item said;
	bool gone;
};

struct model {
	struct model_item item[ITEMS_MOST];
	struct model_later later[SITES + 1][LATER_MOST];
	size_t laters[SITES + 1];
	size_t n;
	uint32_t numbers;
	uint64_t held[SITES + 1];
	bool blocked[SITES + 1];
};

static uint64_t dice;

static unsigned
roll(unsigned of)
{
	dice ^= dice << 13;
	dice ^= dice >> 7;
	dice ^= dice << 17;
	return (unsigned)(dice >> 11) % of;
}

/* --- what is said ------------------------------------------------------------------ */

static const char *const bits[] = {
	"政", "府", "工", "作", "报", "告", "公", "开", "信", "息", "政府",
	"公开", "工作", "5G", "abc", "ABC", "ab", "2026", "２０２６", "郑州",
	"、", "《", "》", " ", "　", "-", "㐀", "𠀀", "か", "longerword", "é",
};
#define BITS (sizeof(bits) / sizeof(bits[0]))

static void
babble(char *out, size_t room, unsigned most)
{
	size_t n = 0;

	for (unsigned i = roll(most) + 1; i > 0; i--) {
		const char *bit = bits[roll(BITS)];
		size_t more = strlen(bit);

		if (n + more + 1 > room)
			break;
		memcpy(out + n, bit, more);
		n += more;
	}
	out[n] = '\0';
}

static void
restate(struct model_item *m, bool new_words)
{
	static const char *const columns[] = { "", "政务公开", "通知公告",
	    "5G" };

	if (new_words) {
		babble(m->title, sizeof(m->title), 14);
		m->keywords[0] = m->text[0] = '\0';
		if (roll(2) == 0)
			babble(m->keywords, sizeof(m->keywords), 4);
		if (roll(4) == 0)
			babble(m->text, sizeof(m->text), 500);
		snprintf(m->column, sizeof(m->column), "%s",
		    columns[roll(4)]);
	}
	if (new_words || roll(4) == 0)
		m->date = KIT_NOW - (int64_t)roll(200) * 3600000 -
		    roll(120) * 1000 + (roll(20) == 0 ? INT64_C(1) << 38 : 0);
}

static struct change
said_of(const struct model_item *m, enum change_kind kind)
{
	struct change c = kit_change(kind, m->url, m->title);

	c.id = span_of(m->id);
	c.word[WORD_KEYWORDS] = span_of(m->keywords);
	c.word[WORD_DESCRIPTION] = span_of(m->text);
	c.word[WORD_COLUMN] = span_of(m->column);
	c.published = m->date;
	if (kind == CHANGE_DELETED)
		memset(c.word, 0, sizeof(c.word));
	return c;
}

static struct model_item *
some_item(struct model *m, uint32_t site)
{
	unsigned which = roll(IDS);
	struct model_item *i;
	char id[16];

	snprintf(id, sizeof(id), "%u", which);
	for (size_t n = 0; n < m->n; n++)
		if (m->item[n].site == site && strcmp(m->item[n].id, id) == 0)
			return &m->item[n];
	ck_assert_uint_lt(m->n, ITEMS_MOST);
	i = &m->item[m->n++];
	*i = (struct model_item){ .site = site };
	snprintf(i->id, sizeof(i->id), "%s", id);
	snprintf(i->url, sizeof(i->url), "http://s%u.gov.cn/%u.html", site,
	    which);
	return i;
}

static void
is_said(struct kit *k, struct model *m, struct model_item *i,
    const struct model_item *said)
{
	struct model_item before = *i;

	*i = *said;
	i->changes = before.changes + 1;
	i->number = before.number != 0 ? before.number : ++m->numbers;
	i->there = true;
	i->taken = k->now;
	if (i->date > k->now)
		i->date = k->now;
}

static void
is_gone(struct kit *k, struct model_item *i)
{
	if (!i->there)
		return;
	i->there = false;
	i->taken = k->now;
	i->changes++;
}

static void
keep_for_later(struct model *m, uint32_t site, const struct model_item *i,
    const struct model_item *said, bool gone)
{
	size_t w = 0, item = (size_t)(i - m->item);

	/* The newest word on an item is the only one that counts. */
	for (size_t n = 0; n < m->laters[site]; n++)
		if (m->later[site][n].item != item)
			m->later[site][w++] = m->later[site][n];
	m->laters[site] = w;
	ck_assert_uint_lt(w, LATER_MOST);
	m->later[site][m->laters[site]++] = (struct model_later){
		.item = item, .said = *said, .gone = gone };
	m->held[site]++;
}

static void
let_go(struct kit *k, struct model *m, uint32_t site)
{
	kit_act(k, "{\"do\":\"unblock\",\"site\":%u,\"actor\":\"t\","
	    "\"reason\":\"r\"}", site);
	m->blocked[site] = false;
	for (size_t n = 0; n < m->laters[site]; n++) {
		struct model_later *l = &m->later[site][n];

		if (l->gone)
			is_gone(k, &m->item[l->item]);
		else
			is_said(k, m, &m->item[l->item], &l->said);
	}
	m->laters[site] = 0;
}

static void
publish(struct kit *k, struct model *m, uint32_t site)
{
	struct model_item *i = some_item(m, site);
	struct model_item said = *i;
	struct change c;

	restate(&said, !i->there || roll(3) == 0);
	c = said_of(&said, i->there ? CHANGE_UPDATED : CHANGE_CREATED);
	kit_say(k, site, &c);
	if (m->blocked[site])
		keep_for_later(m, site, i, &said, false);
	else
		is_said(k, m, i, &said);
}

static void
withdraw(struct kit *k, struct model *m, uint32_t site)
{
	struct model_item *i = some_item(m, site);
	struct change c = said_of(i, CHANGE_DELETED);

	kit_say(k, site, &c);
	if (m->blocked[site])
		keep_for_later(m, site, i, i, true);
	else
		is_gone(k, i);
}

static void
speak_of_others(struct kit *k, struct model *m, uint32_t site)
{
	struct change c = kit_change(CHANGE_CREATED,
	    "http://www.elsewhere.example/x.html", "政府");
	char id[32];

	snprintf(id, sizeof(id), "foreign %u", roll(1000000));
	c.id = span_of(id);
	kit_say(k, site, &c);
	m->held[site]++;
}

static void
stumble(struct kit *k, uint32_t site)
{
	struct change c = kit_change(CHANGE_CREATED, "http://s1.gov.cn/", "政");
	struct journal_verdict v;

	v = kit_post(k, site, k->incarnation[site], k->seq[site] + 2, &c, 1);
	ck_assert_int_eq(v.verdict, VERDICT_EARLY);
	ck_assert_uint_eq(v.expected, k->seq[site] + 1);
	if (k->seq[site] == 0)
		return;
	v = kit_post(k, site, k->incarnation[site], k->seq[site], &c, 1);
	ck_assert_int_eq(v.verdict, VERDICT_FORKED);
}

/* A new spool: numbers begin anew. */
static void
reinstall(struct kit *k, uint32_t site)
{
	k->incarnation[site] += 1000;
	k->seq[site] = 0;
}

static void
turn(struct kit *k, struct model *m)
{
	uint32_t site = 1 + roll(SITES);
	unsigned what = roll(100);

	k->now += roll(90000);
	clock_set(k->now, 0);
	if (what < 70)
		publish(k, m, site);
	else if (what < 88)
		withdraw(k, m, site);
	else if (what < 92)
		speak_of_others(k, m, site);
	else if (what < 95)
		stumble(k, site);
	else if (what < 96)
		reinstall(k, site);
	else if (what < 98)
		m->blocked[site] = true, kit_act(k, "{\"do\":\"block\","
		    "\"site\":%u,\"actor\":\"t\",\"reason\":\"r\"}", site);
	else
		let_go(k, m, site);
}

#endif
