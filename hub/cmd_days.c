/*
 * zqhub availability, response: what the looks at home pages come to over
 * days, as an inspection counts them, for people and as CSV.
 */
#include "hub/cmd.h"

#include <inttypes.h>
#include <stdio.h>

#include "contrib/base/clock.h"
#include "contrib/base/lang.h"
#include "hub/columns.h"
#include "hub/csv.h"
#include "hub/query_home.h"

#define ROW_MAX 8192

struct report;
typedef void report_fn(const struct report *r, const struct site_info *s,
    const struct home_day *d);

struct report {
	struct query *q;
	const struct config *config;
	uint64_t from, to;	/* days */
	bool csv;
	json_t *array;		/* or NULL */
	struct columns *columns;	/* or NULL */
	report_fn *row;
};

/* --- rows ------------------------------------------------------------------------- */

static void
put_rule(const struct report *r, int share)
{
	uint64_t fails = r->config->week_fails, warns = r->config->week_warns;
	char text[256] = "", limit[16];

	snprintf(limit, sizeof(limit), "%u %%", (unsigned)(share >=
	    (int)fails * 10 ? fails : warns));
	if (share >= (int)fails * 10)
		snprintf(text, sizeof(text), _("fails: %s and more"), limit);
	else if (share >= (int)warns * 10)
		snprintf(text, sizeof(text), _("early warning: %s and more"),
		    limit);
	columns_put(r->columns, span_of(text));
}

static void
share_text(char out[16], int share)
{
	if (share < 0)
		snprintf(out, 16, "-");
	else
		snprintf(out, 16, "%d.%d", share / 10, share % 10);
}

static void
csv_site(struct buf *b, const struct site_info *s)
{
	csv_put(b, span_of(s->code));
	buf_byte(b, ',');
	csv_put_text(b, s->name);
}

static void
availability_row(const struct report *r, const struct site_info *s,
    const struct home_day *d)
{
	int share = home_days_share(d);
	char text[16];
	struct buf b;

	share_text(text, share);
	if (r->csv) {
		buf_init(&b, ROW_MAX);
		csv_site(&b, s);
		buf_printf(&b, ",%" PRIu32 ",%" PRIu32 ",%" PRIu32 ",%" PRIu32
		    ",%s", d->looks, d->failed, d->excluded, d->unknown,
		    share < 0 ? "" : text);
		puts(buf_cstr(&b));
		buf_clear(&b);
		return;
	}
	columns_put(r->columns, span_of(s->code));
	columns_put(r->columns, s->name);
	columns_number(r->columns, d->looks);
	columns_number(r->columns, d->failed);
	columns_number(r->columns, d->excluded);
	columns_put(r->columns, span_of(text));
	put_rule(r, share);
}

static void
response_row(const struct report *r, const struct site_info *s,
    const struct home_day *d)
{
	const int64_t ms[] = { home_days_mean(d), home_days_percentile(d, 50),
	    home_days_percentile(d, 95), home_days_percentile(d, 99) };
	char text[24];
	struct buf b;

	buf_init(&b, ROW_MAX);
	csv_site(&b, s);
	if (!r->csv) {
		columns_put(r->columns, span_of(s->code));
		columns_put(r->columns, s->name);
		columns_number(r->columns, d->looks - d->failed);
	}
	buf_printf(&b, ",%" PRIu32, d->looks - d->failed);
	for (size_t i = 0; i < sizeof(ms) / sizeof(ms[0]); i++) {
		snprintf(text, sizeof(text), "%" PRId64, ms[i]);
		buf_printf(&b, ",%s", ms[i] < 0 ? "" : text);
		if (!r->csv)
			columns_put(r->columns, ms[i] < 0 ? SPAN("-") :
			    span_of(text));
	}
	for (size_t i = 0; i < HOME_DAYS_STEPS; i++)
		buf_printf(&b, ",%" PRIu32, d->step[i]);
	if (r->csv)
		puts(buf_cstr(&b));
	buf_clear(&b);
}

/* --- a report ----------------------------------------------------------------------- */

