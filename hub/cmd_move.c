/*
 * zqhub move …: what was announced to be elsewhere, how it stands, and what
 * an operator decides. Looking at the addresses is in cmd_move_check.c.
 */
#include "hub/cmd.h"

#include <inttypes.h>
#include <stdio.h>

#include "contrib/base/clock.h"
#include "contrib/base/json_text.h"
#include "contrib/base/lang.h"
#include "contrib/base/text.h"
#include "hub/cmd_fact.h"
#include "hub/cmd_query.h"
#include "hub/cmd_text.h"
#include "hub/cmd_told.h"
#include "hub/columns.h"
#include "hub/json.h"
#include "hub/move_waits.h"
#include "hub/query_move.h"
#include "protocol/reason.h"
#include "protocol/rewrite.h"
#include "protocol/url.h"

#define LISTED 1000		/* moves, of one list */
#define ADVISED 20		/* … with what to do about them */

bool
cmd_move_number(const struct cmd_line *l, uint64_t *n)
{
	if (text_number(span_of(l->word[0]), 1, UINT32_MAX, n))
		return true;
	cmd_fail(_("zqhub move list shows all moves"), _("\"%s\": expected "
	    "the number of a move"), l->word[0]);
	return false;
}

/* --- listing ---------------------------------------------------------------------- */

struct listing {
	struct query *query;
	struct cmd_rows rows;
	int64_t steps;			/* to count links with */
	struct buf advice;		/* a line each */
	size_t waiting;
};

static void
put_address(struct columns *c, struct span url)
{
	struct buf shown;

	buf_init(&shown, 8192);
	url_show(&shown, url);
	columns_put(c, buf_look(&shown));
	buf_clear(&shown);
}

/* Pages that still link to the old addresses. */
static void
put_open(struct listing *l, const struct move *m)
{
	struct link_count n;
	char text[32];

	if (move_is_over(m->state) || l->steps <= 0) {
		columns_put(l->rows.columns, SPAN(""));
		return;
	}
	query_move_links(l->query, m, &n, &l->steps);
	columns_put(l->rows.columns, span_of(cmd_told_count(text, &n)));
}

static json_t *
json_listed(struct listing *l, const struct move_info *m)
{
	json_t *j = json_move(m);
	struct link_count n;

	if (move_is_over(m->move.state) || l->steps <= 0)
		return j;
	query_move_links(l->query, &m->move, &n, &l->steps);
	json_object_set_new(j, "referrers", json_link_count(&n));
	return j;
}

static void
note_advice(struct listing *l, const struct move_info *m)
{
	struct buf line;

	buf_init(&line, 1024);
	move_waits_advise(&line, &m->move, m->other);
	if (line.n > 0 && l->waiting++ < ADVISED)
		buf_printf(&l->advice, "%s\n", buf_cstr(&line));
	buf_clear(&line);
}

/* What is to be decided, below the table. */
static void
print_advice(struct listing *l)
{
	fputs(buf_cstr(&l->advice), stdout);
	if (l->waiting > ADVISED)
		printf(_("  … and %zu more\n"), l->waiting - ADVISED);
	buf_clear(&l->advice);
}

static bool
list_one(void *arg, const struct move_info *m)
{
	struct listing *l = arg;

	if (l->rows.array != NULL) {
		json_array_append_new(l->rows.array, json_listed(l, m));
		return true;
	}
	note_advice(l, m);
	columns_number(l->rows.columns, m->move.number);
	columns_put(l->rows.columns, span_of(_(move_state_name(m->move.state))));
	columns_put(l->rows.columns, span_of(m->code));
	columns_time(l->rows.columns, m->move.from);
	put_open(l, &m->move);
	put_address(l->rows.columns, m->move.old);
	put_address(l->rows.columns, m->move.new);
	return true;
}

/* False: said why. */
static bool
read_spec(const struct cmd_line *l, struct query *q, struct move_spec *spec)
{
	const char *code = cmd_value(l, "site");
	const char *state = cmd_value(l, "state");
	struct site_info s;

	if (code != NULL && !query_site_by_code(q, span_of(code), &s)) {
		cmd_fail(_("zqhub site list shows all sites"),
		    _("there is no site with the code %s"), code);
		return false;
	}
	spec->site = code != NULL ? s.number : 0;
	if (state != NULL)
		spec->state = move_state_of(span_of(state));
	if (state == NULL || spec->state != MOVE_NONE)
		return true;
	cmd_fail(NULL, _("--state: \"%s\": expected announced, checked, "
	    "effective, verified, closed, withdrawn, overdue, failed or "
	    "contested"), state);
	return false;
}

