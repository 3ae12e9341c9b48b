/*
 * zqhub links: who links where, what is broken, and whether portal and member
 * sites link to each other.
 */
#include "hub/cmd.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "contrib/base/lang.h"
#include "hub/columns.h"
#include "hub/csv.h"
#include "hub/json.h"
#include "hub/query_links.h"
#include "hub/seen.h"
#include "protocol/limits.h"
#include "protocol/url.h"

#define LINKS_LIMIT 100000	/* rows, at most */
#define LINKS_USUAL 1000
#define LINKS_OF_SITE 3		/* pages of a site that link to one address */
#define ROW_MAX (64u << 10)	/* bytes of one as CSV */

/* Where rows go: one of three. */
struct listing {
	struct query *query;
	struct columns *columns;
	json_t *array;
	bool csv;
	bool all;		/* reciprocal: also what is as it should be */
	uint64_t rows, pairs;	/* … and of what these were picked */
};

/* --- one moment of the store ---------------------------------------------- */

typedef int question_fn(struct cmd_line *l, struct listing *list);

static int
ask(struct cmd_line *l, question_fn *question)
{
	struct listing list = { .csv = cmd_flag(l, "csv") };
	struct store *s = cmd_store(l);
	int code;

	if (s == NULL)
		return CMD_NO;
	if (l->json)
		list.array = json_array();
	else if (list.csv && cmd_flag(l, "bom"))
		fputs(CSV_BOM, stdout);
	list.query = query_begin(s);
	code = question(l, &list);
	query_end(list.query);
	store_close(s);
	columns_free(list.columns);
	json_decref(list.array);
	return code;
}

/* The array is the caller's no more. next: --after of the next page; empty:
 * that is all. */
static void
print_page(struct listing *list, const char *name, struct span next)
{
	json_t *o = json_pack("{s:o}", name, list->array);

	if (next.n > 0)
		json_object_set_new(o, "next", json_span(next));
	cmd_json(o);
	list->array = NULL;
}

static void
print_json(struct listing *list, const char *name)
{
	print_page(list, name, SPAN_NONE);
}

/* --- cells ---------------------------------------------------------------- */

static void
put_url(struct columns *c, struct span url)
{
	struct buf b;

	buf_init(&b, 16384);
	if (url.n > 0)
		url_show(&b, url);
	columns_put(c, url.n > 0 ? buf_look(&b) : SPAN("-"));
	buf_clear(&b);
}

static void
put_text(struct columns *c, struct span text)
{
	columns_put(c, text.n > 0 ? text : SPAN("-"));
}

static void
put_count(struct columns *c, uint64_t n, bool exact)
{
	char text[32];

	snprintf(text, sizeof(text), exact ? "%" PRIu64 : "%" PRIu64 "+", n);
	columns_put(c, span_of(text));
}

static void
csv_row(const struct span *cell, size_t n)
{
	struct buf b;

	buf_init(&b, ROW_MAX);
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			buf_byte(&b, ',');
		csv_put_text(&b, cell[i]);
	}
	puts(buf_cstr(&b));
	buf_clear(&b);
}

/* --- links, one a row ----------------------------------------------------- */

enum { CELL_SITE, CELL_PAGE, CELL_TITLE, CELL_LINE, CELL_KIND, CELL_TO,
	CELL_TEXT, CELL_STATE, CELL_NOW, CELL_ALIKE, CELL_JUDGE, CELLS };

static void
csv_link(const struct link_info *i)
{
	char line[16], more[24];
	struct span cell[CELLS] = {
		[CELL_SITE] = span_of(i->code), [CELL_PAGE] = i->page,
		[CELL_TITLE] = i->title, [CELL_TO] = i->to,
		[CELL_KIND] = span_of(link_kind_name(i->kind)),
		[CELL_TEXT] = i->text, [CELL_NOW] = i->target->now,
		[CELL_STATE] = span_of(query_links_state(i->target)),
		[CELL_JUDGE] = span_of(query_links_judge(i->target)),
	};

	snprintf(line, sizeof(line), "%u", i->line);
	snprintf(more, sizeof(more), "%" PRIu64, i->more + 1);
	cell[CELL_LINE] = span_of(line);
	cell[CELL_ALIKE] = span_of(more);
	csv_row(cell, CELLS);
}

