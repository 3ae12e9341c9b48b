/*
 * zqhub search, item, held: questions to the index.
 */
#include "hub/cmd.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "contrib/base/clock.h"
#include "contrib/base/lang.h"
#include "contrib/base/text.h"
#include "hub/cmd_fact.h"
#include "hub/cmd_text.h"
#include "hub/columns.h"
#include "hub/json.h"
#include "protocol/url.h"

#define PAST_SHOWN 20		/* changes of an item, unless all are asked for */

/* What listings share: one moment of the store, and where rows go. */
struct listing {
	struct query *query;
	struct columns *columns;	/* or */
	json_t *array;
	struct site_info site;		/* the last one asked for */
	size_t left, older;		/* rows to show; those that aren't */
};

static const char *
code_of(struct listing *l, uint32_t number)
{
	if (l->site.number != number &&
	    !query_site_by_number(l->query, number, &l->site))
		return "-";
	return l->site.code;
}

static struct span
shown_url(struct buf *b, struct span url)
{
	buf_reset(b);
	url_show(b, url);
	return buf_look(b);
}

static void
put_url(struct columns *c, struct span url)
{
	struct buf b;

	buf_init(&b, 16384);
	columns_put(c, shown_url(&b, url));
	buf_clear(&b);
}

/* --- search --------------------------------------------------------------- */

static bool
found(void *arg, const struct item_info *i)
{
	struct listing *l = arg;
	char date[CLOCK_TEXT_MAX];

	if (l->array != NULL) {
		json_array_append_new(l->array,
		    json_item(i, code_of(l, i->site)));
		return true;
	}
	clock_show(date, i->date);
	columns_put(l->columns, (struct span){ date,
	    strnlen(date, strlen("2026-11-21 09:30")) });
	columns_put(l->columns, span_of(code_of(l, i->site)));
	columns_put(l->columns, i->said.word[WORD_TITLE].n > 0 ?
	    i->said.word[WORD_TITLE] : SPAN("-"));
	put_url(l->columns, i->said.url);
	return true;
}

static bool
read_spec(struct cmd_line *l, struct query *q, struct query_spec *spec)
{
	uint64_t limit;
	const char *after = cmd_value(l, "after");
	const char *column = cmd_value(l, "column");

	*spec = (struct query_spec){
		.phrase = l->words > 0 ? span_of(l->word[0]) : SPAN_NONE,
		.column = span_of(column), .after = span_of(after),
		.withdrawn = cmd_flag(l, "withdrawn"),
	};
	if (!cmd_number(l, "limit", 1, QUERY_LIMIT, 20, &limit) ||
	    !cmd_time(l, "since", false, &spec->since) ||
	    !cmd_time(l, "until", true, &spec->until) ||
	    !cmd_site_option(l, q, &spec->site))
		return false;
	spec->limit = (size_t)limit;
	return true;
}

static void
print_found(const struct listing *l, const struct query_page *page)
{
	columns_print(l->columns, stdout);
	printf(page->exact ? _("%" PRIu64 " found") :
	    _("at least %" PRIu64 " found"), page->total);
	if (page->next[0] != '\0')
		printf(_("; the next page: --after %s"), page->next);
	putchar('\n');
}

static int
search(struct cmd_line *l, struct listing *list)
{
	static const char *const headings[] = { N_("DATE"), N_("SITE"),
		N_("TITLE"), N_("URL"), NULL };
	struct query_page page = { .shown = 0 };
	struct query_spec spec;
	json_t *whole;

	if (!read_spec(l, list->query, &spec))
		return CMD_USAGE;
	if (l->json)
		list->array = json_array();
	else
		list->columns = columns_new(headings);
	query_items(list->query, &spec, found, list, &page);
	if (page.error != NULL) {
		json_decref(list->array);
		columns_free(list->columns);
		return cmd_fail(NULL, "%s", page.error);
	}
	if (l->json) {
		whole = json_pack("{s:o}", "items", list->array);
		json_page(whole, &page);
		cmd_json(whole);
	} else {
		print_found(list, &page);
		columns_free(list->columns);
	}
	return CMD_OK;
}

/* --- one item ------------------------------------------------------------- */

