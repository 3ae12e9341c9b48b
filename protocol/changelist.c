/*
 * Reading a change list; see changelist.h, and changelist_put.c for the
 * other side.
 *
 * The document is three floors: <urlset>, in it a head (rs:md, zq:batch) and
 * then changes, in a change its parts (parts.h). Every element after
 * zq:batch is one change and takes one number, whether we can make sense of
 * it or not.
 */
#include "protocol/changelist.h"

#include "contrib/base/clock.h"
#include "contrib/base/mem.h"
#include "contrib/base/text.h"
#include "protocol/attributes.h"
#include "protocol/limits.h"
#include "protocol/parts.h"
#include "protocol/words.h"
#include "protocol/xml.h"

#include <stdlib.h>

#define HEAD_TEXT 1024	/* bytes of features, of the agent's name, … */

struct changelist {
	struct xml *xml;
	changelist_head_fn *on_head;
	changelist_change_fn *on_change;
	void *arg;

	struct batch head;
	bool has_md, has_batch;
	bool in_head;		/* inside of an element of the head */
	uint64_t next;		/* seq of the next change */
	size_t count;
	struct parts parts;	/* the change being read */
};

/* --- the head ----------------------------------------------------------------- */

static void
read_root(struct changelist *l, int name)
{
	struct span ns = xml_ns(l->xml), local = xml_local(l->xml);

	if (name != E_URLSET)
		xml_fail(l->xml, "expected <urlset xmlns=\"" NS_SITEMAP "\">, "
		    "found <%.*s> %s%.*s", SPAN_ARGS(local),
		    ns.n > 0 ? "of " : "without a namespace", SPAN_ARGS(ns));
}

static void
read_list_md(struct changelist *l)
{
	struct span s = xml_attribute(l->xml, NULL, "capability");
	struct span from = xml_attribute(l->xml, NULL, "from");

	if (!span_is(s, SPAN("changelist")))
		xml_fail(l->xml, "rs:md: expected capability=\"changelist\"");
	else if (from.at != NULL &&
	    !clock_parse(from.at, from.n, PARTS_ZONE, &l->head.from))
		xml_fail(l->xml, "rs:md: from: expected a time such as "
		    "2026-11-21T08:00:00Z");
	l->has_md = true;
}

static bool
head_number(struct changelist *l, const char *name, uint64_t least,
    uint64_t *n)
{
	if (text_number(xml_attribute(l->xml, NULL, name), least, UINT64_MAX,
	    n))
		return true;
	xml_fail(l->xml, "zq:batch: %s: expected a number from %u", name,
	    (unsigned)least);
	return false;
}

static bool
head_text(struct changelist *l, const char *name, struct span *s)
{
	*s = xml_attribute(l->xml, NULL, name);
	if (s->n <= HEAD_TEXT)
		return true;
	xml_fail(l->xml, "zq:batch: %s: longer than %d bytes", name,
	    HEAD_TEXT);
	return false;
}

/* One that may be left out: 0 then. */
static bool
head_count(struct changelist *l, const char *name, uint64_t *n)
{
	*n = 0;
	return xml_attribute(l->xml, NULL, name).at == NULL ||
	    head_number(l, name, 0, n);
}

static void
read_batch(struct changelist *l)
{
	struct batch *h = &l->head;
	struct span now = xml_attribute(l->xml, NULL, "now");

	if (!head_number(l, "incarnation", 1, &h->incarnation) ||
	    !head_number(l, "first", 1, &h->first) ||
	    !head_number(l, "head", 0, &h->head) ||
	    !head_count(l, "instance", &h->instance) ||
	    !head_count(l, "held", &h->held) ||
	    !head_text(l, "features", &h->features) ||
	    !head_text(l, "agent", &h->agent) ||
	    !head_text(l, "trouble", &h->trouble))
		return;
	if (h->first > INT64_MAX)
		xml_fail(l->xml, "zq:batch: first: not a number that was "
		    "counted to");
	else if (now.at == NULL ||
	    !clock_parse(now.at, now.n, PARTS_ZONE, &h->now))
		xml_fail(l->xml, "zq:batch: now: expected a time such as "
		    "2026-11-21T08:00:00Z");
	else if (xml_had_bad_bytes(l->xml))
		xml_fail(l->xml, "zq:batch: not UTF-8");
	else {
		h->needs_snapshot = span_is(xml_attribute(l->xml, NULL,
		    "needs-snapshot"), SPAN("true"));
		l->next = h->first;
		l->has_batch = true;
		l->on_head(l->arg, h);
	}
}

