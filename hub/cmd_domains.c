/*
 * zqhub site domains: what became of the domains of a site.
 */
#include "hub/cmd.h"

#include <stdio.h>

#include "contrib/base/lang.h"
#include "hub/columns.h"
#include "hub/json.h"
#include "hub/query_home.h"

struct listing {
	struct columns *columns;	/* or … */
	json_t *array;
};

static bool
put_line(void *arg, const struct domains_line *d)
{
	struct listing *l = arg;

	if (l->array != NULL) {
		json_t *o = json_pack("{s:s, s:o, s:o, s:o}", "event",
		    domains_event_name(d->event), "domain",
		    json_span(d->domain), "by", json_span(d->by), "reason",
		    json_span(d->reason));

		json_time(o, "at", d->at);
		json_array_append_new(l->array, o);
		return true;
	}
	columns_time(l->columns, d->at);
	columns_put(l->columns, d->domain);
	columns_put(l->columns, span_of(domains_event_word(d->event)));
	columns_put(l->columns, d->by);
	columns_put(l->columns, d->reason);
	return true;
}

static int
list(struct cmd_line *line, struct query *q)
{
	static const char *const headings[] = { N_("WHEN"), N_("DOMAIN"), "",
	    N_("BY"), N_("REASON"), NULL };
	struct listing l = { .array = NULL };
	struct site_info s;

	if (!query_site_by_code(q, span_of(line->word[0]), &s))
		return cmd_fail(_("zqhub site list shows all sites"),
		    _("there is no site with the code %s"), line->word[0]);
	if (line->json)
		l.array = json_array();
	else
		l.columns = columns_new(headings);
	query_home_domains(q, s.number, put_line, &l);
	if (line->json) {
		cmd_json_list("domains", l.array);
	} else {
		columns_print(l.columns, stdout);
		columns_free(l.columns);
	}
	return CMD_OK;
}

static int
run_domains(struct cmd_line *l)
{
	struct store *s = cmd_store(l);
	struct query *q;
	int code;

	if (s == NULL)
		return CMD_NO;
	q = query_begin(s);
	code = list(l, q);
	query_end(q);
	store_close(s);
	return code;
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