static void
list(const struct cmd_line *l, struct query *q, const struct move_spec *spec)
{
	static const char *const headings[] = { N_("MOVE"), N_("STATE"),
		N_("SITE"), N_("FROM"), N_("OPEN"), N_("OLD"), N_("NEW"), NULL };
	struct listing listing = { .query = q, .steps = LINKS_STEPS,
	    .rows = cmd_rows_begin(l, headings) };

	buf_init(&listing.advice, ADVISED * 1024);
	query_moves(q, spec, list_one, &listing);
	cmd_rows_end(&listing.rows, "moves");
	print_advice(&listing);
}

static int
ask_list(struct cmd_line *l, struct query *q)
{
	struct move_spec spec = { .limit = LISTED };

	if (!read_spec(l, q, &spec))
		return CMD_USAGE;
	list(l, q, &spec);
	return CMD_OK;
}

static int
run_list(struct cmd_line *l)
{
	return cmd_query(l, ask_list);
}

/* --- one -------------------------------------------------------------------------- */

static void
put_links(const struct link_count *n)
{
	char text[128];

	snprintf(text, sizeof(text), _("sites: %" PRIu64 ", pages: %" PRIu64
	    ", addresses: %" PRIu64 "%s"), n->sites, n->pages, n->targets,
	    n->exact ? "" : _(" (at least)"));
	cmd_fact(_("referrers"), span_of(text));
}

static void
put_advice(const struct move_info *info)
{
	struct buf b;

	buf_init(&b, 1024);
	move_waits_advise(&b, &info->move, info->other);
	cmd_fact(_("to do"), buf_look(&b));
	buf_clear(&b);
}

static void
show(struct query *q, const struct move_info *info)
{
	const struct move *m = &info->move;
	struct link_count n;
	char text[64];

	snprintf(text, sizeof(text), "%" PRIu32 " (%s)", m->number,
	    _(rewrite_scope_name((enum rewrite_scope)m->scope)));
	cmd_fact(_("move"), span_of(text));
	cmd_fact(_("state"), span_of(_(move_state_name(m->state))));
	cmd_fact_reason(_("why"), m->why);
	cmd_fact(_("site"), span_of(info->code));
	cmd_fact_url(_("old address"), m->old);
	cmd_fact_url(_("new address"), m->new);
	cmd_fact(_("at site"), span_of(info->other));
	cmd_fact_time(_("announced"), m->announced);
	cmd_fact_time(_("from"), m->from);
	cmd_fact_time(_("until"), m->until);
	cmd_fact(_("both ends"), span_of(!m->needs ? "" : m->agreed ?
	    _("agreed") : _("the other end has not agreed yet")));
	put_advice(info);
	cmd_fact(_("reason"), m->reason);
	cmd_fact(_("by"), m->by);
	cmd_fact_time(_("settling since"), m->settle);
	cmd_fact_time(_("checked"), m->checked);
	cmd_fact_time(m->state == MOVE_VERIFIED ? _("verified") :
	    _("looked at"), m->verified);
	if (m->looked > 0) {
		snprintf(text, sizeof(text), _("%" PRIu64 " of %" PRIu64
		    " addresses wrong"), m->wrong, m->looked);
		cmd_fact(_("last look"), span_of(text));
	}
	query_move_links(q, m, &n, NULL);
	put_links(&n);
}

/* --- whom it concerns --------------------------------------------------------------- */

static bool
told_row(void *arg, const struct move_referrer *r)
{
	cmd_told_put(arg, r->code, &r->told, r->seen, &r->open);
	return true;
}

static void
show_told(struct query *q, const struct move *m)
{
	struct cmd_told t;

	cmd_told_begin(&t, true);
	query_move_referrers(q, m, told_row, &t);
	cmd_told_end(&t);
}

static int
ask_show(struct cmd_line *l, struct query *q)
{
	struct move_info m;
	uint64_t number;

	if (!cmd_move_number(l, &number))
		return CMD_USAGE;
	if (!query_move(q, (uint32_t)number, &m))
		return cmd_fail(_("zqhub move list shows all moves"),
		    _("there is no move %" PRIu64), number);
	if (l->json) {
		cmd_json(json_move_whole(q, &m, SIZE_MAX));
		return CMD_OK;
	}
	show(q, &m);
	show_told(q, &m.move);
	return CMD_OK;
}

static int
run_show(struct cmd_line *l)
{
	return cmd_query(l, ask_show);
}

/* --- announcing ------------------------------------------------------------------- */

static long long
number_of(const json_t *o, const char *name)
{
	return json_integer_value(json_object_get(o, name));
}

