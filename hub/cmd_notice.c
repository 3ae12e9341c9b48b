/*
 * zqhub notice …: outages, maintenance and closings that are announced, by
 * sites or for them. And zqhub states: how a site was.
 */
#include "hub/cmd.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "contrib/base/clock.h"
#include "contrib/base/lang.h"
#include "contrib/base/text.h"
#include "hub/cmd_fact.h"
#include "hub/cmd_notice_said.h"
#include "hub/cmd_query.h"
#include "hub/cmd_told.h"
#include "hub/columns.h"
#include "hub/elsewhere.h"
#include "hub/query_home.h"
#include "hub/query_notice.h"

#define LISTED 1000		/* notices, of one list */
#define OTHERS_MAX 4096		/* bytes about what others saw */

/* --- listing ------------------------------------------------------------- */

static const char *
word_of(const struct notice_info *i)
{
	if (notice_is_open(&i->notice))
		return notice_phase_word(i->phase);
	return i->notice.state == NOTICE_RESOLVED ? _("resolved") :
	    i->notice.state == NOTICE_WITHDRAWN ? _("withdrawn") :
	    _("over");
}

static bool
list_one(void *arg, const struct notice_info *i)
{
	const struct notice *n = &i->notice;
	struct cmd_rows *r = arg;
	struct buf words;

	if (r->array != NULL) {
		json_array_append_new(r->array, json_notice(i));
		return true;
	}
	columns_number(r->columns, n->number);
	columns_put(r->columns, span_of(word_of(i)));
	columns_put(r->columns, span_of(notice_kind_word(n->kind)));
	columns_put(r->columns, span_of(i->code));
	columns_time(r->columns, i->has_window ? i->window.from : n->from);
	columns_time(r->columns, i->has_window ? i->window.until :
	    n->ended != CLOCK_NONE ? n->ended : n->until);
	columns_put(r->columns, n->service);
	buf_init(&words, NOTICE_TEXT + 512);
	notice_put_brief(&words, n, i->ahead);
	if (words.n > 0 && n->reason.n > 0)
		buf_text(&words, "; ");
	buf_span(&words, n->reason);
	columns_put(r->columns, buf_look(&words));
	buf_clear(&words);
	return true;
}

static void
list(const struct cmd_line *l, struct query *q, uint32_t site)
{
	static const char *const headings[] = { N_("NOTICE"), N_("STATE"),
		N_("KIND"), N_("SITE"), N_("FROM"), N_("UNTIL"),
		N_("SERVICE"), N_("REASON"), NULL };
	const struct notice_spec spec = { .site = site, .limit = LISTED,
	    .open = !cmd_flag(l, "all") };
	struct cmd_rows rows = cmd_rows_begin(l, headings);

	query_notices(q, &spec, list_one, &rows);
	cmd_rows_end(&rows, "notices");
}

static int
ask_list(struct cmd_line *l, struct query *q)
{
	uint32_t site;

	if (!cmd_site_option(l, q, &site))
		return CMD_USAGE;
	list(l, q, site);
	return CMD_OK;
}

static int
run_list(struct cmd_line *l)
{
	return cmd_query(l, ask_list);
}

/* --- one: its record ----------------------------------------------------- */

/* How it went, beside how it was announced. */
static void
show_record(const struct notice *n)
{
	char took[CLOCK_TEXT_MAX], over[CLOCK_TEXT_MAX], text[160];

	cmd_fact_time(_("ended"), n->ended);
	cmd_fact(_("ended by"), n->end_by);
	cmd_fact(_("because"), n->end_reason);
	if (n->ended == CLOCK_NONE || n->recurs.n > 0 || n->ended <= n->from)
		return;
	clock_span(took, n->ended - n->from);
	if (n->until != CLOCK_NONE && n->ended > n->until)
		snprintf(text, sizeof(text), _("%s, %s longer than "
		    "announced"), took, clock_span(over,
		    n->ended - n->until));
	else
		snprintf(text, sizeof(text), "%s", took);
	cmd_fact(_("it took"), span_of(text));
}

