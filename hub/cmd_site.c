/*
 * zqhub site …: the sites of the cluster and their tickets.
 */
#include "hub/cmd.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "contrib/base/clock.h"
#include "contrib/base/lang.h"
#include "hub/advice.h"
#include "hub/cmd_fact.h"
#include "hub/cmd_text.h"
#include "hub/columns.h"
#include "hub/json.h"
#include "hub/site.h"

/* --- tickets -------------------------------------------------------------- */

/* The one line goes to stdout, so that it can be passed on; what it means
 * goes to stderr, where it is read. */
void
cmd_site_ticket(const json_t *result)
{
	const char *enroll = json_string_value(
	    json_object_get(result, "enroll"));
	char until[CLOCK_TEXT_MAX];

	if (isatty(STDERR_FILENO))
		fprintf(stderr, _("Give this line to the admin of %s "
		    "(site %s). It works once, until %s:\n"),
		    json_string_value(json_object_get(result, "domain")),
		    json_string_value(json_object_get(result, "code")),
		    clock_show(until, json_integer_value(
		    json_object_get(result, "expires"))));
	printf("%s\n", enroll != NULL ? enroll : "");
}

static int
finish_ticket(const struct cmd_line *l, json_t *result)
{
	if (result == NULL)
		return CMD_NO;
	if (l->json) {
		cmd_json(result);
		return CMD_OK;
	}
	cmd_site_ticket(result);
	json_decref(result);
	return CMD_OK;
}

static void
set_text(json_t *said, const char *name, const char *value)
{
	if (value != NULL)		/* UTF-8: cmd_main() has looked */
		json_object_set_new(said, name, json_string(value));
}

static int
run_add(struct cmd_line *l)
{
	static const char *const words[] = { "code", "name", "domain",
		"parent", "kind", "reason" };
	json_t *said = json_pack("{s:s, s:b}", "do", "site-add",
	    "odd-code", cmd_flag(l, "odd-code"));

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		set_text(said, words[i], cmd_value(l, words[i]));
	return finish_ticket(l, cmd_act(l, said));
}

static json_t *
said_of_code(struct cmd_line *l, const char *act)
{
	json_t *said = json_pack("{s:s}", "do", act);

	set_text(said, "code", l->word[0]);
	set_text(said, "reason", cmd_value(l, "reason"));
	return said;
}

static int
run_set(struct cmd_line *l)
{
	const char *parent = cmd_value(l, "parent");
	bool orphan = parent != NULL && strcmp(parent, "none") == 0;
	json_t *said = said_of_code(l, "site-set"), *result;

	set_text(said, "name", cmd_value(l, "name"));
	set_text(said, "kind", cmd_value(l, "kind"));
	set_text(said, "parent", orphan ? NULL : parent);
	json_object_set_new(said, "orphan", json_boolean(orphan));
	result = cmd_act(l, said);
	if (result == NULL)
		return CMD_NO;
	if (l->json) {
		cmd_json(result);
		return CMD_OK;
	}
	printf(_("%s is changed: zqhub site show %s\n"), l->word[0],
	    l->word[0]);
	json_decref(result);
	return CMD_OK;
}

static int
run_ticket(struct cmd_line *l)
{
	return finish_ticket(l, cmd_act(l, said_of_code(l, "ticket")));
}

/* --- block ---------------------------------------------------------------- */

static int
run_simple(struct cmd_line *l, const char *act, const char *done)
{
	json_t *result = cmd_act(l, said_of_code(l, act));

	if (result == NULL)
		return CMD_NO;
	if (l->json) {
		cmd_json(result);
		return CMD_OK;
	}
	printf(done, l->word[0]);
	json_decref(result);
	return CMD_OK;
}

static int
run_block(struct cmd_line *l)
{
	return run_simple(l, "block", _("%s is blocked: its connections are "
	    "closed, its next request is refused.\n"));
}

static int
run_unblock(struct cmd_line *l)
{
	return run_simple(l, "unblock", _("%s may speak again.\n"));
}

/* --- list, show ----------------------------------------------------------- */

/* An hour too late is a day. */
static int64_t
floor_days(int64_t ms)
{
	const int64_t day = INT64_C(86400000);

	return ms >= 0 ? ms / day : -((-ms + day - 1) / day);
}

static bool
list_json(void *arg, const struct site_info *s)
{
	json_array_append_new(arg, json_site(s));
	return true;
}

struct listing {
	struct query *query;
	struct columns *columns;
};