static void
print_why(struct span english)
{
	struct buf text;

	buf_init(&text, 2 * MOVE_TEXT);
	reason_put(&text, english);
	puts(buf_cstr(&text));
	buf_clear(&text);
}

static void
tell(const json_t *r)
{
	const json_t *one;
	char from[CLOCK_TEXT_MAX], host[CMD_TEXT_HOST];
	char old[CMD_TEXT_URL], new[CMD_TEXT_URL];
	size_t i;

	printf(json_is_true(json_object_get(r, "dry")) ?
	    _("It would be move %lld: %s to %s\n") :
	    _("Move %lld: %s to %s\n"), number_of(r, "move"),
	    cmd_text_url(old, r, "old"), cmd_text_url(new, r, "new"));
	if (move_is_over(move_state_of(span_of(json_text(r, "state")))))
		printf("%s\n", _(json_text(r, "state")));
	else
		printf(_("%s, from %s on\n"), _(json_text(r, "state")),
		    clock_show(from, number_of(r, "from_ms")));
	if (json_text(r, "why")[0] != '\0')
		print_why(span_of(json_text(r, "why")));
	printf(_("who links there: sites: %lld, pages: %lld, addresses: "
	    "%lld\n"), number_of(r, "sites"), number_of(r, "pages"),
	    number_of(r, "targets"));
	if (json_text(r, "domain")[0] != '\0')
		printf(_("%s is the site's domain from now on\n"),
		    cmd_text_host(host, json_text_span(r, "domain")));
	json_array_foreach(json_object_get(r, "warnings"), i, one)
		fprintf(stderr, "zqhub: %s\n", json_string_value(one));
}

static int
finish(const struct cmd_line *l, json_t *said)
{
	json_t *result = cmd_act(l, said);

	if (result == NULL)
		return CMD_NO;
	if (l->json) {
		cmd_json(result);
	} else {
		tell(result);
		json_decref(result);
	}
	return CMD_OK;
}

static void
set_time(json_t *said, const char *name, int64_t ms)
{
	if (ms != CLOCK_NONE)
		json_object_set_new(said, name, json_integer(ms));
}

/* Two addresses, or a file of many. */
static bool
is_odd(const struct cmd_line *l)
{
	bool csv = cmd_value(l, "csv") != NULL;
	bool map = cmd_value(l, "nginx-map") != NULL;

	if (cmd_flag(l, "prefix") && cmd_flag(l, "domain"))
		cmd_fail(NULL, _("either --prefix or --domain"));
	else if (csv && map)
		cmd_fail(NULL, _("either --csv or --nginx-map"));
	else if (l->words != (csv || map ? 1 : 3))
		cmd_fail(NULL, _("expected CODE OLD NEW, or CODE and a file: "
		    "--csv or --nginx-map"));
	else if (cmd_value(l, "base") != NULL && !csv && !map)
		cmd_fail(NULL, _("--base is for the paths in a file"));
	else
		return false;
	return true;
}

static int
run_announce(struct cmd_line *l)
{
	bool prefix = cmd_flag(l, "prefix"), domain = cmd_flag(l, "domain");
	int64_t from, until;
	json_t *said;

	if (is_odd(l) || !cmd_time(l, "at", false, &from) ||
	    !cmd_time(l, "until", true, &until))
		return CMD_USAGE;
	if (l->words == 1)
		return cmd_move_table(l, from, until);
	said = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:b}", "do",
	    "move-announce", "code", l->word[0], "old", l->word[1], "new",
	    l->word[2], "scope", prefix ? "prefix" : domain ? "domain" :
	    "address", "reason", cmd_value(l, "reason"), "dry",
	    cmd_flag(l, "dry-run"));
	set_time(said, "from", from);
	set_time(said, "until", until);
	return finish(l, said);
}

/* --- deciding ---------------------------------------------------------------------- */

static int
decide(const struct cmd_line *l, const char *act)
{
	uint64_t number;

	if (!cmd_move_number(l, &number))
		return CMD_USAGE;
	return finish(l, json_pack("{s:s, s:I, s:s}", "do", act, "move",
	    (json_int_t)number, "reason", cmd_value(l, "reason")));
}

static int
run_agree(struct cmd_line *l)
{
	return decide(l, "move-agree");
}

static int
run_withdraw(struct cmd_line *l)
{
	return decide(l, "move-withdraw");
}

/* --- the table --------------------------------------------------------------------- */

#define REASON { "reason", "R", N_("why; the sites that link there read it"), \
	true }