static void
csv_heading(void)
{
	static const struct span cell[CELLS] = {
		[CELL_SITE] = SPAN("site"), [CELL_PAGE] = SPAN("page"),
		[CELL_TITLE] = SPAN("title"), [CELL_LINE] = SPAN("line"),
		[CELL_KIND] = SPAN("kind"), [CELL_TO] = SPAN("link"),
		[CELL_TEXT] = SPAN("text"), [CELL_STATE] = SPAN("state"),
		[CELL_NOW] = SPAN("now"), [CELL_ALIKE] = SPAN("pages"),
		[CELL_JUDGE] = SPAN("judge"),
	};

	csv_row(cell, CELLS);
}

static void
put_state(struct columns *c, const struct target_info *t)
{
	columns_put(c, span_of(_(query_links_state(t))));
}

static void
put_judge(struct columns *c, const struct target_info *t)
{
	const char *judge = query_links_judge(t);

	columns_put(c, span_of(judge[0] != '\0' ? _(judge) : "-"));
}

static void
folded_row(struct columns *c, const struct link_info *i)
{
	char text[256];

	if (i->folded > 0)
		snprintf(text, sizeof(text), ngettext("… and %" PRIu64 " more "
		    "page of %s (--all)", "… and %" PRIu64 " more pages of "
		    "%s (--all)", (unsigned long)i->folded), i->folded,
		    i->code);
	else
		snprintf(text, sizeof(text), ngettext("… and %" PRIu64 " more "
		    "link on the same pages (--all)", "… and %" PRIu64
		    " more links on the same pages (--all)",
		    (unsigned long)i->folded_links), i->folded_links);
	columns_put(c, span_of(i->code));
	columns_put(c, SPAN_NONE);
	if (i->folded > 0)
		columns_number(c, i->folded);
	else
		columns_put(c, SPAN_NONE);
	put_state(c, i->target);
	columns_put(c, span_of(text));
	put_url(c, i->to);
	columns_put(c, SPAN_NONE);
}

static bool
to_row(void *arg, const struct link_info *i)
{
	struct listing *list = arg;

	list->rows++;
	if (list->array != NULL) {
		json_array_append_new(list->array, json_link(i));
	} else if (list->csv) {
		csv_link(i);
	} else if (i->folded > 0 || i->folded_links > 0) {
		folded_row(list->columns, i);
	} else {
		columns_put(list->columns, span_of(i->code));
		columns_number(list->columns, i->line);
		columns_number(list->columns, i->more + 1);
		put_state(list->columns, i->target);
		put_text(list->columns, i->text);
		put_url(list->columns, i->to);
		put_url(list->columns, i->page);
	}
	return true;
}

static bool
from_row(void *arg, const struct link_info *i)
{
	struct listing *list = arg;

	list->rows++;
	if (list->array != NULL) {
		json_array_append_new(list->array, json_link(i));
	} else if (list->csv) {
		csv_link(i);
	} else {
		columns_number(list->columns, i->line);
		columns_put(list->columns,
		    span_of(_(link_kind_name(i->kind))));
		put_state(list->columns, i->target);
		put_judge(list->columns, i->target);
		put_text(list->columns, i->text);
		put_url(list->columns, i->to);
		put_url(list->columns, i->target->now);
	}
	return true;
}

/* --- links to ------------------------------------------------------------- */

static bool
read_spec(struct cmd_line *l, struct query *q, struct link_spec *spec,
    struct buf *url)
{
	const char *why = NULL;
	uint64_t limit;