static void
print_item(struct listing *l, const struct item_info *i)
{
	struct site_info s;

	cmd_fact_number(_("item"), i->number);
	cmd_fact_url(_("address"), i->said.url);
	if (query_site_by_number(l->query, i->site, &s)) {
		cmd_fact(_("site"), span_of(s.code));
		cmd_fact("", s.name);
	}
	cmd_fact(_("state"), span_of(i->withdrawn ? _("withdrawn") :
	    _("shown")));
	cmd_fact(_("id at the site"), i->said.id);
	for (int w = 0; w < WORD_COUNT; w++)
		cmd_fact(_(change_word_name((enum change_word)w)),
		    i->said.word[w]);
	cmd_fact_time(_("published"), i->said.published);
	cmd_fact_time(_("modified"), i->said.modified);
	cmd_fact(_("type"), i->said.type);
}

static bool
past_row(void *arg, const struct past *p)
{
	struct listing *l = arg;

	if (l->array != NULL) {
		json_array_append_new(l->array, json_past(p));
		return true;
	}
	if (l->left == 0) {
		l->older++;
		return true;
	}
	l->left--;
	columns_number(l->columns, p->place);
	columns_put(l->columns, span_of(_(change_kind_name(p->said.kind))));
	columns_time(l->columns, p->said.when);
	columns_time(l->columns, p->taken);
	columns_time(l->columns, p->shown);
	columns_put(l->columns, p->said.kind == CHANGE_DELETED ?
	    p->said.word[WORD_REASON] : p->said.word[WORD_TITLE]);
	return true;
}

/* Some pages change every minute: the newest, unless all are asked for. */
static void
print_past(struct listing *l, const struct item_info *i, bool all)
{
	static const char *const headings[] = { N_("PLACE"), N_("CHANGE"),
		N_("AT THE SITE"), N_("TAKEN"), N_("SHOWN"), N_("TITLE"),
		NULL };

	printf("\n");
	l->columns = columns_new(headings);
	l->left = all ? SIZE_MAX : PAST_SHOWN;
	query_past(l->query, i->number, past_row, l);
	columns_print(l->columns, stdout);
	columns_free(l->columns);
	if (l->older > 0)
		printf(ngettext("… %zu older: --all\n", "… %zu older: "
		    "--all\n", (unsigned long)l->older), l->older);
}

/* Addresses may be written as they are read. */
static bool
find_item(struct query *q, const char *name, struct item_info *i)
{
	struct buf url;
	bool good;

	buf_init(&url, 16384);
	good = url_normal(&url, span_of(name), NULL) &&
	    query_item(q, buf_look(&url), i);
	buf_clear(&url);
	return good || query_item(q, span_of(name), i);
}

static int
item(struct cmd_line *l, struct listing *list)
{
	struct item_info i;
	json_t *whole;

	if (!find_item(list->query, l->word[0], &i))
		return cmd_fail(_("give its address, its number, or CODE:ID "
		    "with the site's own id"),
		    _("there is no item %s"), l->word[0]);
	if (!l->json) {
		print_item(list, &i);
		print_past(list, &i, cmd_flag(l, "all"));
		return CMD_OK;
	}
	whole = json_item(&i, code_of(list, i.site));
	list->array = json_array();
	query_past(list->query, i.number, past_row, list);
	json_object_set_new(whole, "history", list->array);
	cmd_json(whole);
	return CMD_OK;
}

/* --- held ----------------------------------------------------------------- */

static bool
held_row(void *arg, const struct held *h)
{
	struct listing *l = arg;

	if (l->array != NULL) {
		json_array_append_new(l->array,
		    json_held(h, code_of(l, h->site)));
		return true;
	}
	columns_number(l->columns, h->place);
	columns_time(l->columns, h->taken);
	columns_put(l->columns, span_of(code_of(l, h->site)));
	columns_put(l->columns, span_of(_(change_kind_name(h->said.kind))));
	put_url(l->columns, h->said.url);
	cmd_text_reason(l->columns, h->why);
	return true;
}

