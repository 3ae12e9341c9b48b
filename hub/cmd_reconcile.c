/*
 * zqhub prove: is the index exactly what the sites have? Asked of their
 * agents, through the daemon; told as the answers come.
 */
#include "hub/cmd.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "contrib/base/clock.h"
#include "contrib/base/json_text.h"
#include "contrib/base/lang.h"
#include "contrib/base/text.h"
#include "hub/errand.h"
#include "hub/prove_calls.h"

#define TROUBLE_MAX 65536
#define CODE_WIDTH 12		/* columns, as codes mostly are */

struct hearing {
	json_t *sites;		/* --json: what is said of each, by its
				 * code; else NULL, and it is printed */
};

static json_int_t
number_of(const json_t *o, const char *name)
{
	return json_integer_value(json_object_get(o, name));
}

/* --- printed -------------------------------------------------------------- */

/* A site's own words: without what could drive a terminal. */
static void
put_text(struct buf *b, struct span s)
{
	text_plain(b, s);
}

static void
put_same(struct buf *b, const json_t *site)
{
	int64_t kept = (int64_t)number_of(site, "kept");

	buf_printf(b, _("proven: %" PRId64 " items, up to change %" PRId64),
	    (int64_t)number_of(site, "items"),
	    (int64_t)number_of(site, "seq"));
	if (kept > 0)
		buf_printf(b, ngettext("; %" PRId64 " of them is kept: its "
		    "withdrawal was refused here", "; %" PRId64 " of them are "
		    "kept: their withdrawal was refused here",
		    (unsigned long)kept), kept);
}

static void
put_differs(struct buf *b, const json_t *site)
{
	buf_printf(b, _("DIFFERS: %" PRId64 " missing, %" PRId64 " extra, %"
	    PRId64 " in another state, %" PRId64 " held"),
	    (int64_t)number_of(site, "missing"),
	    (int64_t)number_of(site, "extra"),
	    (int64_t)number_of(site, "differs"),
	    (int64_t)number_of(site, "held"));
	if (json_is_true(json_object_get(site, "cut")))
		buf_text(b, _(" (not all are listed)"));
}

static void
put_silent(struct buf *b, const json_t *site)
{
	const json_t *heard = json_object_get(site, "heard_ms");
	char span[CLOCK_TEXT_MAX];

	buf_text(b, _("no answer"));
	if (json_is_integer(heard) && json_integer_value(heard) >= 0)
		buf_printf(b, _(" (last heard %s ago)"),
		    clock_span(span, json_integer_value(heard)));
}

static void
print_site(const json_t *site)
{
	const char *outcome = json_text(site, "outcome");
	const char *why = json_text(site, "why");
	struct buf line;

	buf_init(&line, TROUBLE_MAX);
	text_pad(&line, span_of(json_text(site, "code")), CODE_WIDTH);
	if (strcmp(outcome, "same") == 0)
		put_same(&line, site);
	else if (strcmp(outcome, "differs") == 0)
		put_differs(&line, site);
	else if (strcmp(outcome, "no answer") == 0)
		put_silent(&line, site);
	else if (strcmp(outcome, "trouble") == 0)
		buf_text(&line, _("its agent can't"));
	else
		buf_text(&line, _("not asked"));
	if (why[0] != '\0') {
		buf_text(&line, ": ");
		put_text(&line, span_of(why));
	}
	cmd_progress_end();
	printf("%s\n", buf_cstr(&line));
	fflush(stdout);
	buf_clear(&line);
}

static void
print_item(const json_t *item)
{
	const char *url = json_text(item, "url"), *id = json_text(item, "id");
	const char *title = json_text(item, "title");
	struct buf line;

	buf_init(&line, TROUBLE_MAX);
	buf_text(&line, "    ");
	text_pad(&line, span_of(_(json_text(item, "kind"))), 8);
	buf_byte(&line, ' ');
	put_text(&line, span_of(url[0] != '\0' ? url : id));
	if (title[0] != '\0') {
		buf_text(&line, "  ");
		put_text(&line, span_of(title));
	}
	if (json_text(item, "why")[0] != '\0') {
		buf_text(&line, ": ");
		put_text(&line, span_of(json_text(item, "why")));
	}
	printf("%s\n", buf_cstr(&line));
	buf_clear(&line);
}

/* --- heard ---------------------------------------------------------------- */