	*spec = (struct link_spec){ .skip = 0 };
	if (!query_links_scope(span_of(l->word[0]), cmd_flag(l, "exact"),
	    &spec->scope, url, &why)) {
		cmd_fail(_("give an address, the beginning of addresses (it "
		    "ends in a slash), or a domain"), "%s: %s", l->word[0],
		    why != NULL ? _(why) : "");
		return false;
	}
	spec->url = buf_look(url);
	if (!cmd_number(l, "limit", 1, LINKS_LIMIT, LINKS_USUAL, &limit) ||
	    !cmd_number(l, "skip", 0, INT64_MAX, 0, &spec->skip) ||
	    !cmd_site_option(l, q, &spec->site))
		return false;
	spec->limit = (size_t)limit;
	if (!cmd_flag(l, "all") && !cmd_flag(l, "csv") && !l->json)
		spec->of_site = LINKS_OF_SITE;
	return true;
}

static void
print_count(const struct link_spec *spec, const struct link_page *page,
    const struct link_count *n)
{
	printf(n->exact ? _("pages: %" PRIu64 ", of sites: %" PRIu64 ", link "
	    "to addresses: %" PRIu64) : _("pages: at least %" PRIu64 ", of "
	    "sites: %" PRIu64 ", link to addresses: %" PRIu64), n->pages,
	    n->sites, n->targets);
	if (page->more)
		printf(_("; the next rows: --skip %" PRIu64),
		    spec->skip + page->shown);
	putchar('\n');
}

static int
list_to(struct listing *list, const struct link_spec *spec)
{
	static const char *const headings[] = { N_("SITE"), N_("LINE"),
		N_("PAGES"), N_("STATE"), N_("TEXT"), N_("LINK"),
		N_("ON PAGE"), NULL };
	struct link_page page;
	struct link_count n;

	if (list->csv)
		csv_heading();
	else if (list->array == NULL)
		list->columns = columns_new(headings);
	query_links_to(list->query, spec, to_row, list, &page);
	if (list->array != NULL)
		print_json(list, "links");
	if (list->columns == NULL)
		return CMD_OK;
	query_links_count(list->query, spec, &n);
	columns_print(list->columns, stdout);
	print_count(spec, &page, &n);
	return CMD_OK;
}

static int
links_to_word(struct cmd_line *l, struct listing *list)
{
	struct link_spec spec;
	struct buf url;
	int code = CMD_USAGE;

	buf_init(&url, LIMIT_URL);
	if (read_spec(l, list->query, &spec, &url))
		code = list_to(list, &spec);
	buf_clear(&url);
	return code;
}

/* --- links from ----------------------------------------------------------- */

static int
links_from_word(struct cmd_line *l, struct listing *list)
{
	static const char *const headings[] = { N_("LINE"), N_("KIND"),
		N_("STATE"), N_("JUDGE"), N_("TEXT"), N_("LINK"), N_("NOW"),
		NULL };
	struct item_info i;

	if (!query_item(list->query, span_of(l->word[0]), &i))
		return cmd_fail(_("give its address, its number, or CODE:ID "
		    "with the site's own id"),
		    _("there is no item %s"), l->word[0]);
	if (list->csv)
		csv_heading();
	else if (list->array == NULL)
		list->columns = columns_new(headings);
	query_links_from(list->query, &i, from_row, list);
	if (list->array != NULL)
		print_json(list, "links");
	if (list->columns != NULL) {
		columns_print(list->columns, stdout);
		printf(_("%" PRIu64 " links\n"), list->rows);
	}
	if (i.said.links_cut)
		fputs(_("these are not all links of this page: it has more "
		    "than its agent tells\n"),
		    list->columns != NULL ? stdout : stderr);
	else if (list->rows >= LIMIT_LINKS)
		fprintf(list->columns != NULL ? stdout : stderr,
		    _("an agent tells at most %d links of a page: this one "
		    "may have more\n"), LIMIT_LINKS);
	return CMD_OK;
}

/* --- what is broken ------------------------------------------------------- */

struct breaking {
	struct listing *list;
	struct link_spec spec;	/* of what links to it */
	struct buf last;	/* where the next page begins */
	uint64_t left;
};

