/*
 * Facts in a tree, by class and subject; see alert_facts.h.
 */
#include "hub/alert_facts.h"

#include <stdlib.h>
#include <string.h>

#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/mem.h"
#include "contrib/base/text.h"
#include "hub/tree.h"

struct node {
	struct span class;	/* a constant of the rules' */
	struct alert_fact fact;	/* its texts are the node's */
	enum alert_source source;
	uint64_t pass;		/* of its source, that put it last */
	struct node *next;	/* while they are swept */
};

struct alert_facts {
	const struct alert_rules *rules;
	void *nodes;		/* tree */
	uint64_t pass[ALERT_SOURCES];	/* passes begun … */
	bool whole[ALERT_SOURCES];	/* … and one has ended */
	bool inside[ALERT_SOURCES];
	uint64_t version;
};

/* Which source tells what; and so, of which class. */
static enum alert_source
source_of(enum alert_what w)
{
	switch (w) {
	case ALERT_DOWN:
	case ALERT_SILENT:
	case ALERT_UNREACHABLE:
	case ALERT_OVERRUN:
	case ALERT_SLOW:
	case ALERT_ISOLATED:
		return ALERT_OF_PULSE;
	case ALERT_MOVE:
		return ALERT_OF_MOVES;
	case ALERT_LINKS:
		return ALERT_OF_LINKS;
	case ALERT_DISK:
	case ALERT_HUB_CERTIFICATE:
		return ALERT_OF_HUB;
	default:
		return ALERT_OF_SITES;
	}
}

/* --- the tree --------------------------------------------------------------- */

static int
compare_span(struct span a, struct span b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int c = n > 0 ? memcmp(a.at, b.at, n) : 0;

	return c != 0 ? c : (a.n > b.n) - (a.n < b.n);
}

static int
compare(const void *a, const void *b)
{
	const struct node *one = a, *two = b;
	int c = compare_span(one->class, two->class);

	return c != 0 ? c : compare_span(one->fact.subject,
	    two->fact.subject);
}

static struct span
copy_of(struct span s, size_t most)
{
	s = text_cut(s, most);
	return (struct span){ .at = mem_copy(s.at, s.n), .n = s.n };
}

static void
free_span(struct span s)
{
	union { const char *at; char *mine; } text = { .at = s.at };

	free(text.mine);
}

static void
free_node(void *arg)
{
	struct node *n = arg;

	free_span(n->fact.subject);
	free_span(n->fact.group);
	free_span(n->fact.detail);
	free(n);
}

static struct node *
find(const struct alert_facts *b, struct span class, struct span subject)
{
	struct node key = { .class = class, .fact.subject = subject };

	return tree_find(&b->nodes, &key, compare);
}

/* --- its life --------------------------------------------------------------- */

struct alert_facts *
alert_facts_new(const struct alert_rules *rules)
{
	struct alert_facts *b = mem_new(sizeof(*b));

	b->rules = rules;
	return b;
}

void
alert_facts_free(struct alert_facts *b)
{
	if (b == NULL)
		return;
	tree_clear(&b->nodes, free_node);
	free(b);
}

/* --- filling ---------------------------------------------------------------- */

void
alert_facts_begin(struct alert_facts *b, enum alert_source source)
{
	b->pass[source]++;
	b->inside[source] = true;
}

/* What is true of the subject is another thing now, or a known one again. */
static bool
is_news(const struct alert_fact *was, const struct alert_fact *is)
{
	return was->what != is->what || was->unknown != is->unknown ||
	    was->raise != is->raise || was->step != is->step;
}

static struct node *
add(struct alert_facts *b, struct span class, struct span subject)
{
	struct node *n = mem_new(sizeof(*n));

	n->class = class;
	n->fact.subject = copy_of(subject, ALERT_SUBJECT);
	must(tree_put(&b->nodes, n, compare) == n);
	return n;
}

/* Nothing began later than now, whatever the clock said before it was put
 * back. */
