/*
 * zqhub site settle, admit, retire, reissue; release, refuse: a site that is
 * not as it should be, and what its operator decides (govern.h).
 */
#include "hub/cmd.h"

#include <inttypes.h>
#include <stdio.h>

#include "contrib/base/json_text.h"
#include "contrib/base/lang.h"
#include "hub/cmd_text.h"

/* --- saying it ------------------------------------------------------------ */

/* The act with the code and what was given of these; NULL: said why. */
static json_t *
act(struct cmd_line *l, const char *name)
{
	static const char *const words[] = { "reason", "keep" };
	json_t *said = json_pack("{s:s}", "do", name);

	if (l->words > 0)
		json_object_set_new(said, "code", json_string(l->word[0]));
	if (l->words > 1)
		json_object_set_new(said, "domain", json_string(l->word[1]));
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		const char *value = cmd_value(l, words[i]);

		if (value != NULL)
			json_object_set_new(said, words[i],
			    json_string(value));
	}
	return cmd_act(l, said);
}

static json_int_t
number_of(const json_t *o, const char *name)
{
	return json_integer_value(json_object_get(o, name));
}

typedef void tell_fn(const struct cmd_line *l, const json_t *result);

static int
run(struct cmd_line *l, const char *name, tell_fn *tell)
{
	json_t *result = act(l, name);

	if (result == NULL)
		return CMD_NO;
	if (l->json) {
		cmd_json(result);
		return CMD_OK;
	}
	tell(l, result);
	json_decref(result);
	return CMD_OK;
}

/* --- two agents ----------------------------------------------------------- */

static void
tell_settled(const struct cmd_line *l, const json_t *result)
{
	printf(_("%s: the agent at %s goes on; it tells everything anew and "
	    "gets a new key.\n"), l->word[0], json_text(result, "kept"));
	printf(_("The other one, at %s, is refused from now on: stop it.\n"),
	    json_text(result, "dropped"));
}

static int
run_settle(struct cmd_line *l)
{
	return run(l, "settle", tell_settled);
}

/* --- in and out ----------------------------------------------------------- */

static void
tell_admitted(const struct cmd_line *l, const json_t *result)
{
	(void)result;
	printf(_("%s may speak again: what it has kept comes now.\n"),
	    l->word[0]);
}

static int
run_admit(struct cmd_line *l)
{
	return run(l, "admit", tell_admitted);
}

static void
tell_retired(const struct cmd_line *l, const json_t *result)
{
	json_int_t n = number_of(result, "withdrawn");

	printf(ngettext("%s is retired: %lld item is withdrawn, its domains "
	    "are free.\n", "%s is retired: %lld items are withdrawn, its "
	    "domains are free.\n", (unsigned long)n), l->word[0],
	    (long long)n);
}

static int
run_retire(struct cmd_line *l)
{
	return run(l, "retire", tell_retired);
}

/* --- tickets -------------------------------------------------------------- */

static int
reissue_all(struct cmd_line *l)
{
	json_t *result = cmd_act(l, json_pack("{s:s, s:b, s:s}", "do",
	    "reissue", "all", true, "reason",
	    cmd_value(l, "reason") != NULL ? cmd_value(l, "reason") : ""));
	json_int_t blocked;

	if (result == NULL)
		return CMD_NO;
	if (l->json) {
		cmd_json(result);
		return CMD_OK;
	}
	blocked = number_of(result, "blocked");
	cmd_import_rows(l, json_object_get(result, "rows"));
	if (blocked > 0)
		fprintf(stderr, ngettext("%lld site is blocked and was left "
		    "out.\n", "%lld sites are blocked and were left out.\n",
		    (unsigned long)blocked), (long long)blocked);
	json_decref(result);
	return CMD_OK;
}

static void
tell_ticket(const struct cmd_line *l, const json_t *result)
{
	json_t *rows;

	if (!cmd_flag(l, "csv")) {
		cmd_site_ticket(result);
		return;
	}
	rows = json_pack("[O]", result);
	cmd_import_rows(l, rows);
	json_decref(rows);
}

static int
run_reissue(struct cmd_line *l)
{
	bool all = cmd_flag(l, "all");

	if (all == (l->words > 0)) {
		cmd_fail(NULL, _("site reissue: give a code, or --all"));
		return CMD_USAGE;
	}
	return all ? reissue_all(l) : run(l, "reissue", tell_ticket);
}

/* --- domains -------------------------------------------------------------- */

static void
tell_added(const struct cmd_line *l, const json_t *result)
{
	char host[CMD_TEXT_HOST];

	printf(_("%s may speak of %s now.\n"), l->word[0],
	    cmd_text_host(host, json_text_span(result, "domain")));
}

static int
run_domain_add(struct cmd_line *l)
{
	return run(l, "domain-add", tell_added);
}

static void
tell_removed(const struct cmd_line *l, const json_t *result)
{
	char host[CMD_TEXT_HOST];

	printf(_("%s may not speak of %s any more; what it had there is "
	    "withdrawn.\n"), l->word[0],
	    cmd_text_host(host, json_text_span(result, "domain")));
}

static int
run_domain_remove(struct cmd_line *l)
{
	return run(l, "domain-remove", tell_removed);
}

/* --- the gate ------------------------------------------------------------- */

/* Here, and there: what its agent holds. */
static void
tell_released(const struct cmd_line *l, const json_t *result)
{
	json_int_t n = number_of(result, "here");

	if (n > 0)
		printf(ngettext("%s: %lld item is withdrawn.\n", "%s: %lld "
		    "items are withdrawn.\n", (unsigned long)n), l->word[0],
		    (long long)n);
	n = number_of(result, "there");
	if (n > 0)
		printf(_("%s: its agent is told to withdraw the %lld that it "
		    "holds.\n"), l->word[0], (long long)n);
}