static bool
broken_row(void *arg, const struct broken_info *i)
{
	struct breaking *b = arg;
	struct columns *c = b->list->columns;
	struct link_page page;

	buf_reset(&b->last);
	buf_span(&b->last, i->target.url);
	b->spec.url = buf_look(&b->last);
	b->spec.only = !seen_is_asked(i->target.state);
	if (b->list->csv) {
		query_links_to(b->list->query, &b->spec, to_row, b->list,
		    &page);
	} else if (b->list->array != NULL) {
		json_array_append_new(b->list->array, json_broken(i));
	} else {
		put_state(c, &i->target);
		put_judge(c, &i->target);
		put_count(c, i->links.sites, i->links.exact);
		put_count(c, i->links.pages, i->links.exact);
		put_url(c, i->target.url);
		put_url(c, i->target.now);
	}
	return true;
}

static void
list_broken(struct breaking *b, const struct broken_spec *spec)
{
	static const char *const headings[] = { N_("STATE"), N_("JUDGE"),
		N_("SITES"), N_("PAGES"), N_("LINK"), N_("NOW"), NULL };
	struct listing *list = b->list;
	bool all;

	if (list->csv)
		csv_heading();
	else if (list->array == NULL)
		list->columns = columns_new(headings);
	all = query_links_broken(list->query, spec, broken_row, b);
	if (list->array != NULL)
		print_page(list, "broken", all ? SPAN_NONE :
		    buf_look(&b->last));
	if (list->columns == NULL)
		return;
	columns_print(list->columns, stdout);
	if (!all && b->last.n > 0)
		printf(_("the next page: --after %s\n"), buf_cstr(&b->last));
}

static int
links_broken_now(struct cmd_line *l, struct listing *list)
{
	struct breaking b = { .list = list, .spec = {
	    .scope = REWRITE_ADDRESS, .limit = LINKS_LIMIT } };
	const char *after = cmd_value(l, "after");
	struct broken_spec spec = { .after = span_of(after) };
	uint64_t limit;

	if (!cmd_number(l, "limit", 1, LINKS_LIMIT, list->csv ? LINKS_LIMIT :
	    LINKS_USUAL, &limit) ||
	    !cmd_site_option(l, list->query, &spec.site))
		return CMD_USAGE;
	spec.limit = (size_t)limit;
	b.spec.site = spec.site;
	buf_init(&b.last, LIMIT_URL);
	list_broken(&b, &spec);
	buf_clear(&b.last);
	return CMD_OK;
}

/* --- both ways ------------------------------------------------------------ */

static const char *
yes_no(bool is)
{
	return is ? N_("yes") : N_("no");
}

static void
csv_reciprocal(const struct reciprocal *r)
{
	const struct span cell[] = { span_of(r->portal.code),
		r->portal.name, span_of(r->member.code), r->member.name,
		span_of(yes_no(r->to)), span_of(yes_no(r->back)) };

	csv_row(cell, sizeof(cell) / sizeof(cell[0]));
}

static bool
reciprocal_row(void *arg, const struct reciprocal *r)
{
	struct listing *list = arg;
	struct columns *c = list->columns;

	list->pairs++;
	if (r->to && r->back && !list->all)
		return true;
	list->rows++;
	if (list->array != NULL) {
		json_array_append_new(list->array, json_reciprocal(r));
	} else if (list->csv) {
		csv_reciprocal(r);
	} else {
		columns_put(c, span_of(r->portal.code));
		columns_put(c, span_of(r->member.code));
		columns_put(c, span_of(_(yes_no(r->to))));
		columns_put(c, span_of(_(yes_no(r->back))));
		columns_put(c, r->member.name);
	}
	return true;
}

