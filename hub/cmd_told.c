/* See cmd_told.h. */
#include "hub/cmd_told.h"

#include <inttypes.h>
#include <stdio.h>

#include "contrib/base/lang.h"

void
cmd_told_begin(struct cmd_told *t, bool levels)
{
	static const char *const of_move[] = { N_("SITE"), N_("SAYS"),
		N_("FETCHED"), N_("TOLD"), N_("LEVEL"), N_("PAGES THEN"),
		N_("NOW"), N_("REASON"), NULL };
	static const char *const of_closing[] = { N_("SITE"), N_("SAYS"),
		N_("FETCHED"), N_("TOLD"), N_("PAGES THEN"), N_("REASON"),
		NULL };

	*t = (struct cmd_told){ .levels = levels,
	    .columns = columns_new(levels ? of_move : of_closing) };
}

const char *
cmd_told_count(char text[32], const struct link_count *n)
{
	snprintf(text, 32, "%s%" PRIu64, n->exact ? "" : "≥", n->pages);
	return text;
}

void
cmd_told_put(struct cmd_told *t, const char *code,
    const struct referral *said, bool seen, const struct link_count *open)
{
	struct columns *c = t->columns;
	char text[32];

	if (t->shown == CMD_TOLD_SHOWN) {
		t->more++;
		return;
	}
	t->shown++;
	columns_put(c, span_of(code));
	columns_put(c, span_of(_(referral_state_name(said->state))));
	columns_put(c, span_of(seen ? _("yes") : _("no")));
	columns_time(c, said->told);
	if (t->levels)
		columns_put(c, span_of(_(referral_level_name(said->level))));
	columns_number(c, said->pages);
	if (t->levels)
		columns_put(c, span_of(cmd_told_count(text, open)));
	columns_put(c, said->reason);
}

void
cmd_told_end(struct cmd_told *t)
{
	if (t->shown > 0) {
		putchar('\n');
		columns_print(t->columns, stdout);
	}
	if (t->more > 0)
		printf(ngettext("… and %zu more site (--json has all)\n",
		    "… and %zu more sites (--json has all)\n",
		    (unsigned long)t->more), t->more);
	columns_free(t->columns);
}