static struct span
code_of(struct query *q, uint32_t number, struct site_info *s)
{
	if (number == 0 || !query_site_by_number(q, number, s))
		return SPAN("-");
	return span_of(s->code);
}

/* "" if that isn't known. */
static const char *
days_left(char text[32], int64_t until)
{
	text[0] = '\0';
	if (until != CLOCK_NONE)
		snprintf(text, 32, _("%lld d"), (long long)floor_days(until -
		    clock_wall()));
	return text;
}

static bool
list_row(void *arg, const struct site_info *s)
{
	struct listing *l = arg;
	struct columns *c = l->columns;
	struct site_info parent;
	char days[32], host[CMD_TEXT_HOST];

	columns_put(c, span_of(s->code));
	columns_put(c, span_of(_(site_state_name(s->state))));
	columns_put(c, s->kind.n > 0 ? s->kind : SPAN("-"));
	columns_put(c, code_of(l->query, s->parent, &parent));
	columns_number(c, s->items);
	columns_put(c, s->name);
	columns_put(c, span_of(cmd_text_host(host, s->domain)));
	columns_put(c, span_of(days_left(days, s->expires)));
	return true;
}

static int
run_list(struct cmd_line *l)
{
	static const char *const headings[] = { N_("CODE"), N_("STATE"),
		N_("KIND"), N_("PARENT"), N_("ITEMS"), N_("NAME"), N_("DOMAIN"),
		N_("RUNS OUT"), NULL };
	struct listing listing;
	struct store *s = cmd_store(l);
	json_t *array;

	if (s == NULL)
		return CMD_NO;
	listing.query = query_begin(s);
	if (l->json) {
		array = json_array();
		query_sites(listing.query, list_json, array);
		cmd_json_list("sites", array);
	} else {
		listing.columns = columns_new(headings);
		query_sites(listing.query, list_row, &listing);
		columns_print(listing.columns, stdout);
		columns_free(listing.columns);
	}
	query_end(listing.query);
	store_close(s);
	return CMD_OK;
}

static const char *
proof(char text[CLOCK_TEXT_MAX + 512], const struct site_info *s)
{
	char when[CLOCK_TEXT_MAX];

	if (s->checked == CLOCK_NONE)
		return _("not proven");
	snprintf(text, CLOCK_TEXT_MAX + 512, s->proven ?
	    _("proven %s (%.*s)") : _("not proven %s (%.*s)"),
	    clock_show(when, s->checked), SPAN_ARGS(s->evidence));
	return text;
}

static const char *
certificate(char text[CLOCK_TEXT_MAX + 512], const struct site_info *s)
{
	int64_t left = s->until - clock_wall();
	char when[CLOCK_TEXT_MAX];

	clock_show(when, s->until);
	if (left < 0)
		snprintf(text, CLOCK_TEXT_MAX + 512, _("expired %s"), when);
	else
		snprintf(text, CLOCK_TEXT_MAX + 512,
		    _("until %s (%lld days)"), when,
		    (long long)(left / 86400000));
	return text;
}

/* What is the matter with it. */
static void
fact_advice(const struct site_info *s)
{
	struct buf what;

	buf_init(&what, ADVICE_MAX);
	advice_put(&what, s);
	cmd_fact(_("reason"), buf_look(&what));
	buf_clear(&what);
}

/* When was the index last proven to have exactly what the site has, and what
 * came of the last try if it was a later one? */
static void
fact_synced(const struct site_info *s)
{
	char text[256], when[CLOCK_TEXT_MAX];

	cmd_fact_time(_("proven in sync"), s->synced);
	if (s->compares == 0)
		return;
	if (s->compared != s->synced && s->compared != CLOCK_NONE) {
		snprintf(text, sizeof(text), _("%s: %" PRIu64 " missing, %"
		    PRIu64 " extra, %" PRIu64 " in another state, %" PRIu64
		    " held"), clock_show(when, s->compared), s->missing,
		    s->extra, s->differ, s->explained);
		cmd_fact(_("differed"), span_of(text));
	}
	snprintf(text, sizeof(text), _("%" PRIu64 " of %" PRIu64
	    " changes"), s->missed, s->changes);
	cmd_fact(_("missed by push"), span_of(text));
}

/* What the running hub knows besides: where from it is here, and how its home
 * page answers at home. */
