/*
 * Looking into the hub's stores while it is down: what they show, and
 * whether all that must be true of a journal and its view is true.
 */
#include "tests/sim/hub_inside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/mem.h"
#include "hub/query.h"
#include "hub/query_inside.h"
#include "hub/writer.h"
#include "protocol/change.h"
#include "tests/sim/disk.h"
#include "tests/sim/loop.h"

#define STORE_MOST (UINT64_C(1) << 30)
#define FOREIGN "https://foreign.example/"	/* as in site.c */

static struct looking {
	struct part *part;	/* NULL: nobody looks */
	struct config config;
	struct writer writer;
	struct journal *journal;
} looking;

void
hub_look(struct part *p)
{
	struct looking *l = &looking;
	struct buf why;

	must(hub_part == NULL && l->part == NULL);
	l->part = p;
	loop_clocks(p);
	hub_config(&l->config, p, STORE_MOST);
	buf_init(&why, 4096);
	if (!writer_open(&l->writer, &l->config, &why))
		broken("the hub's stores can't be opened: %s",
		    buf_cstr(&why));
	/* A nasty journal may say that there is nothing yet, or is full. */
	for (int i = 0; i < 1000 && writer_backlog(&l->writer) > 0; i++)
		(void)writer_catch_up(&l->writer, NULL, NULL);
	if (writer_backlog(&l->writer) > 0)
		broken("the view does not catch up with the journal");
	buf_clear(&why);
	l->journal = l->writer.journal;
}

void
hub_look_away(void)
{
	writer_close(&looking.writer);
	looking.part = NULL;
}

static struct store *
open_store(const struct looking *l)
{
	char path[CONFIG_PATH_MAX];
	struct store *s;
	struct buf why;

	buf_init(&why, 4096);
	s = store_over(l->journal,
	    config_path(path, l->part->dir, CONFIG_VIEW), &why);
	if (s == NULL)
		broken("%s", buf_cstr(&why));
	buf_clear(&why);
	return s;
}

/* --- a site --------------------------------------------------------------- */

struct listing {
	hub_item_fn *each;
	void *arg;
	size_t count;
};

static bool
hand_out(void *arg, const struct item_info *i)
{
	struct listing *l = arg;
	struct hub_item h = {
		.id = i->said.id.n > 0 ? i->said.id : i->said.url,
		.url = i->said.url, .title = i->said.word[WORD_TITLE],
		.hash = i->said.hash, .withdrawn = i->withdrawn,
	};

	l->count++;
	l->each(l->arg, &h);
	return true;
}

static size_t
list(struct query *q, uint32_t site, hub_item_fn *each, void *arg)
{
	struct query_spec spec = { .site = site, .limit = QUERY_LIMIT,
		.since = CLOCK_NONE, .until = CLOCK_NONE };
	struct listing l = { .each = each, .arg = arg };
	struct query_page page;
	char after[64] = "";

	do {
		spec.after = span_of(after);
		query_items(q, &spec, hand_out, &l, &page);
		if (page.error != NULL)
			broken("items can't be listed: %s", page.error);
		memcpy(after, page.next, sizeof(after));
	} while (after[0] != '\0');
	return l.count;
}

void
hub_look_site(uint32_t site, struct hub_site *s, hub_item_fn *each,
    void *arg)
{
	struct store *store = open_store(&looking);
	struct query *q;
	struct site_info i;
	size_t listed;

	q = query_begin(store);
	*s = (struct hub_site){ .items = 0 };
	if (query_site_by_number(q, site, &i)) {
		*s = (struct hub_site){ .items = i.items, .held = i.held,
			.letters = i.letters, .confirmed = i.confirmed,
			.seq = i.shown, .incarnation = i.incarnation,
			.missed = i.missed };
		memcpy(s->digest, i.digest, sizeof(s->digest));
	}
	listed = list(q, site, each, arg);
	if (listed != s->items)
		broken("site %u: %zu items are listed, and %llu counted",
		    site, listed, (unsigned long long)s->items);
	query_end(q);
	store_close(store);
}

