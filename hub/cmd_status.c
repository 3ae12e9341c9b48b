/*
 * zqhub status, config: how the cluster stands, how the hub is set.
 */
#include "hub/cmd.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "contrib/base/clock.h"
#include "contrib/base/lang.h"
#include "contrib/base/units.h"
#include "hub/advice.h"
#include "hub/columns.h"
#include "hub/errand.h"
#include "hub/json.h"
#include "hub/lost.h"

#define SITES_MAX 100000		/* that are named at a time */

struct status {
	int64_t now;
	json_t *array;			/* or */
	struct columns *columns;
	size_t rows, sites, in_sync;	/* retired ones are rows only */
	bool bereft;			/* none is known, and some were */
};

static void
put_ago(struct columns *c, int64_t now, int64_t when)
{
	char span[CLOCK_TEXT_MAX], text[CLOCK_TEXT_MAX + 16];

	if (when == CLOCK_NONE || when == 0) {
		columns_put(c, SPAN("-"));
		return;
	}
	snprintf(text, sizeof(text), _("%s ago"),
	    clock_span(span, when < now ? now - when : 0));
	columns_put(c, span_of(text));
}

static void
put_skew(struct columns *c, int64_t skew)
{
	char span[CLOCK_TEXT_MAX], text[CLOCK_TEXT_MAX + 2];
	int64_t far = skew < 0 ? -skew : skew;

	if (far <= 5000) {	/* R22: shown from here on */
		columns_put(c, SPAN(""));
		return;
	}
	snprintf(text, sizeof(text), "%s%s", skew < 0 ? "-" : "+",
	    clock_span(span, far));
	columns_put(c, span_of(text));
}

static double
missed_share(const struct site_info *s)
{
	uint64_t of = s->changes > s->missed ? s->changes : s->missed;

	return (double)s->missed * 100 / (double)of;
}

/* What push didn't bring, of all that was told: 3 (0.01%). Two digits of the
 * share are enough, and never a power of ten. */
static void
put_missed(struct columns *c, const struct site_info *s)
{
	char text[64];

	if (s->missed == 0)
		snprintf(text, sizeof(text), "%s", s->compares > 0 ? "0" :
		    "-");
	else if (missed_share(s) < 0.001)
		snprintf(text, sizeof(text), "%" PRIu64 " (<0.001%%)",
		    s->missed);
	else
		snprintf(text, sizeof(text), missed_share(s) < 9.95 ?
		    "%" PRIu64 " (%.2g%%)" : "%" PRIu64 " (%.0f%%)",
		    s->missed, missed_share(s));
	columns_put(c, span_of(text));
}

static void
put_advice(struct columns *c, const struct site_info *s)
{
	struct buf what;

	buf_init(&what, ADVICE_MAX);
	advice_put(&what, s);
	columns_put(c, buf_look(&what));
	buf_clear(&what);
}

static bool
site_row(void *arg, const struct site_info *s)
{
	struct status *st = arg;
	struct columns *c = st->columns;

	st->rows++;
	st->sites += s->state != SITE_RETIRED;
	st->in_sync += s->state == SITE_SYNC;
	if (st->array != NULL) {
		json_array_append_new(st->array, json_site(s));
		return true;
	}
	columns_put(c, span_of(_(site_state_name(s->state))));
	columns_put(c, span_of(s->code));
	columns_put(c, s->name);
	put_ago(c, st->now, s->heard);
	put_skew(c, s->skew);
	columns_number(c, s->taken);
	columns_number(c, s->head > s->taken ? s->head - s->taken : 0);
	columns_number(c, s->items);
	columns_number(c, s->held);
	put_ago(c, st->now, s->synced);
	put_missed(c, s);
	put_advice(c, s);
	return true;
}

/* NULL: it doesn't run, or can't be asked; then `trouble` says why. */
static json_t *
ask_daemon(const struct cmd_line *l, struct buf *trouble)
{
	struct buf hint;
	json_t *about;

	buf_init(&hint, 4096);
	about = errand_daemon(l->config, json_pack("{s:s}", "do", "ping"),
	    NULL, NULL, trouble, &hint);
	buf_clear(&hint);
	return about;
}

/* The daemon can't take anything: no site is as well as it looks. */
static bool
is_full(const json_t *about)
{
	return json_is_true(json_object_get(about, "disk_full"));
}

static void
print_daemon(const json_t *about, const struct buf *trouble)
{
	char span[CLOCK_TEXT_MAX];

	if (about == NULL && trouble->n > 0)
		printf(_("daemon: cannot be asked: %s\n"),
		    buf_cstr(trouble));
	else if (about == NULL)
		printf(_("daemon: not running: what is here is what was "
		    "known last; agents keep what\n        they have to "
		    "say\n"));
	else
		printf(_("daemon: running for %s, version %s%s\n"),
		    clock_span(span, json_integer_value(
		    json_object_get(about, "uptime_ms"))),
		    json_string_value(json_object_get(about, "version")),
		    json_is_true(json_object_get(about, "rebuilding")) ?
		    _(", rebuilding its view") : "");
	if (is_full(about))
		printf(_("daemon: the disk is full, or store_most is reached: "
		    "nothing is taken\n        until there is space; agents "
		    "keep what they have to say\n"));
}