static void
show(const struct notice_info *i)
{
	const struct notice *n = &i->notice;
	struct buf brief;
	char text[64];

	snprintf(text, sizeof(text), "%" PRIu32 " (%s)", n->number,
	    notice_kind_word(n->kind));
	cmd_fact(_("notice"), span_of(text));
	cmd_fact(_("state"), span_of(word_of(i)));
	cmd_fact(_("site"), span_of(i->code));
	cmd_fact(_("service"), n->service);
	cmd_fact_time(_("the site is well since"), i->well);
	cmd_fact_time(_("announced"), n->announced);
	cmd_fact_time(_("from"), n->from);
	cmd_fact_time(_("until"), n->until);
	cmd_fact(_("recurs"), n->recurs);
	cmd_fact(_("time zone"), n->zone);
	if (n->recurs.n > 0 && i->has_window) {
		cmd_fact_time(i->phase == NOTICE_CURRENT ? _("now since") :
		    _("next"), i->window.from);
		cmd_fact_time(_("to"), i->window.until);
	}
	cmd_fact(_("turn to"), n->see);
	cmd_fact(_("reason"), n->reason);
	cmd_fact(_("by"), n->by);
	buf_init(&brief, 512);
	notice_put_brief(&brief, n, i->ahead);
	cmd_fact(_("but"), buf_look(&brief));
	buf_clear(&brief);
	show_record(n);
}

/* --- whom a closing concerns --------------------------------------------- */

static bool
told_row(void *arg, const struct notice_told *one)
{
	cmd_told_put(arg, one->code, &one->said, one->seen, NULL);
	return true;
}

static void
show_told(struct query *q, uint32_t number)
{
	struct cmd_told t;

	cmd_told_begin(&t, false);
	query_notice_told(q, number, told_row, &t);
	cmd_told_end(&t);
}

static bool
told_json(void *arg, const struct notice_told *one)
{
	json_array_append_new(arg, json_notice_told(one));
	return true;
}

static json_t *
json_whole(struct query *q, const struct notice_info *i)
{
	json_t *j = json_notice(i), *told = json_array();

	query_notice_told(q, i->notice.number, told_json, told);
	json_object_set_new(j, "told", told);
	return j;
}

static bool
read_number(const struct cmd_line *l, uint64_t *n)
{
	if (text_number(span_of(l->word[0]), 1, UINT32_MAX, n))
		return true;
	cmd_fail(_("zqhub notice list shows all that is announced"),
	    _("\"%s\": expected the number of a notice"), l->word[0]);
	return false;
}

static int
ask_show(struct cmd_line *l, struct query *q)
{
	struct notice_info i;
	uint64_t number;

	if (!read_number(l, &number))
		return CMD_USAGE;
	if (!query_notice(q, (uint32_t)number, &i))
		return cmd_fail(_("zqhub notice list --all shows all"),
		    _("there is no notice %" PRIu64), number);
	if (l->json) {
		cmd_json(json_whole(q, &i));
		return CMD_OK;
	}
	show(&i);
	show_told(q, i.notice.number);
	return CMD_OK;
}

static int
run_show(struct cmd_line *l)
{
	return cmd_query(l, ask_show);
}

/* --- acts ---------------------------------------------------------------- */

static int
finish(const struct cmd_line *l, json_t *said)
{
	json_t *result = cmd_act(l, said), *one;
	size_t i;

	if (result == NULL)
		return CMD_NO;
	json_array_foreach(json_object_get(result, "warnings"), i, one)
		fprintf(stderr, "zqhub: %s\n", json_string_value(one));
	if (l->json) {
		cmd_json(result);
		return CMD_OK;
	}
	cmd_notice_said(result);
	json_decref(result);
	return CMD_OK;
}

static void
set_text(const struct cmd_line *l, json_t *said, const char *option,
    const char *name)
{
	if (cmd_value(l, option) != NULL)
		json_object_set_new(said, name,
		    json_string(cmd_value(l, option)));
}