static bool
add_site(void *arg, const struct site_info *s)
{
	struct report *r = arg;
	struct home_day d;
	json_t *o;

	if (r->array == NULL) {
		if (!s->retired && query_home_days(r->q, s->number, r->from,
		    r->to, &d))
			r->row(r, s, &d);
		return true;
	}
	o = query_home_line(r->q, s, r->from, r->to);
	if (o != NULL)
		json_array_append_new(r->array, o);
	return true;
}

/* Whole days, and the last seven if nothing is said. */
static bool
read_days(struct cmd_line *l, struct report *r)
{
	int64_t from, to;

	if (!cmd_time(l, "from", false, &from) ||
	    !cmd_time(l, "to", false, &to))
		return false;
	r->csv = cmd_flag(l, "csv");
	if (query_home_range(from, to, &r->from, &r->to))
		return true;
	cmd_fail(NULL, _("--to comes before --from"));
	return false;
}

static int
run(struct cmd_line *l, report_fn *row, const char *const *headings,
    const char *csv)
{
	struct report r = { .row = row, .config = l->config };
	struct store *s;

	if (!read_days(l, &r))
		return CMD_USAGE;
	if ((s = cmd_store(l)) == NULL)
		return CMD_NO;
	if (l->json)
		r.array = json_array();
	else if (r.csv)
		printf("%s%s\n", cmd_flag(l, "bom") ? CSV_BOM : "", csv);
	else
		r.columns = columns_new(headings);
	r.q = query_begin(s);
	query_sites(r.q, add_site, &r);
	query_end(r.q);
	store_close(s);
	if (r.array != NULL)
		cmd_json_list("sites", r.array);
	if (r.columns != NULL)
		columns_print(r.columns, stdout);
	columns_free(r.columns);
	return CMD_OK;
}

static int
run_availability(struct cmd_line *l)
{
	static const char *const headings[] = { N_("CODE"), N_("NAME"),
	    N_("LOOKS"), N_("FAILED"), N_("EXCLUDED"), "%", "", NULL };

	return run(l, availability_row, headings,
	    "code,name,looks,failed,excluded,unknown,failed_percent");
}

static int
run_response(struct cmd_line *l)
{
	static const char *const headings[] = { N_("CODE"), N_("NAME"),
	    N_("LOOKS"), N_("MEAN ms"), "P50", "P95", "P99", NULL };

	return run(l, response_row, headings,
	    "code,name,looks,mean_ms,p50_ms,p95_ms,p99_ms,to_100,to_200,"
	    "to_500,to_1000,to_2000,to_5000,to_10000,to_15000,over");
}

#define DAYS								\
    { "from", "DAY", N_("the first day: six days before the last"),	\
      false },								\
    { "to", "DAY", N_("the last day: today"), false },			\
    { "csv", NULL, N_("as CSV, for a spreadsheet"), false },		\
    { "bom", NULL, N_("with --csv: a byte order mark first; Excel needs "	\
      "it for Chinese"), false }

const struct cmd cmd_days_list[] = {
	{ .name = "availability", .words = "", .json = true,
	  .run = run_availability,
	  .about = N_("how often the home pages were there, by the rule of "
	    "the week"),
	  /* xgettext:no-c-format */
	  .more = N_("An inspection visits a site at least 20 times a day for "
	    "a week or more; it fails if\n5 % of the visits fail or take 15 "
	    "seconds (国办秘函〔2019〕19号). What lies within an\nannounced outage or "
	    "maintenance is excluded. Days are Beijing's."),
	  .examples = "availability\navailability --from 2026-11-01 --to "
	    "2026-11-30 --csv >november.csv",
	  .option = { DAYS } },
	{ .name = "response", .words = "", .json = true,
	  .run = run_response,
	  .about = N_("how long the home pages took"),
	  .more = N_("Of the looks that count and came; percentiles are the "
	    "upper ends of steps (100, 200,\n500 ms, 1, 2, 5, 10, 15 s)."),
	  .examples = "response\nresponse --csv >response.csv",
	  .option = { DAYS } },
	{ .name = NULL },
};