static void
print_totals(const struct totals *t)
{
	char journal[UNITS_TEXT_MAX], view[UNITS_TEXT_MAX];

	printf(_("items:  %" PRIu64 " shown, %" PRIu64 " withdrawn, %" PRIu64
	    " held\n"), t->items, t->withdrawn, t->held);
	printf(_("store:  journal at %" PRIu64 " (%s), view at %"
	    PRIu64 " (%s)"), t->journal_place,
	    units_show_bytes(journal, t->journal_bytes), t->view_place,
	    units_show_bytes(view, t->view_bytes));
	if (t->view_place < t->journal_place)
		printf(_(": %" PRIu64 " entries are not shown yet"),
		    t->journal_place - t->view_place);
	putchar('\n');
}

static void
print_status(const struct status *st, const json_t *about,
    const struct buf *trouble, const struct totals *t)
{
	columns_print(st->columns, stdout);
	if (st->rows > 0)
		putchar('\n');
	printf(_("sites:  %zu, %zu of them in sync\n"), st->sites,
	    st->in_sync);
	print_totals(t);
	print_daemon(about, trouble);
	if (st->bereft)
		printf("%s\n", lost_text());
}

static void
json_status(const struct status *st, json_t *about, const struct totals *t,
    bool good)
{
	json_t *whole = json_pack("{s:o, s:o, s:b}", "sites", st->array,
	    "totals", json_totals(t), "in_sync", good);

	if (about != NULL)
		json_object_set(whole, "daemon", about);
	cmd_json(whole);
}

static int
run_status(struct cmd_line *l)
{
	static const char *const headings[] = { N_("STATE"), N_("CODE"),
		N_("NAME"), N_("HEARD"), N_("SKEW"), N_("SEQ"),
		N_("LAG"), N_("ITEMS"), N_("HELD"), N_("PROVEN"),
		N_("MISSED"), "", NULL };
	struct status st = { .now = clock_wall() };
	struct store *s = cmd_store(l);
	struct totals t;
	struct query *q;
	struct buf trouble;
	json_t *about;
	bool good;

	if (s == NULL)
		return CMD_NO;
	buf_init(&trouble, 4096);
	about = ask_daemon(l, &trouble);
	if (about == NULL)
		store_unheard(s);
	if (l->json)
		st.array = json_array();
	else
		st.columns = columns_new(headings);
	q = query_begin(s);
	query_totals(q, &t);
	query_sites(q, site_row, &st);
	st.bereft = st.rows == 0 && lost_is_noted(l->config->dir);
	good = !st.bereft && about != NULL && !is_full(about) &&
	    st.in_sync == st.sites;
	if (l->json)
		json_status(&st, about, &t, good);
	else
		print_status(&st, about, &trouble, &t);
	query_end(q);
	store_close(s);
	columns_free(st.columns);
	json_decref(about);
	buf_clear(&trouble);
	return good ? CMD_OK : CMD_NO;
}

/* --- config --------------------------------------------------------------- */

static int
run_config(struct cmd_line *l)
{
	struct buf b;

	buf_init(&b, CONFIG_PRINT_MAX);
	if (cmd_flag(l, "example"))
		config_example(&b);
	else if (cmd_flag(l, "manual"))
		config_manual(&b, "");
	else
		config_print(&b, l->config);
	fputs(buf_cstr(&b), stdout);
	buf_clear(&b);
	return CMD_OK;
}

const struct cmd cmd_status_list[] = {
	{ .name = "status", .words = "", .json = true, .run = run_status,
	  .about = N_("say how each site stands; exit 1 if one is not in "
	    "sync"),
	  .more = N_("States: sync (heard lately, and all it told is shown), "
	    "behind, silent,\nheld, trouble (its agent can't read or tell all "
	    "there is), blocked,\nquarantined, retired, new (not yet "
	    "enrolled); the last column says\nwhat to do. Exit 1 as well if "
	    "the daemon does not run or answer: then\nnobody is heard.\n\n"
	    "PROVEN is when index and site were "
	    "last found to have exactly the same; MISSED\nhow many changes "
	    "had to be found that way, because push did not bring them (of\n"
	    "all that the site told). See zqhub prove."),
	  .examples = "status\nstatus --json | jq .in_sync" },
	{ .name = "prove", .words = "[CODE…]", .most = SITES_MAX,
	  .json = true, .run = cmd_reconcile,
	  .about = N_("prove that the index has exactly what the sites "
	    "have; exit 1 if not"),
	  .more = N_("Each agent is asked to compare; all sites, unless some "
	    "are named. What\ndiffers is listed (missing: only the site has "
	    "it; extra: only the index;\ndiffers: in another state; held: "
	    "what is newest of it is held, see zqhub\nheld), and repaired by "
	    "the agent without further ado: prove it again then.\nWhat is "
	    "missing, extra or in another state is counted as MISSED in "
	    "zqhub\nstatus. Exit 1 as well if a site gives no answer, or "
	    "can't be asked."),
	  .examples = "prove\nprove 4101000001 --wait 60",
	  .option = {
	    { "wait", "SECONDS", N_("for answers, 1 to 3600; 30 unless "
	      "given"), false },
	  } },
	{ .name = "config", .words = "", .run = run_config,
	  .about = N_("print the settings in force"),
	  .examples = "config\nconfig --example > hub.conf.example",
	  .option = {
	    { "example", NULL, N_("a commented file with all settings, "
	      "instead"), false },
	    { "manual", NULL, N_("the settings as mdoc(7), instead"),
	      false },
	  } },
	{ .name = NULL },
};