static int
held(struct cmd_line *l, struct listing *list)
{
	static const char *const headings[] = { N_("PLACE"), N_("TAKEN"),
		N_("SITE"), N_("CHANGE"), N_("URL"), N_("WHY"), NULL };
	uint64_t limit;
	uint32_t site;

	if (!cmd_number(l, "limit", 1, 100000, 100, &limit) ||
	    !cmd_site_option(l, list->query, &site))
		return CMD_USAGE;
	if (l->json) {
		list->array = json_array();
		query_held(list->query, site, (size_t)limit, held_row, list);
		cmd_json_list("held", list->array);
		return CMD_OK;
	}
	list->columns = columns_new(headings);
	query_held(list->query, site, (size_t)limit, held_row, list);
	columns_print(list->columns, stdout);
	columns_free(list->columns);
	return CMD_OK;
}

/* --- each in one moment of the store -------------------------------------- */

static int
ask(struct cmd_line *l, int (*question)(struct cmd_line *, struct listing *))
{
	struct listing list = { .query = NULL };
	struct store *s = cmd_store(l);
	int code;

	if (s == NULL)
		return CMD_NO;
	list.query = query_begin(s);
	code = question(l, &list);
	query_end(list.query);
	store_close(s);
	return code;
}

static int
run_search(struct cmd_line *l)
{
	return ask(l, search);
}

static int
run_item(struct cmd_line *l)
{
	return ask(l, item);
}

static int
run_held(struct cmd_line *l)
{
	return ask(l, held);
}

const struct cmd cmd_search_list[] = {
	{ .name = "search", .words = "[PHRASE]", .most = 1, .json = true,
	  .run = run_search,
	  .about = N_("find items by words, newest first"),
	  .more = N_("Title, keywords and description are searched. Han "
	    "characters are found exactly\nwhere they stand side by side; "
	    "Latin letters and digits match whole words;\nwidth and case "
	    "don't matter. Of a phrase with blanks each part must be there.\n"
	    "Without a phrase all items are listed."),
	  .examples = "search '政务公开'\n"
	    "search '冬季供暖' --site 4101000001 --since 2026-10-01\n"
	    "search --column '通知公告' --limit 100",
	  .option = {
	    { "site", "CODE", N_("only of this site"), false },
	    { "column", "NAME", N_("only of this column"), false },
	    { "since", "DATE", N_("from this date on"), false },
	    { "until", "DATE", N_("up to this date, itself included"),
	      false },
	    { "limit", "N", N_("rows on a page: 20, at most 200"), false },
	    { "after", "CURSOR", N_("the page after the one that gave it"),
	      false },
	    { "withdrawn", NULL, N_("what was withdrawn, instead"), false },
	  } },
	{ .name = "item", .words = "URL|ID", .least = 1, .most = 1,
	  .json = true, .run = run_item,
	  .about = N_("show all that is known of one item, with its history"),
	  .examples = "item https://www.zhengzhou.gov.cn/2026/1.html\n"
	    "item 1234\nitem 4101000001:2026/1.html",
	  .option = {
	    { "all", NULL, N_("the whole history, not its newest 20 changes "
	      "(--json has all)"), false },
	  } },
	{ .name = "held", .words = "", .json = true, .run = run_held,
	  .about = N_("list changes that were taken and are not shown, with "
	    "the reason"),
	  .more = N_("zqhub held dismiss takes something out of the list."),
	  .examples = "held --site 4101000001",
	  .option = {
	    { "site", "CODE", N_("only of this site"), false },
	    { "limit", "N", N_("newest N: 100"), false },
	  } },
	{ .name = "held dismiss", .words = "[PLACE]", .most = 1,
	  .json = true, .run = cmd_held_dismiss,
	  .about = N_("take what is held out of the list, unshown"),
	  .more = N_("What a site says better later leaves the list by "
	    "itself; this is for the rest,\nsuch as what could not be read. "
	    "It stays in the journal, and its site may\nsay it again. Give "
	    "a place of the list, or a site for all that is held of it."),
	  .examples = "held dismiss 4711 --reason '测试数据'\n"
	    "held dismiss --site 4101000001 --reason '旧系统误发'",
	  .option = {
	    { "reason", "R", N_("why; kept in the journal"), true },
	    { "site", "CODE", N_("all that is held of this site"), false },
	  } },
	{ .name = NULL },
};
