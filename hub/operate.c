/*
 * Operate: the small acts, and the table of all.
 */
#include "hub/operate.h"

#include <string.h>

#include "contrib/base/err.h"
#include "contrib/base/lang.h"
#include "contrib/base/text.h"
#include "hub/enlist.h"
#include "hub/govern.h"
#include "hub/govern_alert.h"
#include "hub/govern_check.h"
#include "hub/govern_home.h"
#include "hub/govern_move.h"
#include "hub/govern_notice.h"
#include "hub/import.h"
#include "protocol/limits.h"

#define WHY_MAX 4096
#define EVIDENCE_MAX 255	/* bytes, as the view keeps it */

/* --- the small acts ------------------------------------------------------- */

static bool
site_add(struct ask *a)
{
	struct enlist_book book = { .view = a->view };
	struct enlist e = {
		.code = span_of(ask_word(a, "code")),
		.name = span_of(ask_word(a, "name")),
		.domain = span_of(ask_word(a, "domain")),
		.parent = span_of(ask_word(a, "parent")),
		.kind = span_of(ask_word(a, "kind")),
		.odd_code = ask_flag(a, "odd-code"),
	};
	uint32_t number = view_next_site(a->view);
	struct buf domain, why;
	bool good;

	buf_init(&domain, 256);
	buf_init(&why, WHY_MAX);
	good = enlist_judge(&book, &e, &domain, &why);
	if (!good) {
		ask_refuse(a, NULL, "%s", buf_cstr(&why));
	} else {
		ask_put(a, enlist_act(&e, buf_look(&domain), number));
		a->result = json_pack("{s:I, s:s, s:s}", "site",
		    (json_int_t)number, "code", ask_word(a, "code"),
		    "domain", buf_cstr(&domain));
		ask_ticket(a, number, a->result);
	}
	buf_clear(&domain);
	buf_clear(&why);
	return good;
}

static bool
ticket(struct ask *a)
{
	struct view_site s = { .number = 0 };

	if (!ask_site(a, &s))
		return false;
	if (s.blocked || s.retired)
		return ask_refuse(a, s.retired ? NULL :
		    _("zqhub site unblock lifts it"), s.retired ?
		    _("site %s is retired: %s") :
		    _("site %s is blocked: %s"), s.code, s.reason);
	a->result = json_pack("{s:I, s:s, s:s, s:b}", "site",
	    (json_int_t)s.number, "code", s.code, "domain", s.domain,
	    "enrolled", s.has_key);
	ask_ticket(a, s.number, a->result);
	return true;
}

static bool
site_set(struct ask *a)
{
	struct enlist_book book = { .view = a->view };
	struct enlist e = { .name = span_of(ask_word(a, "name")),
		.parent = span_of(ask_word(a, "parent")),
		.kind = span_of(ask_word(a, "kind")) };
	struct view_site s = { .number = 0 };
	struct buf why;
	json_t *act;
	bool good;

	if (!ask_reason(a) || !ask_site(a, &s))
		return false;
	if (s.retired)
		return ask_refuse(a, NULL, _("site %s is retired: %s"),
		    s.code, s.reason);
	buf_init(&why, 4096);
	good = enlist_judge_set(&book, &e, s.number, &why) ||
	    ask_refuse(a, NULL, "%s", buf_cstr(&why));
	buf_clear(&why);
	if (!good)
		return false;
	act = enlist_act_set(&e, ask_flag(a, "orphan"), a->view, s.number);
	if (act == NULL)
		return ask_refuse(a, _("zqhub site show CODE shows how it "
		    "is"), _("site %s is like that already"), s.code);
	ask_put(a, act);
	a->result = json_pack("{s:I, s:s}", "site", (json_int_t)s.number,
	    "code", s.code);
	return true;
}

