/*
 * zqhub site domains: what became of the domains of a site.
 */
#include "hub/cmd.h"

#include <stdio.h>

#include "contrib/base/clock.h"
#include "contrib/base/json_text.h"
#include "contrib/base/lang.h"
#include "hub/cmd_query.h"
#include "hub/cmd_text.h"
#include "hub/columns.h"
#include "hub/json.h"
#include "hub/query_home.h"
#include "protocol/reason.h"

#define WHY_MAX 4096		/* bytes of a reason */

static bool
put_line(void *arg, const struct domains_line *d)
{
	struct cmd_rows *r = arg;
	char host[CMD_TEXT_HOST];
	struct buf why;

	if (r->array != NULL) {
		json_t *o = json_pack("{s:s, s:o, s:o, s:o}", "event",
		    domains_event_name(d->event), "domain",
		    json_span(d->domain), "by", json_span(d->by), "reason",
		    json_span(d->reason));

		json_time(o, "at", d->at);
		json_array_append_new(r->array, o);
		return true;
	}
	columns_time(r->columns, d->at);
	columns_put(r->columns, span_of(cmd_text_host(host, d->domain)));
	columns_put(r->columns, span_of(domains_event_word(d->event)));
	columns_put(r->columns, d->by);
	buf_init(&why, WHY_MAX);
	columns_put(r->columns, reason_in(&why, d->reason));
	buf_clear(&why);
	return true;
}

static int
ask_domains(struct cmd_line *l, struct query *q)
{
	static const char *const headings[] = { N_("WHEN"), N_("DOMAIN"),
	    N_("EVENT"), N_("BY"), N_("REASON"), NULL };
	struct cmd_rows rows;
	struct site_info s;

	if (!query_site_by_code(q, span_of(l->word[0]), &s))
		return cmd_fail(_("zqhub site list shows all sites"),
		    _("there is no site with the code %s"), l->word[0]);
	rows = cmd_rows_begin(l, headings);
	query_home_domains(q, s.number, put_line, &rows);
	cmd_rows_end(&rows, "domains");
	return CMD_OK;
}

static int
run_domains(struct cmd_line *l)
{
	return cmd_query(l, ask_domains);
}

/* --- when one runs out ----------------------------------------------------- */

/* --at DATE, or --unknown. False: said why. */
static bool
read_date(const struct cmd_line *l, int64_t *at)
{
	if (!cmd_time(l, "at", true, at))
		return false;
	if (cmd_flag(l, "unknown") != (*at == CLOCK_NONE)) {
		cmd_fail(NULL, _("%s: say when: --at 2027-03-01, or "
		    "--unknown"), l->cmd->name);
		return false;
	}
	if (*at == CLOCK_NONE)
		*at = 0;
	return true;
}

static int
run_expires(struct cmd_line *l)
{
	char when[CLOCK_TEXT_MAX], host[CMD_TEXT_HOST];
	json_t *result;
	int64_t at;

	if (!read_date(l, &at))
		return CMD_USAGE;
	result = cmd_act(l, json_pack("{s:s, s:s, s:s, s:I, s:s}", "do",
	    "domain-expires", "code", l->word[0], "domain", l->word[1],
	    "expires", (json_int_t)at, "reason",
	    cmd_value(l, "reason") != NULL ? cmd_value(l, "reason") : ""));
	if (result == NULL)
		return CMD_NO;
	if (l->json) {
		cmd_json(result);
		return CMD_OK;
	}
	if (at != 0)
		printf(_("%s runs out at %s.\n"), cmd_text_host(host,
		    json_text_span(result, "domain")), clock_show(when, at));
	else
		printf(_("When %s runs out is not known any more.\n"),
		    cmd_text_host(host, json_text_span(result, "domain")));
	json_decref(result);
	return CMD_OK;
}

const struct cmd cmd_domains_list[] = {
	{ .name = "site domain expires", .words = "CODE HOST", .least = 2,
	  .most = 2, .json = true, .run = run_expires,
	  .about = N_("say when a site's domain runs out at its registry"),
	  .more = N_("Then site show, site list and the metrics have the days "
	    "left, and the alert\ndomain-expiry tells 30, 14, 7 days and one "
	    "day before. A date alone is the last day\non which it is "
	    "good."),
	  .examples = "site domain expires 4101000001 www.zhengzhou.gov.cn "
	    "--at 2027-03-01",
	  .option = {
	    { "at", "DATE", N_("a date or a time"), false },
	    { "unknown", NULL, N_("it isn't known any more"), false },
	    { "reason", "R", N_("why; kept in the journal"), false },
	  } },
	{ .name = "site domains", .words = "CODE", .least = 1, .most = 1,
	  .json = true, .run = run_domains,
	  .about = N_("show what became of the domains of a site"),
	  .more = N_("When each was given to it and taken away, and when its "
	    "web server showed the site's\nkey or stopped doing so. `zqhub "
	    "home CODE` shows where it leads now."),
	  .examples = "site domains 4101000001" },
	{ .name = NULL },
};