static void
fact_here(const struct site_info *s)
{
	const struct health *h = &s->health;
	char text[CLOCK_TEXT_MAX + 128];

	if (s->connections > 0 && s->address[0] != '\0') {
		snprintf(text, sizeof(text), ngettext("%u connection, from "
		    "%s", "%u connections, from %s", s->connections),
		    s->connections, s->address);
		cmd_fact(_("connected"), span_of(text));
	} else if (s->gone != CLOCK_NONE) {
		cmd_fact_time(_("disconnected"), s->gone);
	}
	if (h->home_at == 0)
		return;
	if (h->home_status != 0)
		snprintf(text, sizeof(text), _("%u after %u ms, asked by its "
		    "own agent"), (unsigned)h->home_status,
		    (unsigned)h->home_ms);
	else if (h->home_error == HEALTH_EMPTY)
		snprintf(text, sizeof(text), _("%s, asked by its own agent"),
		    health_error_word(h->home_error));
	else
		snprintf(text, sizeof(text), _("no answer (%s), asked by its "
		    "own agent"), health_error_word(h->home_error));
	cmd_fact(_("home page"), span_of(text));
}

static void
fact_domain(struct query *q, struct span domain)
{
	int64_t until = query_expiry(q, domain);
	char text[CLOCK_TEXT_MAX + CMD_TEXT_HOST + 64], when[CLOCK_TEXT_MAX];
	char host[CMD_TEXT_HOST];

	domain = span_of(cmd_text_host(host, domain));
	if (until == CLOCK_NONE) {
		cmd_fact(_("domain"), domain);
		return;
	}
	snprintf(text, sizeof(text), _("%.*s, runs out %s (%lld days)"),
	    SPAN_ARGS(domain), clock_show(when, until),
	    (long long)floor_days(until - clock_wall()));
	cmd_fact(_("domain"), span_of(text));
}

static void
show(struct query *q, const struct site_info *s)
{
	struct span rest = s->domains, domain;
	struct site_info parent;
	char text[CLOCK_TEXT_MAX + 512];

	cmd_fact(_("code"), span_of(s->code));
	cmd_fact(_("name"), s->name);
	while (site_domain_next(&rest, &domain))
		fact_domain(q, domain);
	cmd_fact(_("kind"), s->kind);
	if (s->parent != 0)
		cmd_fact(_("parent"), code_of(q, s->parent, &parent));
	cmd_fact(_("state"), span_of(_(site_state_name(s->state))));
	fact_advice(s);
	cmd_fact_time(_("added"), s->added);
	cmd_fact_time(_("enrolled"), s->enrolled);
	if (s->until != CLOCK_NONE)
		cmd_fact(_("certificate"), span_of(certificate(text, s)));
	cmd_fact(_("domain proof"), span_of(proof(text, s)));
	cmd_fact_time(_("last heard"), s->heard);
	fact_here(s);
	cmd_fact(_("agent"), span_of(s->agent));
	cmd_fact_number(_("seq taken"), s->taken);
	cmd_fact_number(_("seq at the site"), s->head);
	cmd_fact_number(_("seq shown"), s->shown);
	cmd_fact_number(_("items"), s->items);
	cmd_fact_number(_("withdrawn"), s->withdrawn);
	cmd_fact_number(_("held"), s->held);
	fact_synced(s);
	cmd_fact_number(_("letters"), s->letters);
	cmd_fact_number(_("letters fetched"), s->confirmed);
}

static int
run_show(struct cmd_line *l)
{
	struct store *s = cmd_store(l);
	struct site_info info;
	struct query *q;
	int code = CMD_OK;

	if (s == NULL)
		return CMD_NO;
	q = query_begin(s);
	if (!query_site_by_code(q, span_of(l->word[0]), &info))
		code = cmd_fail(_("zqhub site list shows all sites"),
		    _("there is no site with the code %s"), l->word[0]);
	else if (l->json)
		cmd_json(json_site(&info));
	else
		show(q, &info);
	query_end(q);
	store_close(s);
	return code;
}

/* --- the table ------------------------------------------------------------ */

#define REASON { "reason", "R", N_("why; kept in the journal"), false }