static bool
block(struct ask *a)
{
	struct view_site s = { .number = 0 };

	if (!ask_reason(a) || !ask_site(a, &s))
		return false;
	if (s.blocked || s.retired)
		return ask_refuse(a, NULL, s.retired ?
		    _("site %s is retired: %s") :
		    _("site %s is blocked already: %s"), s.code, s.reason);
	ask_put(a, json_pack("{s:s, s:I}", "do", "block", "site",
	    (json_int_t)s.number));
	a->result = json_pack("{s:I, s:s}", "site", (json_int_t)s.number,
	    "code", s.code);
	a->dropped = s.number;
	return true;
}

static bool
unblock(struct ask *a)
{
	struct view_site s = { .number = 0 };

	if (!ask_reason(a) || !ask_site(a, &s))
		return false;
	if (!s.blocked && !s.forked && s.kept == 0)
		return ask_refuse(a, NULL, _("site %s is neither blocked "
		    "nor held"), s.code);
	ask_put(a, json_pack("{s:s, s:I}", "do", "unblock", "site",
	    (json_int_t)s.number));
	a->result = json_pack("{s:I, s:s, s:b}", "site",
	    (json_int_t)s.number, "code", s.code, "forked", s.forked);
	a->lifted = true;
	return true;
}

/* One place, or all that is held of a site. */
static bool
find_held(struct ask *a, json_int_t place, struct view_site *s,
    uint64_t *count)
{
	uint32_t site;

	if (place > 0 && view_held(a->view, (uint64_t)place, &site)) {
		*count = 1;
		(void)view_site(a->view, site, s);	/* 0: the hub */
		return true;
	}
	if (place > 0 || ask_word(a, "code")[0] == '\0')
		return ask_refuse(a, _("zqhub held lists what is, with its "
		    "place"), _("nothing is held at the place %lld"),
		    (long long)place);
	if (!ask_site(a, s))
		return false;
	*count = view_held_count(a->view, s->number, UINT64_MAX);
	return *count > 0 || ask_refuse(a, _("zqhub held lists what is"),
	    _("nothing of site %s is held"), s->code);
}

static bool
dismiss(struct ask *a)
{
	json_int_t place = json_integer_value(json_object_get(a->said,
	    "place"));
	struct view_site s = { .number = 0 };
	uint64_t count = 0;

	if (!ask_reason(a) || !find_held(a, place, &s, &count))
		return false;
	if (place > 0)
		ask_put(a, json_pack("{s:s, s:I, s:I}", "do", "dismiss",
		    "site", (json_int_t)s.number, "place", place));
	else
		ask_put(a, json_pack("{s:s, s:I, s:b}", "do", "dismiss",
		    "site", (json_int_t)s.number, "all", true));
	a->result = json_pack("{s:I, s:s, s:I}", "site",
	    (json_int_t)s.number, "code", s.code, "dismissed",
	    (json_int_t)count);
	return true;
}

/* zqhub has looked; its word is taken for the key and the domain that the
 * site still has. */
static bool
prove(struct ask *a)
{
	bool proven = ask_flag(a, "proven");
	struct view_site s = { .number = 0 };
	uint8_t key[CA_KEY_HASH];
	struct span evidence;

	if (!ask_site(a, &s))
		return false;
	if (!text_unhex(span_of(ask_word(a, "key")), key, sizeof(key)) ||
	    !s.has_key || memcmp(key, s.key_hash, sizeof(key)) != 0 ||
	    strcmp(s.domain, ask_word(a, "domain")) != 0)
		return ask_refuse(a, _("say it again"), _("the key or the "
		    "domain of site %s was changed meanwhile"), s.code);
	evidence = text_cut(span_of(ask_word(a, "evidence")), EVIDENCE_MAX);
	ask_put(a, json_pack("{s:s, s:I, s:s, s:s, s:b, s:s%}", "do",
	    "prove", "site", (json_int_t)s.number, "domain", s.domain,
	    "key", ask_word(a, "key"), "proven", proven,
	    "evidence", evidence.at, evidence.n));
	a->result = json_pack("{s:I, s:s, s:s, s:b}", "site",
	    (json_int_t)s.number, "code", s.code, "domain", s.domain,
	    "proven", proven);
	return true;
}