static void
set_time(json_t *said, const char *name, int64_t ms)
{
	if (ms != CLOCK_NONE)
		json_object_set_new(said, name, json_integer(ms));
}

/* The clocks of whoever types it, unless they name others. */
static void
set_zone(const struct cmd_line *l, json_t *said)
{
	const char *zone = cmd_value(l, "zone");

	if (cmd_value(l, "every") != NULL)
		json_object_set_new(said, "zone", json_string(zone != NULL ?
		    zone : "Asia/Shanghai"));
}

static int
run_announce(struct cmd_line *l)
{
	int64_t from, until;
	json_t *said;

	if (notice_kind_named(span_of(l->word[1])) == NOTICE_NONE) {
		cmd_fail(NULL, _("\"%s\": expected outage, maintenance or "
		    "closing"), l->word[1]);
		return CMD_USAGE;
	}
	if (!cmd_time(l, "from", false, &from) ||
	    !cmd_time(l, "until", true, &until))
		return CMD_USAGE;
	said = json_pack("{s:s, s:s, s:s}", "do", "notice-announce", "code",
	    l->word[0], "kind", l->word[1]);
	set_time(said, "from", from);
	set_time(said, "until", until);
	set_text(l, said, "service", "service");
	set_text(l, said, "every", "recurs");
	set_text(l, said, "see", "see");
	set_text(l, said, "reason", "reason");
	set_zone(l, said);
	return finish(l, said);
}

static int
run_end(struct cmd_line *l)
{
	uint64_t number;

	if (!read_number(l, &number))
		return CMD_USAGE;
	return finish(l, json_pack("{s:s, s:I, s:s}", "do", "notice-end",
	    "notice", (json_int_t)number, "reason",
	    cmd_value(l, "reason")));
}

/* --- states -------------------------------------------------------------- */

#define WHY_MAX 4096		/* bytes of a sentence */

struct states {
	struct cmd_rows rows;
	struct query *query;
	uint32_t site;
	size_t n;
};

/* Of the state it is in, what is known now. */
static void
put_why(struct states *s, const struct history *h)
{
	struct buf why;

	buf_init(&why, WHY_MAX);
	if (h->flapping)
		buf_text(&why, _("goes up and down: not said again until it "
		    "has come to rest"));
	else if (s->n == 0)
		query_home_cause(s->query, s->site, h->cause, &why);
	else
		buf_text(&why, monitor_sentence(h->cause));
	columns_put(s->rows.columns, buf_look(&why));
	buf_clear(&why);
}

static bool
list_state(void *arg, const struct history *h)
{
	struct states *s = arg;

	if (s->rows.array != NULL) {
		json_array_append_new(s->rows.array, json_history(h));
		return true;
	}
	columns_time(s->rows.columns, h->at);
	columns_put(s->rows.columns, span_of(monitor_state_word(h->state)));
	columns_time(s->rows.columns, h->since);
	put_why(s, h);
	s->n++;
	return true;
}

/* Who was asked for a look at it, because of what is the matter now. */
static void
print_others(struct query *q, uint32_t site)
{
	struct pulse_row p;
	struct buf b;

	if (!pulse_read(site, &p) || !elsewhere_is_of_now(&p))
		return;
	buf_init(&b, OTHERS_MAX);
	elsewhere_list(&b, q, &p);
	fputs(buf_cstr(&b), stdout);
	buf_clear(&b);
}

static int
ask_states(struct cmd_line *l, struct query *q)
{
	static const char *const headings[] = { N_("SAID"), N_("STATE"),
		N_("SINCE"), N_("WHY"), NULL };
	struct site_info s = { .number = 0 };
	struct states states = { .query = q };
	uint64_t limit;

	if (!cmd_number(l, "limit", 1, 100000, 50, &limit))
		return CMD_USAGE;
	if (strcmp(l->word[0], "hub") != 0 &&
	    !query_site_by_code(q, span_of(l->word[0]), &s))
		return cmd_fail(_("zqhub site list shows all sites"),
		    _("there is no site with the code %s"), l->word[0]);
	states.site = s.number;
	states.rows = cmd_rows_begin(l, headings);
	query_states(q, s.number, (size_t)limit, list_state, &states);
	cmd_rows_end(&states.rows, "states");
	if (!l->json)
		print_others(q, s.number);
	return CMD_OK;
}