struct post {
	hub_letter_fn *each;
	void *arg;
};

static void
hand_letter(void *arg, const struct letter *l)
{
	const struct hub_letter h = { .number = l->number, .kind = l->kind,
		.text = l->text, .body = l->body };
	struct post *p = arg;

	p->each(p->arg, &h);
}

void
hub_look_letters(uint32_t site, hub_letter_fn *each, void *arg)
{
	struct post post = { .each = each, .arg = arg };

	view_letters(looking.writer.view, site, 0, SIZE_MAX, hand_letter,
	    &post);
}

uint64_t
hub_letters(uint32_t site, uint64_t after, hub_letter_fn *each, void *arg)
{
	struct post post = { .each = each, .arg = arg };
	struct view *v = hub_live();

	return v != NULL ? view_letters(v, site, after, each != NULL ?
	    SIZE_MAX : 0, hand_letter, &post) : 0;
}

/* --- the journal ---------------------------------------------------------- */

struct line {			/* of one incarnation of a site */
	uint32_t site;
	uint64_t incarnation, last;
};

struct foreign {		/* the last said of an address */
	uint32_t site;
	uint64_t place;		/* 0: it was taken back */
	bool there;
	char *url;
};

struct audit {
	struct foreign *foreign;
	size_t foreigns;
	struct line *line;
	size_t count;
	uint64_t place;
};

static struct line *
line_of(struct audit *a, uint32_t site, uint64_t incarnation)
{
	for (size_t i = 0; i < a->count; i++)
		if (a->line[i].site == site &&
		    a->line[i].incarnation == incarnation)
			return &a->line[i];
	a->line = mem_grow(a->line, a->count + 1, sizeof(*a->line));
	a->line[a->count] = (struct line){ .site = site,
		.incarnation = incarnation };
	return &a->line[a->count++];
}

static void
note_foreign(struct audit *a, const struct entry *e)
{
	size_t n = sizeof(FOREIGN) - 1, i = 0;
	struct change c;

	if (!change_read(&c, e->body) || c.url.n < n ||
	    memcmp(c.url.at, FOREIGN, n) != 0)
		return;
	while (i < a->foreigns && (a->foreign[i].site != e->site ||
	    !span_is(c.url, span_of(a->foreign[i].url))))
		i++;
	if (i == a->foreigns) {
		a->foreign = mem_grow(a->foreign, ++a->foreigns,
		    sizeof(*a->foreign));
		a->foreign[i] = (struct foreign){ .site = e->site,
			.url = mem_copy(c.url.at, c.url.n) };
	}
	a->foreign[i].place = c.kind == CHANGE_DELETED &&
	    a->foreign[i].there ? 0 : e->place;
	a->foreign[i].there = c.kind != CHANGE_DELETED;
}

/* What is of a foreign host is not shown, and not forgotten either, until it is
 * taken back. */
static void
look_held(const struct audit *a, struct view *v)
{
	uint32_t site;

	for (size_t i = 0; i < a->foreigns; i++) {
		const struct foreign *f = &a->foreign[i];

		if (f->place != 0 && (!view_held(v, f->place, &site) ||
		    site != f->site))
			broken("place %llu is of a foreign host, and is not "
			    "held", (unsigned long long)f->place);
	}
}

static void
audit_clear(struct audit *a)
{
	for (size_t i = 0; i < a->foreigns; i++)
		free(a->foreign[i].url);
	free(a->foreign);
	free(a->line);
}

static bool
read_entry(void *arg, const struct entry *e)
{
	struct audit *a = arg;
	struct line *l;

	if (e->place <= a->place)
		return true;	/* a reader may see an entry twice */
	if (e->place != a->place + 1)
		broken("journal: place %llu follows %llu",
		    (unsigned long long)e->place,
		    (unsigned long long)a->place);
	a->place = e->place;
	if (e->site == 0)
		return true;
	l = line_of(a, e->site, e->incarnation);
	if (e->seq != l->last + 1)
		broken("journal: site %u: number %llu follows %llu at place "
		    "%llu", e->site, (unsigned long long)e->seq,
		    (unsigned long long)l->last,
		    (unsigned long long)e->place);
	l->last = e->seq;
	note_foreign(a, e);
	return true;
}

