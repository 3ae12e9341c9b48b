/*
 * zqhub move hits: which addresses of former domains people still come to.
 */
#include "hub/cmd.h"

#include "contrib/base/lang.h"
#include "hub/cmd_query.h"
#include "hub/columns.h"
#include "hub/former.h"
#include "hub/json.h"
#include "protocol/url.h"

#define LISTED 50

struct listing {
	struct cmd_rows rows;
	uint64_t limit, n;
};

static void
put_json(struct listing *l, const struct former_hit *h)
{
	json_t *o = json_pack("{s:o, s:o, s:o, s:I, s:i}", "url",
	    json_span(h->url), "to", json_span(h->to), "from",
	    json_span(h->from), "count", (json_int_t)h->count, "status",
	    h->status);

	json_time(o, "last", h->last);
	json_array_append_new(l->rows.array, o);
}

static void
put_address(struct columns *c, struct span url)
{
	struct buf shown;

	buf_init(&shown, 8192);
	url_show(&shown, url);
	columns_put(c, buf_look(&shown));
	buf_clear(&shown);
}

static bool
put_hit(void *arg, const struct former_hit *h)
{
	struct listing *l = arg;
	struct columns *c = l->rows.columns;

	if (l->n++ == l->limit)
		return false;
	if (c == NULL) {
		put_json(l, h);
		return true;
	}
	columns_number(c, h->count);
	columns_time(c, h->last);
	columns_number(c, (uint64_t)h->status);
	put_address(c, h->url);
	put_address(c, h->to);
	put_address(c, h->from);
	return true;
}

static int
list(struct cmd_line *line, struct query *q)
{
	static const char *const headings[] = { N_("HITS"), N_("LAST"),
		N_("ANSWER"), N_("OLD ADDRESS"), N_("NOW AT"),
		N_("PAGE WITH THE LINK"), NULL };
	struct listing l = { .n = 0 };
	struct former *f;

	if (!cmd_number(line, "limit", 1, FORMER_HITS, LISTED, &l.limit))
		return CMD_NO;
	f = former_new();
	l.rows = cmd_rows_begin(line, headings);
	former_each(f, q, cmd_flag(line, "never"), put_hit, &l);
	cmd_rows_end(&l.rows, "hits");
	former_free(f);
	return CMD_OK;
}

static int
run_hits(struct cmd_line *l)
{
	return cmd_query(l, list);
}

const struct cmd cmd_hits_list[] = {
	{ .name = "move hits", .words = "", .json = true, .run = run_hits,
	  .about = N_("show which addresses of former domains are asked for"),
	  .more = N_("A domain that was moved or closed, and whose name points "
	    "at this hub's web\naddress, is answered 308 with where each page "
	    "is now, or 410 with what came\nafter it. What is hit most is "
	    "listed first: mend the page with that link first.\n"
	    "Where nothing is known to have been it is listed apart, by "
	    "--never: typing\nerrors, or somebody who looks for holes."),
	  .examples = "move hits --limit 10",
	  .option = { { "limit", "N", N_("so many (50)"), false },
	    { "never", NULL, N_("where nothing is known to have been"), false } } },
	{ .name = NULL },
};
