/*
 * zqhub site domains: what became of the domains of a site.
 */
#include "hub/cmd.h"

#include "contrib/base/lang.h"
#include "hub/cmd_query.h"
#include "hub/columns.h"
#include "hub/json.h"
#include "hub/query_home.h"

static bool
put_line(void *arg, const struct domains_line *d)
{
	struct cmd_rows *r = arg;

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
	columns_put(r->columns, d->domain);
	columns_put(r->columns, span_of(domains_event_word(d->event)));
	columns_put(r->columns, d->by);
	columns_put(r->columns, d->reason);
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

const struct cmd cmd_domains_list[] = {
	{ .name = "site domains", .words = "CODE", .least = 1, .most = 1,
	  .json = true, .run = run_domains,
	  .about = N_("show what became of the domains of a site"),
	  .more = N_("When each was given to it and taken away, and when its "
	    "web server showed the site's\nkey or stopped doing so. `zqhub "
	    "home CODE` shows where it leads now."),
	  .examples = "site domains 4101000001" },
	{ .name = NULL },
};