const struct cmd cmd_site_list[] = {
	{ .name = "site add", .words = "", .json = true, .run = run_add,
	  .about = N_("add a site and print the one line for its admin"),
	  .more = N_("The line has a ticket in it that is good once, for "
	    "this site.\nOnly the line goes to standard output."),
	  .examples =
	    "site add --code 4101000001 --name '郑州市人民政府' \\\n"
	    "    --domain www.zhengzhou.gov.cn --kind portal\n"
	    "site add --code 4101000012 --name '郑州市教育局' \\\n"
	    "    --domain zzjy.zhengzhou.gov.cn --parent 4101000001",
	  .option = {
	    { "code", "CODE", N_("site identification code, 10 characters"),
	      true },
	    { "name", "NAME", N_("full name of the site"), true },
	    { "domain", "HOST", N_("the host it may speak of, with all below "
	      "it"), true },
	    { "parent", "CODE", N_("the site it belongs to"), false },
	    { "kind", "KIND", N_("portal or department"), false },
	    { "odd-code", NULL, N_("the code is malformed, and right"),
	      false },
	    REASON,
	  } },
	{ .name = "site set", .words = "CODE", .least = 1, .most = 1,
	  .json = true, .run = run_set,
	  .about = N_("correct a site's name, parent or kind"),
	  .more = N_("What isn't named stays. Its domains are changed by "
	    "site domain add and remove;\na code stays for good: site retire, "
	    "and site add."),
	  .examples =
	    "site set 4101000012 --name '郑州市教育和体育局' --reason '机构改革'\n"
	    "site set 4101000012 --parent 4101000001 --reason '表格有误'",
	  .option = {
	    { "name", "NAME", N_("full name of the site"), false },
	    { "parent", "CODE", N_("the site it belongs to, or none"),
	      false },
	    { "kind", "KIND", N_("portal or department"), false },
	    { "reason", "R", N_("why; kept in the journal"), true },
	  } },
	{ .name = "site list", .words = "", .json = true, .run = run_list,
	  .about = N_("list all sites"),
	  .examples = "site list\nsite list --json | jq -r '.sites[].domain'" },
	{ .name = "site show", .words = "CODE", .least = 1, .most = 1,
	  .json = true, .run = run_show,
	  .about = N_("show all that is known of one site"),
	  .examples = "site show 4101000001" },
	{ .name = "site ticket", .words = "CODE", .least = 1, .most = 1,
	  .json = true, .run = run_ticket,
	  .about = N_("give a site a new ticket"),
	  .more = N_("For a ticket that was lost or has expired, or to enrol "
	    "a new machine:\nthe site's present key is good until the ticket "
	    "is used."),
	  .examples = "site ticket 4101000001",
	  .option = { REASON } },
	{ .name = "site block", .words = "CODE", .least = 1, .most = 1,
	  .json = true, .run = run_block,
	  .about = N_("refuse a site from now on, and close its connections"),
	  .examples = "site block 4101000001 --reason '密钥外泄'",
	  .option = { { "reason", "R", N_("why; the site's people read it"),
	    true } } },
	{ .name = "site unblock", .words = "CODE", .least = 1, .most = 1,
	  .json = true, .run = run_unblock,
	  .about = N_("lift a block, or the hold of a forked site"),
	  .examples = "site unblock 4101000001 --reason '旧机器已停用'",
	  .option = { { "reason", "R", N_("why; kept in the journal"),
	    true } } },
	{ .name = "site prove", .words = "CODE", .least = 1, .most = 1,
	  .json = true, .run = cmd_prove,
	  .about = N_("look whether the site's web server shows the site's "
	    "key"),
	  .more = N_("Asks for https://DOMAIN/.well-known/zhanqun.txt, then "
	    "for http://; the site's\nadmin makes the file with `zqagent "
	    "proof --write SOURCE`. What came of it is\nkept and shown by "
	    "site show. Exit 1 if the domain is not proven."),
	  .examples = "site prove 4101000001\n"
	    "site prove 4101000001 --url http://10.1.2.3:8080",
	  .option = {
	    { "url", "URL", N_("the web server, if the hub has another way "
	      "to it"), false },
	    REASON,
	  } },
	{ .name = "site import", .words = "FILE", .least = 1, .most = 1,
	  .json = true, .run = cmd_import,
	  .about = N_("add many sites from CSV, and print their tickets as "
	    "CSV"),
	  .more = N_("Lines of code,name,domain,parent,kind; a first line "
	    "with these names may\nput them in another order. With one bad "
	    "line nothing is added, and every\nbad line is named. A site that "
	    "is there is given the name, parent and kind\nof its line; so a "
	    "file can be imported again. Those that never enrolled get\na new "
	    "ticket."),
	  .examples = "site import sites.csv --dry-run\n"
	    "site import sites.csv > tickets.csv",
	  .option = {
	    { "dry-run", NULL, N_("only say what is wrong"), false },
	    { "odd-code", NULL, N_("malformed codes are right"), false },
	    { "bom", NULL, N_("begin the CSV with a byte order mark; Excel "
	      "needs it for Chinese"), false },
	  } },
	{ .name = NULL },
};
