/*
 * Robots: a file read line by line, once; see robots.h.
 */
#include "hub/robots.h"

#include "contrib/base/text.h"

#define DELAY_DIGITS 6

/* --- reading --------------------------------------------------------------- */

struct reading {
	struct robots *robots;
	bool naming;		/* in the User-agent lines of a group */
	bool ours, all;		/* this group is for us; for all */
	bool found;		/* there was one for us */
};

static struct span
cut_line(struct span *rest)
{
	struct span line = { rest->at, 0 };

	while (line.n < rest->n && line.at[line.n] != '\n' &&
	    line.at[line.n] != '\r')
		line.n++;
	rest->at += line.n;
	rest->n -= line.n;
	if (rest->n > 0) {
		rest->at++;
		rest->n--;
	}
	return line;
}

static bool
split(struct span line, struct span *name, struct span *value)
{
	const char *hash = line.n > 0 ? memchr(line.at, '#', line.n) : NULL;
	const char *colon;

	if (hash != NULL)
		line.n = (size_t)(hash - line.at);
	colon = line.n > 0 ? memchr(line.at, ':', line.n) : NULL;
	if (colon == NULL)
		return false;
	*name = text_trim((struct span){ line.at,
	    (size_t)(colon - line.at) });
	*value = text_trim((struct span){ colon + 1,
	    line.n - (size_t)(colon - line.at) - 1 });
	return true;
}

/* "zhanqun/1.0" and "Zhanqun" are we. */
static bool
is_us(struct span agent)
{
	size_t n = sizeof(ROBOTS_NAME) - 1;

	return agent.n >= n && text_same_nocase((struct span){ agent.at, n },
	    SPAN(ROBOTS_NAME)) && (agent.n == n || agent.at[n] == '/' ||
	    agent.at[n] == ' ');
}

static void
take_agent(struct reading *g, struct span value)
{
	if (!g->naming)
		g->ours = g->all = false;
	g->naming = true;
	g->all = g->all || span_is(value, SPAN("*"));
	if (!is_us(value))
		return;
	g->ours = true;
	if (!g->found) {	/* what was for all doesn't count for us */
		buf_reset(&g->robots->rules);
		g->robots->delay = 0;
	}
	g->found = true;
}

static void
take_rule(struct robots *r, char sign, struct span path)
{
	if (path.n == 0 || (path.at[0] != '/' && path.at[0] != '*'))
		return;
	if (r->rules.n + path.n + 2 > ROBOTS_RULES)
		return;
	buf_byte(&r->rules, sign);
	buf_span(&r->rules, path);
	buf_byte(&r->rules, '\n');
}

/* "1.5": seconds; the fraction counts as a whole one. */
static void
take_delay(struct robots *r, struct span value)
{
	uint64_t seconds = ROBOTS_DELAY / 1000;
	size_t n = 0;

	while (n < value.n && value.at[n] >= '0' && value.at[n] <= '9')
		n++;
	if (n == 0)
		return;
	if (n <= DELAY_DIGITS)
		(void)text_number((struct span){ value.at, n }, 0, 999999,
		    &seconds);
	if (n < value.n)
		seconds++;
	if (seconds > ROBOTS_DELAY / 1000)
		seconds = ROBOTS_DELAY / 1000;
	r->delay = (uint32_t)seconds * 1000;
}

static void
take_line(struct reading *g, struct span name, struct span value)
{
	bool counts;

	if (text_same_nocase(name, SPAN("user-agent"))) {
		take_agent(g, value);
		return;
	}
	g->naming = false;
	counts = g->found ? g->ours : g->all;
	if (!counts)
		return;
	if (text_same_nocase(name, SPAN("disallow")))
		take_rule(g->robots, '-', value);
	else if (text_same_nocase(name, SPAN("allow")))
		take_rule(g->robots, '+', value);
	else if (text_same_nocase(name, SPAN("crawl-delay")))
		take_delay(g->robots, value);
}

void
robots_init(struct robots *r)
{
	*r = (struct robots){ .closed = false };
	buf_init(&r->rules, ROBOTS_RULES);
}

void
robots_clear(struct robots *r)
{
	buf_clear(&r->rules);
}

void
robots_parse(struct robots *r, struct span text)
{
	struct reading g = { .robots = r };
	struct span name, value;

	if (text_starts(text, "\xef\xbb\xbf")) {
		text.at += 3;
		text.n -= 3;
	}
	while (text.n > 0) {
		struct span line = cut_line(&text);

		if (split(line, &name, &value))
			take_line(&g, name, value);
	}
}

/* --- judging --------------------------------------------------------------- */

/* Does the rule match from the beginning? "*" is taken as late as needed:
 * greedy with one way back is enough, as in a shell. */
static bool
matches(struct span rule, struct span target)
{
	size_t r = 0, t = 0, star = SIZE_MAX, mark = 0;
	bool whole = rule.n > 0 && rule.at[rule.n - 1] == '$';

	if (whole)
		rule.n--;
	while (r < rule.n || (whole && t < target.n)) {
		if (r < rule.n && rule.at[r] == '*') {
			star = r++;
			mark = t;
		} else if (r < rule.n && t < target.n &&
		    rule.at[r] == target.at[t]) {
			r++;
			t++;
		} else if (star != SIZE_MAX && mark < target.n) {
			r = star + 1;
			t = ++mark;
		} else {
			return false;
		}
	}
	return true;
}

bool
robots_may(const struct robots *r, struct span target)
{
	struct span rest = buf_look(&r->rules);
	size_t best = 0;
	bool may = true;

	if (r->closed)
		return false;
	while (rest.n > 0) {
		struct span line = cut_line(&rest);
		struct span rule = { line.at + 1, line.n - 1 };
		bool allows = line.at[0] == '+';

		if (rule.n < best || (rule.n == best && !allows) ||
		    !matches(rule, target))
			continue;
		best = rule.n;
		may = allows;
	}
	return may;
}
