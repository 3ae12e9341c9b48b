/*
 * The map of moves as a document; see movemap.h.
 */
#include "protocol/movemap.h"

#include "contrib/base/clock.h"
#include "protocol/attributes.h"
#include "protocol/limits.h"
#include "protocol/namespaces.h"


/* --- writing -------------------------------------------------------------- */

void
movemap_begin(struct buf *b, const struct movemap *m)
{
	buf_text(b, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	    "<zq:map xmlns:zq=\"" NS_ZQ "\"");
	xml_put_number(b, "version", m->version);
	xml_put_number(b, "since", m->since);
	xml_put_time(b, "now", m->now);
	buf_text(b, ">\n");
}

void
movemap_put(struct buf *b, const struct movemap_rule *r)
{
	const struct rewrite_rule *rule = &r->rule;

	buf_text(b, "<zq:rule");
	xml_put_number(b, "number", rule->number);
	if (r->gone) {
		buf_text(b, " gone=\"true\"/>\n");
		return;
	}
	xml_put_number(b, "site", r->site);
	xml_put_attribute(b, "scope", span_of(rewrite_scope_name(rule->scope)));
	xml_put_attribute(b, "from", rule->from);
	xml_put_attribute(b, "to", rule->to);
	if (rule->at != CLOCK_NONE)
		xml_put_time(b, "at", rule->at);
	if (rule->until != CLOCK_NONE)
		xml_put_time(b, "until", rule->until);
	buf_text(b, "/>\n");
}

void
movemap_end(struct buf *b)
{
	buf_text(b, "</zq:map>\n");
}

/* --- reading -------------------------------------------------------------- */

enum element { E_MAP, E_RULE, E_COUNT };

static const struct xml_name elements[E_COUNT] = {
	[E_MAP] = { NS_ZQ, "map" },
	[E_RULE] = { NS_ZQ, "rule" },
};

struct reading {
	struct movemap m;
	movemap_rule_fn *each;
	void *arg;
	size_t rules;
	struct buf from, to;	/* two attributes may share xml's memory */
};

static void
read_root(struct reading *r, struct xml *x, int name)
{
	if (name != E_MAP)
		xml_fail(x, "expected <zq:map xmlns:zq=\"" NS_ZQ "\">");
	else if (attributes_number(x, "version", 1, UINT64_MAX,
	    &r->m.version) &&
	    attributes_number(x, "since", 0, r->m.version, &r->m.since))
		attributes_time(x, "now", &r->m.now);
}

static struct span
keep(struct buf *b, struct span s)
{
	buf_reset(b);
	buf_span(b, s);
	return buf_look(b);
}

static void
read_said(struct reading *r, struct xml *x, struct movemap_rule *m)
{
	struct rewrite_rule *rule = &m->rule;
	uint64_t site;
	const char *why;

	if (!attributes_number(x, "site", 0, UINT32_MAX, &site) ||
	    !attributes_time(x, "at", &rule->at) ||
	    !attributes_time(x, "until", &rule->until))
		return;
	m->site = (uint32_t)site;
	rule->scope = rewrite_scope_named(xml_attribute(x, NULL, "scope"));
	rule->from = keep(&r->from, xml_attribute(x, NULL, "from"));
	rule->to = keep(&r->to, xml_attribute(x, NULL, "to"));
	if (!rewrite_rule_is_sane(rule, &why))
		xml_fail(x, "zq:rule %u: %s", (unsigned)rule->number, why);
}

static void
read_rule(struct reading *r, struct xml *x)
{
	struct span gone = xml_attribute(x, NULL, "gone");
	struct movemap_rule m = { .rule = { .at = CLOCK_NONE,
		.until = CLOCK_NONE }, .gone = span_is(gone, SPAN("true")) };
	uint64_t number;

	if (++r->rules > LIMIT_MAP_RULES)
		xml_fail(x, "more than %d rules", LIMIT_MAP_RULES);
	else if (attributes_number(x, "number", 1, UINT32_MAX, &number))
		m.rule.number = (uint32_t)number;
	if (*xml_error(x) == '\0' && !m.gone)
		read_said(r, x, &m);
	if (*xml_error(x) == '\0')
		r->each(r->arg, &m);
}

static void
on_start(void *arg, struct xml *x, int name)
{
	struct reading *r = arg;

	if (xml_depth(x) > LIMIT_DEPTH)
		xml_fail(x, "elements nested more than %d deep", LIMIT_DEPTH);
	else if (xml_depth(x) == 1)
		read_root(r, x, name);
	else if (xml_depth(x) == 2 && name == E_RULE)
		read_rule(r, x);
	else if (xml_depth(x) == 2 && attributes_are_critical(x))
		xml_fail(x, "an element that is critical and not known here");
}

bool
movemap_read(struct movemap *m, struct span xml, movemap_rule_fn *each,
    void *arg, const char **why)
{
	static const struct xml_events events = { .start = on_start };
	struct reading r = { .m = { .now = CLOCK_NONE }, .each = each,
		.arg = arg };
	struct xml *x = xml_new(elements, E_COUNT, &events, &r);
	bool good;

	buf_init(&r.from, 2 * LIMIT_URL);
	buf_init(&r.to, 2 * LIMIT_URL);
	if (xml.n > LIMIT_MAP)
		xml_fail(x, "a map of more than %u bytes", LIMIT_MAP);
	good = xml_read(x, xml, why);
	if (good)
		*m = r.m;
	buf_clear(&r.from);
	buf_clear(&r.to);
	xml_free(x);
	return good;
}