static void
read_journal(struct journal *j, struct audit *a)
{
	uint64_t last = journal_last(j);

	*a = (struct audit){ .place = 0 };
	for (int i = 0; i < 100000 && a->place < last; i++)
		journal_read(j, a->place + 1, 500, read_entry, a);
	if (a->place != last)
		broken("journal: it ends at %llu and reads up to %llu",
		    (unsigned long long)last, (unsigned long long)a->place);
}

struct changes {
	uint32_t site;
	uint64_t incarnation, place;
	hub_change_fn *each;
	void *arg;
};

static bool
read_change(void *arg, const struct entry *e)
{
	struct changes *k = arg;
	struct change c;
	uint8_t hash[32];

	if (e->place <= k->place)
		return true;
	k->place = e->place;
	if (e->site != k->site || e->incarnation != k->incarnation)
		return true;
	if (!change_read(&c, e->body))
		broken("journal: place %llu is no change",
		    (unsigned long long)e->place);
	change_hash(&c, hash);
	k->each(k->arg, e->seq, hash);
	return true;
}

void
hub_look_changes(uint32_t site, uint64_t incarnation, hub_change_fn *each,
    void *arg)
{
	struct changes k = { .site = site, .incarnation = incarnation,
		.each = each, .arg = arg };
	struct journal *j = looking.journal;

	for (int i = 0; i < 100000 && k.place < journal_last(j); i++)
		journal_read(j, k.place + 1, 500, read_change, &k);
}

/* --- a view made anew ----------------------------------------------------- */

static void
compare_views(const struct looking *l)
{
	char dir[SIM_PATH];
	const char *reason;
	uint8_t was[32], is[32];
	size_t applied;
	struct view *v;
	struct buf why;
	bool fresh;

	snprintf(dir, sizeof(dir), "%.200s/anew", sim.dir);
	disk_remove(dir);
	buf_init(&why, 4096);
	v = view_open(dir, STORE_MOST, &fresh, &reason, &why);
	if (v == NULL)
		broken("%s", buf_cstr(&why));
	buf_clear(&why);
	for (int i = 0; i < 100000 &&
	    view_place(v) < view_place(l->writer.view); i++)
		(void)view_apply(v, l->journal, 1 + dice(400),
		    SIM_EPOCH, &applied);
	view_digest(l->writer.view, was);
	view_digest(v, is);
	if (memcmp(was, is, sizeof(was)) != 0)
		broken("%s: a view made anew from the journal is another one",
		    l->part->name);
	view_close(v);
	disk_remove(dir);
}

void
hub_audit(void)
{
	struct looking *l = &looking;
	struct audit a;
	uint64_t bad;

	read_journal(l->journal, &a);
	look_held(&a, l->writer.view);
	bad = journal_verify(l->journal);
	if (bad != 0)
		broken("journal: the chain is broken at place %llu",
		    (unsigned long long)bad);
	compare_views(l);
	audit_clear(&a);
}

void
hub_look_promises(void)
{
	uint32_t site;
	uint64_t incarnation, taken;
	struct audit a;

	read_journal(looking.journal, &a);
	for (size_t n = 0; n < hub_promise(n, &site, &incarnation, &taken);
	    n++) {
		uint64_t last = line_of(&a, site, incarnation)->last;

		if (last < taken)
			broken("site %u was told that %llu is taken, and the "
			    "journal has %llu", site,
			    (unsigned long long)taken,
			    (unsigned long long)last);
	}
	audit_clear(&a);
}

void
hub_keep_promises(struct part *p)
{
	hub_look(p);
	hub_look_promises();
	hub_look_away();
}