static void
renew(struct node *n, const struct alert_fact *f, int64_t now)
{
	struct span subject = n->fact.subject;
	int64_t first = n->fact.first < now ? n->fact.first : now;

	free_span(n->fact.group);
	free_span(n->fact.detail);
	n->fact = *f;
	n->fact.subject = subject;
	n->fact.first = first;
	if (f->since == CLOCK_NONE || f->since > now)
		n->fact.since = first;
	n->fact.group = copy_of(f->group, ALERT_SUBJECT);
	n->fact.detail = copy_of(f->detail, ALERT_DETAIL);
}

static void
forget(struct alert_facts *b, struct node *n)
{
	tree_del(&b->nodes, n, compare);
	free_node(n);
	b->version++;
}

void
alert_facts_drop(struct alert_facts *b, enum alert_what what,
    struct span subject)
{
	struct node *n = find(b, span_of(b->rules->rule[what].class),
	    subject);

	if (n != NULL)
		forget(b, n);
}

void
alert_facts_put(struct alert_facts *b, const struct alert_fact *f, int64_t now)
{
	const struct alert_rule *rule = &b->rules->rule[f->what];
	struct span class = span_of(rule->class);
	enum alert_source source = source_of(f->what);
	struct node *n;
	bool fresh;

	if (!rule->on && !f->unknown) {
		alert_facts_drop(b, f->what, f->subject);
		return;
	}
	n = find(b, class, f->subject);
	fresh = n == NULL;
	if (fresh)
		n = add(b, class, f->subject);
	if (fresh || is_news(&n->fact, f)) {
		n->fact.first = now;
		b->version++;
	}
	renew(n, f, now);
	n->source = source;
	n->pass = b->pass[source];
}

struct sweep {
	const struct alert_facts *book;
	enum alert_source source;
	struct node *first;
};

static void
sweep(void *node, void *arg)
{
	struct sweep *s = arg;
	struct node *n = node;

	if (n->source != s->source || n->pass == s->book->pass[s->source])
		return;
	n->next = s->first;
	s->first = n;
}

void
alert_facts_end(struct alert_facts *b, enum alert_source source)
{
	struct sweep s = { .book = b, .source = source };
	struct node *next;

	must(b->inside[source]);
	tree_each(b->nodes, sweep, &s);
	for (struct node *n = s.first; n != NULL; n = next) {
		next = n->next;
		forget(b, n);
	}
	b->version += !b->whole[source];
	b->whole[source] = true;
	b->inside[source] = false;
}

/* --- asking ----------------------------------------------------------------- */

bool
alert_facts_knows(const struct alert_facts *b, struct span class)
{
	for (enum alert_what w = 0; w < ALERT_RULES; w++) {
		if (span_is(class, span_of(b->rules->rule[w].class)))
			return b->whole[source_of(w)];
	}
	return true;	/* a class of another version: nothing is of it */
}

struct alert_fact *
alert_facts_find(struct alert_facts *b, struct span class, struct span subject)
{
	struct node *n = find(b, class, subject);

	return n != NULL ? &n->fact : NULL;
}

struct each {
	alert_facts_fn *each;
	void *arg;
};

static void
hand_out(void *node, void *arg)
{
	const struct each *e = arg;

	e->each(e->arg, &((struct node *)node)->fact);
}

void
alert_facts_each(struct alert_facts *b, alert_facts_fn *each, void *arg)
{
	struct each e = { each, arg };

	tree_each(b->nodes, hand_out, &e);
}

uint64_t
alert_facts_version(const struct alert_facts *b)
{
	return b->version;
}

enum alert_severity
alert_facts_severity(const struct alert_facts *b, const struct alert_fact *f)
{
	int s = (int)b->rules->rule[f->what].severity + f->raise;

	return s < ALERT_DANGER ? (enum alert_severity)s : ALERT_DANGER;
}

uint8_t
alert_facts_level(const struct alert_facts *b, const struct alert_fact *f)
{
	return (uint8_t)(alert_facts_severity(b, f) * 16 +
	    (f->step < 16 ? f->step : 15));
}