static int
run_states(struct cmd_line *l)
{
	return cmd_query(l, ask_states);
}

/* --- the table ----------------------------------------------------------- */

#define REASON { "reason", "R", N_("why; kept for ever"), true }

const struct cmd cmd_notice_list[] = {
	{ .name = "notice list", .words = "", .json = true, .run = run_list,
	  .about = N_("list outages, maintenance and closings that are "
	    "announced"),
	  .more = N_("What is not over, newest first. To come, now, recurs; "
	    "overrun is an outage whose\nend has passed and that nobody "
	    "said is resolved; if the site is well all the same, it\nhas "
	    "ended without a word."),
	  .examples = "notice list\nnotice list --site 4101000001 --all",
	  .option = {
	    { "site", "CODE", N_("only of this site"), false },
	    { "all", NULL, N_("also what is over"), false },
	  } },
	{ .name = "notice show", .words = "NUMBER", .least = 1, .most = 1,
	  .json = true, .run = run_show,
	  .about = N_("show a notice, and how it went"),
	  .examples = "notice show 7" },
	{ .name = "notice announce", .words = "CODE KIND", .least = 2,
	  .most = 2, .json = true, .run = run_announce,
	  .about = N_("announce for a site an outage, maintenance or its "
	    "closing"),
	  .more = N_("An outage needs a reason; without --from it is now, "
	    "without --until it is open.\nMaintenance has --from and "
	    "--until, or recurs: --every. A closing has --from, and\n"
	    "--see, the site that takes its place; it is announced 30 days "
	    "ahead. A site's own\nadmin says these with zqagent say. While "
	    "the whole site is in such a window its\ntime isn't counted "
	    "against it; but not before it was announced, nor after."),
	  .examples = "notice announce 4101000001 outage --service 办事大厅 "
	    "\\\n    --until '2026-12-01 18:00' --reason '数据库故障'\n"
	    "notice announce 4101000001 maintenance --every 'sun "
	    "02:00-04:00' \\\n    --reason '例行维护'\n"
	    "notice announce 4101000001 closing --from 2027-01-15 \\\n"
	    "    --see https://www.henan.gov.cn/ --reason '并入省政府门户网站'",
	  .option = {
	    { "service", "NAME", N_("what of the site, its name, "
	      "address, or both; otherwise all of it"), false },
	    { "from", "TIME", N_("when it begins; otherwise now"), false },
	    { "until", "TIME", N_("when it ends"), false },
	    { "every", "WHEN", N_("daily 02:00-04:00; mon,wed 22:00-01:00; "
	      "monthly:1,15 02:00-04:00"), false },
	    { "zone", "ZONE", N_("of these hours; otherwise Asia/Shanghai"),
	      false },
	    { "see", "URL", N_("where to turn to; what takes its place"),
	      false },
	    REASON,
	  } },
	{ .name = "notice resolve", .words = "NUMBER", .least = 1, .most = 1,
	  .json = true, .run = run_end,
	  .about = N_("say that an outage or maintenance is over"),
	  .examples = "notice resolve 7 --reason '已恢复'",
	  .option = { REASON } },
	{ .name = "notice withdraw", .words = "NUMBER", .least = 1,
	  .most = 1, .json = true, .run = run_end,
	  .about = N_("take a notice back: it will not be"),
	  .examples = "notice withdraw 7 --reason '推迟'",
	  .option = { REASON } },
	{ .name = "states", .words = "CODE", .least = 1, .most = 1,
	  .json = true, .run = run_states,
	  .about = N_("show in which states a site was, and why"),
	  .more = N_("Newest first. The code \"hub\" is the hub itself: when "
	    "it was cut off."),
	  .examples = "states 4101000001\nstates hub",
	  .option = {
	    { "limit", "N", N_("so many; otherwise 50"), false },
	  } },
	{ .name = NULL },
};