static void
see_nothing(void *arg, struct db_txn *t)
{
	(void)arg, (void)t;
}

/* The files are in their places: zqhub has seen to that. */
static bool
put_roll(struct ask *a, const char *what)
{
	json_t *act = json_pack("{s:s, s:s, s:s}", "do", what, "ca",
	    ask_word(a, "ca"), "trust", ask_word(a, "trust"));

	if (!ask_try(a, act, see_nothing, NULL, NULL)) {
		json_decref(act);
		return false;
	}
	ask_put(a, act);
	a->result = json_pack("{s:s}", "ca", ask_word(a, "ca"));
	return true;
}

static bool
ca_roll(struct ask *a)
{
	return put_roll(a, "ca-roll");
}

static bool
ca_rolled(struct ask *a)
{
	return put_roll(a, "ca-rolled");
}

/* --- the table ------------------------------------------------------------ */

static const struct {
	const char *name;
	bool (*run)(struct ask *a);
} table[] = {
	{ "site-add", site_add },
	{ "site-set", site_set },
	{ "site-import", import_run },
	{ "ticket", ticket },
	{ "block", block },
	{ "unblock", unblock },
	{ "dismiss", dismiss },
	{ "prove", prove },
	{ "settle", govern_settle },
	{ "admit", govern_admit },
	{ "retire", govern_retire },
	{ "reissue", govern_reissue },
	{ "domain-add", govern_domain_add },
	{ "domain-remove", govern_domain_remove },
	{ "domain-expires", govern_domain_expires },
	{ "move-announce", govern_move_announce },
	{ "move-agree", govern_move_agree },
	{ "move-withdraw", govern_move_withdraw },
	{ "move-looked", govern_move_looked },
	{ "notice-announce", govern_notice_announce },
	{ "notice-end", govern_notice_end },
	{ "release", govern_release },
	{ "refuse", govern_refuse },
	{ "check-pin", govern_check_pin },
	{ "check-unpin", govern_check_unpin },
	{ "check-accept", govern_check_accept },
	{ "home-accept", govern_home_accept },
	{ "alert-ack", govern_alert_ack },
	{ "alert-silence", govern_alert_silence },
	{ "alert-unsilence", govern_alert_unsilence },
	{ "alert-test", govern_alert_test },
	{ "ca-roll", ca_roll },
	{ "ca-rolled", ca_rolled },
};

#define TABLE_COUNT (sizeof(table) / sizeof(table[0]))

bool
operate_knows(const char *act)
{
	for (size_t i = 0; i < TABLE_COUNT; i++) {
		if (strcmp(table[i].name, act) == 0)
			return true;
	}
	return false;
}

/* The journal takes no longer ones, whatever they are made of. */
static bool
fits(struct ask *a)
{
	for (size_t i = 0; i < a->acts.count; i++)
		if (acts_get(&a->acts, i).n > LIMIT_CHANGE)
			return ask_refuse(a, NULL, _("that is too long: an "
			    "act has %u KiB at most, with all that it says"),
			    LIMIT_CHANGE >> 10);
	return true;
}

bool
operate_run(struct ask *a)
{
	const char *act = ask_word(a, "do");

	must(a->actor[0] != '\0' && a->view != NULL);
	acts_clear(&a->acts);
	json_decref(a->result);
	a->result = NULL;
	a->wanted = 0;
	for (size_t i = 0; i < TABLE_COUNT; i++) {
		if (strcmp(table[i].name, act) == 0)
			return table[i].run(a) && fits(a);
	}
	return ask_refuse(a, _("is zqhub newer than the daemon? restart "
	    "it"), _("this hub has no act \"%s\""), act);
}