static void
read_health(struct changelist *l)
{
	if (l->head.health.told)
		xml_fail(l->xml, "a second <zq:health>");
	else
		(void)health_take(&l->head.health, l->xml);
}

static void
read_looked(struct changelist *l)
{
	if (l->head.looked.task != 0)
		xml_fail(l->xml, "a second <zq:looked>");
	else
		(void)vantage_answer_take(&l->head.looked, l->xml);
}

static void
read_head(struct changelist *l, int name)
{
	struct span local = xml_local(l->xml);

	if (name == E_BATCH && l->has_md)
		read_batch(l);
	else if (name == E_HEALTH && l->has_md)
		read_health(l);
	else if (name == E_LOOKED && l->has_md)
		read_looked(l);
	else if (name == E_MD && !l->has_md)
		read_list_md(l);
	else if (name == E_BATCH || name == E_MD || name == E_URL ||
	    xml_ns(l->xml).n == 0)
		xml_fail(l->xml, "<%.*s>: expected <rs:md> and then "
		    "<zq:batch> before all changes, each with its namespace",
		    SPAN_ARGS(local));
	else if (attributes_are_critical(l->xml))
		xml_fail(l->xml, "<%.*s> is marked critical and not known "
		    "here", SPAN_ARGS(local));
	l->in_head = true;
}

/* --- events ------------------------------------------------------------------ */

static void
begin_change(struct changelist *l, int name)
{
	if (name == E_BATCH)
		xml_fail(l->xml, "a second <zq:batch>");
	else if (name == E_HEALTH || name == E_LOOKED)
		xml_fail(l->xml, "<%s> after <zq:batch>: it comes before "
		    "it, or it would be a change", words_name[name]);
	else if (l->count == LIMIT_BATCH)
		xml_fail(l->xml, "more than %d changes in one batch",
		    LIMIT_BATCH);
	else
		parts_begin(&l->parts, name, l->next, l->head.now);
	l->count++;
	l->next++;
}

static void
end_change(struct changelist *l)
{
	const char *why;
	const struct change *c = parts_done(&l->parts, &why);

	l->on_change(l->arg, l->next - 1, c, c == NULL ? why : NULL);
}

static void
on_start(void *arg, struct xml *x, int name)
{
	struct changelist *l = arg;

	if (xml_depth(x) == 1)
		read_root(l, name);
	else if (l->in_head)
		return;
	else if (xml_depth(x) > 2)
		parts_start(&l->parts, name);
	else if (l->has_batch)
		begin_change(l, name);
	else
		read_head(l, name);
}

static void
on_text(void *arg, struct xml *x, struct span s)
{
	struct changelist *l = arg;

	if (xml_depth(x) > 1 && !l->in_head)
		parts_text(&l->parts, s);
}

static void
on_end(void *arg, struct xml *x, int name)
{
	struct changelist *l = arg;

	(void)name;
	if (xml_depth(x) == 1)
		return;
	if (!l->in_head) {
		parts_end(&l->parts);
		if (xml_depth(x) == 2)
			end_change(l);
	} else if (xml_depth(x) == 2) {
		l->in_head = false;
	}
}

/* --- life ---------------------------------------------------------------------------- */

struct changelist *
changelist_new(changelist_head_fn *on_head, changelist_change_fn *on_change,
    void *arg)
{
	static const struct xml_events events = { on_start, on_text, on_end };
	struct changelist *l = mem_new(sizeof(*l));

	l->xml = xml_new(words_element, E_COUNT, &events, l);
	parts_init(&l->parts, l->xml);
	l->on_head = on_head;
	l->on_change = on_change;
	l->arg = arg;
	return l;
}

bool
changelist_feed(struct changelist *l, const void *at, size_t n)
{
	return xml_feed(l->xml, at, n);
}

bool
changelist_finish(struct changelist *l)
{
	return xml_finish(l->xml);
}

const char *
changelist_error(const struct changelist *l)
{
	return xml_error(l->xml);
}

void
changelist_free(struct changelist *l)
{
	if (l == NULL)
		return;
	xml_free(l->xml);
	parts_clear(&l->parts);
	free(l);
}