const struct cmd cmd_move_list[] = {
	{ .name = "move list", .words = "", .json = true, .run = run_list,
	  .about = N_("list what was announced to be elsewhere"),
	  .more = N_("Newest first, the last thousand. States: announced, "
	    "checked (what it leads to\nwas seen), effective, verified (the "
	    "old address was seen to lead there), closed;\nwithdrawn, overdue "
	    "(its time came and it could not take effect), failed (it took\n"
	    "effect and was seen not to work), contested (it contradicts what "
	    "another says:\nmove agree or move withdraw decides)."),
	  .examples = "move list --state overdue\n"
	    "move list --site 4101000001 --json",
	  .option = {
	    { "site", "CODE", N_("only of this site"), false },
	    { "state", "STATE", N_("only in this state"), false },
	  } },
	{ .name = "move show", .words = "NUMBER", .least = 1, .most = 1,
	  .json = true, .run = run_show,
	  .about = N_("show a move, and how much links to what it moves"),
	  .examples = "move show 12" },
	{ .name = "move announce", .words = "CODE [OLD NEW]", .least = 1,
	  .most = 3, .json = true, .run = run_announce,
	  .about = N_("announce for a site that something will be elsewhere"),
	  .more = N_("One address, all below a prefix, or a whole domain. "
	    "From its time on the links of\nall sites follow it, and what is "
	    "created there is what was at the old address.\nA site's own "
	    "admin says it with zqagent say move. A new domain that is no "
	    "site's\nbecomes the site's. Many at once stand in a table or a "
	    "map of nginx, as for zqagent\nsay move: all of it is announced, "
	    "or nothing."),
	  .examples = "move announce 4101000001 "
	    "http://www.zhengzhou.gov.cn/xwzx/ \\\n"
	    "    http://www.zhengzhou.gov.cn/news/ --prefix --at 2026-12-01 "
	    "--reason '栏目改版'\n"
	    "move announce 4101000001 zz.gov.cn www.zhengzhou.gov.cn "
	    "--domain \\\n    --at 2027-03-01 --reason '域名规范' --dry-run\n"
	    "move announce 4101000001 --csv moves.csv --at 2026-12-01 "
	    "--reason '网站改版'",
	  .option = {
	    { "prefix", NULL, N_("all below OLD, which ends in a slash"),
	      false },
	    { "domain", NULL, N_("the whole host"), false },
	    { "at", "TIME", N_("when; otherwise now"), false },
	    { "until", "TIME", N_("the old address leads there so long; "
	      "otherwise for ever"), false },
	    { "csv", "FILE", N_("a table of old,new and, if need be, "
	      "scope,at,until,reason; - reads stdin"), false },
	    { "nginx-map", "FILE", N_("what stands in a map of nginx"),
	      false },
	    { "base", "URL", N_("the host of paths in a file; otherwise the "
	      "site's"), false },
	    { "dry-run", NULL, N_("only say what would come of it"), false },
	    REASON,
	  } },
	{ .name = "move agree", .words = "NUMBER", .least = 1, .most = 1,
	  .json = true, .run = run_agree,
	  .about = N_("stand for a move: as its other end, or in a contest"),
	  .more = N_("A domain moves only when both ends say so. The new "
	    "one does by being a domain of\nthe same site (site domain add), "
	    "by its own site saying the same move, by the\nsite's proof "
	    "under its /.well-known/ (move check looks), or by this.\nOf a "
	    "contested move, the one that it contradicts is withdrawn."),
	  .examples = "move agree 12 --reason '见市政府办公室函'",
	  .option = { REASON } },
	{ .name = "move withdraw", .words = "NUMBER", .least = 1, .most = 1,
	  .json = true, .run = run_withdraw,
	  .about = N_("take a move back"),
	  .more = N_("Links follow it no more. What became of the items "
	    "stays."),
	  .examples = "move withdraw 12 --reason '误报'",
	  .option = { REASON } },
	{ .name = "move check", .words = "NUMBER", .least = 1, .most = 1,
	  .json = true, .run = cmd_move_check,
	  .about = N_("look whether a move works, and keep what came of it"),
	  .more = N_("Asks for up to 20 addresses of it, those that are "
	    "linked to first: before its time\nwhether the new ones answer, "
	    "after it whether the old ones redirect to them. If one\nin ten is "
	    "wrong the move is not checked, or has failed. Of a domain that "
	    "waits for\nits other end, the site's proof is asked for there, "
	    "too. Exit 1 if it does not work."),
	  .examples = "move check 12",
	  .option = {
	    { "reason", "R", N_("why; kept in the journal"), false },
	  } },
	{ .name = NULL },
};