static void
keep_items(const struct hearing *h, const char *code, json_t *items)
{
	json_t *site = json_object_get(h->sites, code), *list;

	if (site == NULL)
		return;
	list = json_object_get(site, "differing");
	if (list == NULL) {
		list = json_array();
		json_object_set_new(site, "differing", list);
	}
	json_array_extend(list, items);
}

static void
on_heard(void *arg, json_t *line)
{
	static char what[] = "zqhub prove";
	struct hearing *h = arg;
	json_t *site = json_object_get(line, "site"), *one;
	json_t *items = json_object_get(line, "items");
	size_t i;

	if (site != NULL && h->sites != NULL) {
		json_object_set(h->sites, json_text(site, "code"), site);
	} else if (site != NULL) {
		print_site(site);
	} else if (items != NULL && h->sites != NULL) {
		keep_items(h, json_text(line, "code"), items);
	} else if (items != NULL) {
		json_array_foreach(items, i, one)
			print_item(one);
	} else {
		cmd_progress(what, (uint64_t)number_of(line, "done"),
		    (uint64_t)number_of(line, "of"));
	}
}

/* --- asked ---------------------------------------------------------------- */

static json_t *
question(const struct cmd_line *l, uint64_t seconds)
{
	json_t *codes = json_array();

	for (size_t i = 0; i < l->words; i++)
		json_array_append_new(codes, json_string(l->word[i]));
	return json_pack("{s:s, s:o, s:I}", "do", "prove-sync",
	    "codes", codes, "wait", (json_int_t)seconds * 1000);
}

static void
print_end(const json_t *result)
{
	int64_t sites = number_of(result, "sites");

	printf(ngettext("%" PRId64 " site: ", "%" PRId64 " sites: ",
	    (unsigned long)sites), sites);
	printf(_("%" PRId64 " proven to be in sync, %" PRId64 " differ, %"
	    PRId64 " gave no answer, %" PRId64 " not asked\n"),
	    (int64_t)number_of(result, "same"),
	    (int64_t)number_of(result, "differs"),
	    (int64_t)number_of(result, "silent"),
	    (int64_t)number_of(result, "unasked"));
}

static json_t *
as_list(json_t *sites)
{
	json_t *list = json_array(), *one;
	const char *code;

	json_object_foreach(sites, code, one)
		json_array_append(list, one);
	return list;
}

static int
finish(struct hearing *h, json_t *result)
{
	bool good = number_of(result, "same") == number_of(result, "sites");

	if (number_of(result, "sites") == 0) {
		good = false;
		cmd_fail(_("zqhub site add lets the first one in"),
		    _("no sites: there is nothing to prove"));
	}
	if (h->sites == NULL) {
		print_end(result);
		json_decref(result);
		return good ? CMD_OK : CMD_NO;
	}
	json_object_set_new(result, "in_sync", json_boolean(good));
	json_object_set(result, "counts", json_object_get(result, "sites"));
	json_object_set_new(result, "sites", as_list(h->sites));
	cmd_json(result);
	return good ? CMD_OK : CMD_NO;
}

static int
say_trouble(const struct cmd_line *l, const struct buf *error,
    const struct buf *hint)
{
	char start[CMD_HINT_MAX];

	if (error->n > 0)
		return cmd_fail(buf_cstr(hint), "%s", buf_cstr(error));
	cmd_start_hint(l, start);
	return cmd_fail(start, _("the daemon does not run: nothing can be "
	    "proven without it, for it is the agents who are asked"));
}

int
cmd_reconcile(struct cmd_line *l)
{
	struct hearing h = { .sites = NULL };
	struct buf error, hint;
	uint64_t seconds;
	json_t *result;
	int code;

	if (!cmd_number(l, "wait", 1, PROVE_CALLS_WAIT_MOST / 1000,
	    PROVE_CALLS_WAIT / 1000, &seconds))
		return CMD_USAGE;
	if (l->json)
		h.sites = json_object();
	buf_init(&error, TROUBLE_MAX);
	buf_init(&hint, TROUBLE_MAX);
	result = errand_hear(l->config, question(l, seconds), on_heard, &h,
	    &error, &hint);
	cmd_progress_end();
	code = result != NULL ? finish(&h, result) :
	    say_trouble(l, &error, &hint);
	json_decref(h.sites);
	buf_clear(&error);
	buf_clear(&hint);
	return code;
}