static void
tell_refused(const struct cmd_line *l, const json_t *result)
{
	json_int_t n = number_of(result, "here");

	if (n > 0)
		printf(ngettext("%s: %lld item stays in the index.\n", "%s: "
		    "%lld items stay in the index.\n", (unsigned long)n),
		    l->word[0], (long long)n);
	n = number_of(result, "there");
	if (n > 0)
		printf(_("%s: its agent is told to keep the %lld that it "
		    "holds.\n"), l->word[0], (long long)n);
}

static int
run_release(struct cmd_line *l)
{
	return run(l, "release", tell_released);
}

static int
run_refuse(struct cmd_line *l)
{
	return run(l, "refuse", tell_refused);
}

/* --- the table ------------------------------------------------------------ */

#define REASON { "reason", "R", N_("why; kept in the journal"), true }
#define REASON_SHOWN { "reason", "R", N_("why; the site's people read it"), \
	true }

const struct cmd cmd_govern_list[] = {
	{ .name = "site settle", .words = "CODE", .least = 1, .most = 1,
	  .json = true, .run = run_settle,
	  .about = N_("keep one of two agents that speak with one key"),
	  .more = N_("A machine was cloned, or restored from a backup: the "
	    "site is held, and zqhub\nstatus names both addresses. The one "
	    "that is kept begins anew by itself: it tells\neverything again "
	    "and gets a new key. The other is refused."),
	  .examples = "site settle 4101000001 --keep 10.1.2.3\n"
	    "site settle 4101000001 --keep 10.1.2.3:51824 --reason "
	    "'克隆的虚机已停用'\n"
	    "site settle 4101000001 --keep 2",
	  .option = {
	    { "keep", "ADDRESS", N_("of the one to keep, with or without its "
	      "port; or 1 or 2,\n                       as zqhub status "
	      "numbers them"), true },
	    { "reason", "R", N_("why; kept in the journal"), false },
	  } },
	{ .name = "site admit", .words = "CODE", .least = 1, .most = 1,
	  .json = true, .run = run_admit,
	  .about = N_("let a site out of quarantine"),
	  .more = N_("Its certificate had expired when it was renewed, so "
	    "nothing is taken of it until\nsomebody has looked whether it is "
	    "still the machine it should be."),
	  .examples = "site admit 4101000001 --reason '机器停用期间证书过期'",
	  .option = { REASON } },
	{ .name = "site retire", .words = "CODE", .least = 1, .most = 1,
	  .json = true, .run = run_retire,
	  .about = N_("close a site for good, and withdraw all it had"),
	  .more = N_("Its domains are free for others, and its code may be "
	    "added again, as another\nsite. Its history stays. To refuse a "
	    "site for a time, see site block."),
	  .examples = "site retire 4101000001 --reason '已并入市政府网站'",
	  .option = { REASON_SHOWN } },
	{ .name = "site reissue", .words = "[CODE]", .most = 1,
	  .json = true, .run = run_reissue,
	  .about = N_("give a site that is known a ticket for a new key"),
	  .more = N_("The present key is good until the ticket is used; the "
	    "agent that is enrolled anew\nkeeps what it has. With --all "
	    "every site gets one, as CSV: for a hub whose CA was\nlost."),
	  .examples = "site reissue 4101000001 --reason '换了服务器'\n"
	    "site reissue --all > tickets.csv",
	  .option = {
	    { "all", NULL, N_("every site that is neither blocked nor "
	      "retired"), false },
	    { "csv", NULL, N_("as CSV, also of one"), false },
	    { "bom", NULL, N_("begin the CSV with a byte order mark; Excel "
	      "needs it for Chinese"), false },
	    { "reason", "R", N_("why; kept in the journal"), false },
	  } },
	{ .name = "site domain add", .words = "CODE HOST", .least = 2,
	  .most = 2, .json = true, .run = run_domain_add,
	  .about = N_("give a site another domain"),
	  .more = N_("It may speak of this host then, with all below it. "
	    "What was held because it\nhad no right to is shown now, if "
	    "nothing newer was said of it."),
	  .examples = "site domain add 4101000001 zwfw.zhengzhou.gov.cn "
	    "--reason '新开通'",
	  .option = { REASON } },
	{ .name = "site domain remove", .words = "CODE HOST", .least = 2,
	  .most = 2, .json = true, .run = run_domain_remove,
	  .about = N_("take a domain from a site"),
	  .more = N_("What the site had there is withdrawn. Its last domain "
	    "can't be taken: see site\nretire."),
	  .examples = "site domain remove 4101000001 old.zhengzhou.gov.cn "
	    "--reason '停用'",
	  .option = { REASON_SHOWN } },
	{ .name = "release", .words = "CODE", .least = 1, .most = 1,
	  .json = true, .run = run_release,
	  .about = N_("withdraw what the gate holds of a site"),
	  .more = N_("When a site withdraws much at once and no person "
	    "stands for it, that is held:\nhere (gate_items and gate_percent "
	    "of zqhub.conf(5)) or by its agent, which is then\ntold. Nothing is "
	    "withdrawn that the site has told anew since."),
	  .examples = "release 4101000001 --reason '栏目改版，已确认'",
	  .option = { REASON_SHOWN } },
	{ .name = "refuse", .words = "CODE", .least = 1, .most = 1,
	  .json = true, .run = run_refuse,
	  .about = N_("keep in the index what the gate holds of a site"),
	  .more = N_("What a site withdrew, or its agent would, stays in the "
	    "index, until the site\ntells something newer of it."),
	  .examples = "refuse 4101000001 --reason '磁盘没有挂上'",
	  .option = { REASON_SHOWN } },
	{ .name = NULL },
};