static int
links_both(struct cmd_line *l, struct listing *list)
{
	static const char *const headings[] = { N_("PORTAL"), N_("MEMBER"),
		N_("PORTAL LINKS"), N_("MEMBER LINKS"), N_("NAME"), NULL };
	static const struct span cells[] = { SPAN("portal"),
		SPAN("portal name"), SPAN("member"), SPAN("member name"),
		SPAN("portal links"), SPAN("member links") };

	list->all = cmd_flag(l, "all");
	if (list->csv)
		csv_row(cells, sizeof(cells) / sizeof(cells[0]));
	else if (list->array == NULL)
		list->columns = columns_new(headings);
	query_links_reciprocal(list->query, reciprocal_row, list);
	if (list->array != NULL)
		print_json(list, "pairs");
	if (list->columns == NULL)
		return CMD_OK;
	if (list->rows > 0)
		columns_print(list->columns, stdout);
	else
		puts(list->pairs > 0 ?
		    _("portals and their members all link to each other") :
		    _("there is no portal that has members: zqhub site set "
		    "CODE --kind portal says which site is one"));
	return CMD_OK;
}

/* --- the table ------------------------------------------------------------ */

static int
run_to(struct cmd_line *l)
{
	return ask(l, links_to_word);
}

static int
run_from(struct cmd_line *l)
{
	return ask(l, links_from_word);
}

static int
run_broken(struct cmd_line *l)
{
	return ask(l, links_broken_now);
}

static int
run_reciprocal(struct cmd_line *l)
{
	return ask(l, links_both);
}

#define OPTION_SITE { "site", "CODE", N_("only on pages of this site"), false }
#define OPTION_CSV { "csv", NULL, N_("a table for a spreadsheet"), false }, \
	{ "bom", NULL, N_("with --csv: a byte order mark first; Excel needs " \
	  "it for Chinese"), false }

const struct cmd cmd_links_list[] = {
	{ .name = "links to", .words = "URL|PREFIX|DOMAIN", .least = 1,
	  .most = 1, .json = true, .run = run_to,
	  .about = N_("list the pages of the cluster that link there"),
	  .more = N_("What ends in a slash is all that is below it; a host "
	    "name alone, all of that\ndomain and below it. A link that many "
	    "pages of a site have at the same place\nstands once, with the "
	    "number of those pages and one of them for example. Of each\n"
	    "site the first three pages that link to an address are shown, "
	    "and how many more\nthere are."),
	  .examples = "links to https://www.zhengzhou.gov.cn/2026/1.html\n"
	    "links to https://www.zhengzhou.gov.cn/zwgk/ --limit 100\n"
	    "links to gov.cn --site 4101000001 --csv",
	  .option = {
	    OPTION_SITE,
	    { "exact", NULL, N_("only this address, though it ends in a "
	      "slash"), false },
	    { "limit", "N", N_("rows: 1000"), false },
	    { "skip", "N", N_("leave out the first N rows"), false },
	    { "all", NULL, N_("all pages, not three of each site"), false },
	    OPTION_CSV,
	  } },
	{ .name = "links from", .words = "URL|ID", .least = 1, .most = 1,
	  .json = true, .run = run_from,
	  .about = N_("list the links of a page, and what became of each"),
	  .examples = "links from https://www.zhengzhou.gov.cn/\n"
	    "links from 1234 --json",
	  .option = { OPTION_CSV } },
	{ .name = "links broken", .words = "", .json = true,
	  .run = run_broken,
	  .about = N_("list what is linked to and known to be gone"),
	  .more = N_("Only what the site it is of has told: that it took it "
	    "away, that it covers all of\nthat and never had it, or that it "
	    "moved to where nothing is. With --csv each link is\na row, "
	    "with its page and line, for those who mend it."),
	  .examples = "links broken\n"
	    "links broken --site 4101000001 --csv",
	  .option = {
	    OPTION_SITE,
	    { "limit", "N", N_("rows: 1000"), false },
	    { "after", "URL", N_("the rows after this one"), false },
	    OPTION_CSV,
	  } },
	{ .name = "links reciprocal", .words = "", .json = true,
	  .run = run_reciprocal,
	  .about = N_("list portals and member sites that lack a link to "
	    "each other"),
	  .examples = "links reciprocal --csv",
	  .option = {
	    { "all", NULL, N_("also those that have both"), false },
	    OPTION_CSV,
	  } },
	{ .name = NULL },
};
