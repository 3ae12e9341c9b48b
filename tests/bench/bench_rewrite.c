/*
 * The rules of moves: what it costs to ask where an address is now, when no
 * rule touches it, as nearly all that an agent or the hub asks about, and
 * when one does.
 *
 *	bench_rewrite [rules]	default 10000
 *
 * Half of the rules are of one address, half of a prefix; four of a hundred
 * hosts have any. CPU is the process's own.
 */
#include <stdlib.h>
#include <stdio.h>

#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "protocol/limits.h"
#include "protocol/rewrite.h"
#include "tests/bench/table.h"

#define ASKED 200000
#define HOSTS 100		/* of which … */
#define MOVING 4		/* … have rules */

static struct buf from, to;

static void
add(struct rewrite *w, uint32_t n)
{
	bool below = n % 2 == 0;
	struct rewrite_rule r = { .scope = below ? REWRITE_PREFIX :
	    REWRITE_ADDRESS, .at = 1000, .until = CLOCK_NONE, .number = n };

	buf_reset(&from);
	buf_reset(&to);
	buf_printf(&from, "https://www.s%u.gov.cn/zwgk/old%u%s", n % MOVING,
	    n, below ? "/" : ".html");
	buf_printf(&to, "https://www.s%u.gov.cn/zwgk/new%u%s", n % MOVING,
	    n, below ? "/" : ".html");
	r.from = buf_look(&from);
	r.to = buf_look(&to);
	rewrite_put(w, &r);
}

/* us of CPU for each; moved: of those, how many a rule touched. */
static double
ask(const struct rewrite *w, const char *format, unsigned hosts,
    uint32_t rules, unsigned *moved)
{
	static struct buf url[1000];
	uint64_t began;

	for (unsigned i = 0; i < 1000; i++) {
		buf_init(&url[i], LIMIT_URL);
		buf_printf(&url[i], format, (i * 2 + 2) % hosts, i * 2 + 2 <
		    rules ? i * 2 + 2 : 2, i);
	}
	*moved = 0;
	began = clock_cpu();
	for (unsigned i = 0; i < ASKED; i++) {
		buf_reset(&to);
		*moved += rewrite_url(w, buf_look(&url[i % 1000]), 2000, &to,
		    NULL);
	}
	began = clock_cpu() - began;
	for (unsigned i = 0; i < 1000; i++)
		buf_clear(&url[i]);
	return (double)began / ASKED;
}

int
main(int argc, char **argv)
{
	uint32_t rules = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) :
	    10000;
	struct rewrite *w = rewrite_new();
	unsigned moved;
	char what[80];
	double us;

	buf_init(&from, LIMIT_URL);
	buf_init(&to, LIMIT_URL);
	for (uint32_t n = 1; n <= rules; n++)
		add(w, n);
	snprintf(what, sizeof(what), "%u rules of moves", rules);
	table_head(what);
	us = ask(w, "https://www.s%u.gov.cn/bsfw/page%u/%u.html", HOSTS,
	    rules, &moved);
	must(moved == 0);
	table_row("an address that no rule touches", "goal: under 2", "%.3f "
	    "us", us);
	us = ask(w, "https://www.s%u.gov.cn/zwgk/page%u/%u.html", MOVING,
	    rules, &moved);
	must(moved == 0);
	table_row("  the same, of a host that has rules", "", "%.3f us", us);
	us = ask(w, "https://www.s%u.gov.cn/zwgk/old%u/%u.html", MOVING,
	    rules, &moved);
	must(rules < 2000 || moved == ASKED);
	table_row("an address below a prefix that has moved", "", "%.3f us",
	    us);
	rewrite_free(w);
	buf_clear(&from);
	buf_clear(&to);
	return 0;
}
