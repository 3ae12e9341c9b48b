/*
 * The table of acts, and the small ones; see act.h. The rules for the others
 * are in files of their own: act_site, act_ticket, act_gate, act_retire.
 */
#include "hub/act.h"

#include <jansson.h>

#include "hub/act_alert.h"
#include "hub/act_domain.h"
#include "hub/act_gate.h"
#include "hub/act_move.h"
#include "hub/act_notice.h"
#include "hub/act_read.h"
#include "hub/act_retire.h"
#include "hub/act_silence.h"
#include "hub/act_site.h"
#include "hub/act_ticket.h"
#include "hub/checked.h"
#include "hub/escalate.h"
#include "hub/expiry.h"
#include "hub/held.h"
#include "hub/history.h"
#include "hub/hits.h"
#include "hub/home_act.h"
#include "hub/issued.h"
#include "hub/links.h"
#include "hub/outbox.h"
#include "hub/proven.h"
#include "hub/register.h"
#include "hub/telling.h"

static const char *
do_confirm(struct group *g, const struct entry *e, const json_t *o)
{
	uint64_t letter;
	struct site s;

	(void)e;
	if (!act_read_site(g, o, &s))
		return ACT_READ_NO_SITE;
	if (!act_read_number(o, "letter", INT64_MAX, &letter))
		return "there is no such letter";
	outbox_confirm(g, s.number, letter);
	return NULL;
}

static const char *
do_dismiss(struct group *g, const struct entry *e, const json_t *o)
{
	uint64_t site, place;
	struct site s;

	(void)e;
	if (!act_read_number(o, "site", UINT32_MAX, &site) ||
	    (site != 0 && !site_get(g->txn, (uint32_t)site, &s)))
		return ACT_READ_NO_SITE;
	if (json_is_true(json_object_get(o, "all"))) {
		held_dismiss_all(g, (uint32_t)site);
		return NULL;
	}
	if (!act_read_number(o, "place", INT64_MAX, &place) ||
	    !held_dismiss(g, (uint32_t)site, place))
		return "nothing of this site is held at this place";
	return NULL;
}

/* --- which -------------------------------------------------------------------------------- */

static const struct {
	const char *name;
	act_read_fn *fn;
} acts[] = {
	{ "site-add", act_site_add },
	{ "site-set", act_site_set },
	{ "ticket", act_ticket_give },
	{ "enroll", act_ticket_enroll },
	{ "renew", act_ticket_renew },
	{ "adopt", act_ticket_adopt },
	{ "block", act_site_block },
	{ "unblock", act_site_unblock },
	{ "admit", act_site_admit },
	{ "fork", act_site_fork },
	{ "settle", act_site_settle },
	{ "begun", act_site_begun },
	{ "settled", act_site_settled },
	{ "retire", act_retire_begin },
	{ "clear", act_retire_clear },
	{ "domain-add", act_domain_add },
	{ "domain-remove", act_domain_remove },
	{ "domain-expires", expiry_act },
	{ "again", act_domain_again },
	{ "gate", act_gate_close },
	{ "release", act_gate_release },
	{ "refuse", act_gate_refuse },
	{ "move-announce", act_move_announce },
	{ "move-agree", act_move_agree },
	{ "move-withdraw", act_move_withdraw },
	{ "move-looked", act_move_looked },
	{ "tick", act_move_tick },
	{ "notice-announce", act_notice_announce },
	{ "notice-end", act_notice_end },
	{ "notice-time", act_notice_time },
	{ "states", history_act },
	{ "confirm", do_confirm },
	{ "dismiss", do_dismiss },
	{ "prove", act_site_prove },
	{ "reconcile", proven_act },
	{ "site-restore", register_act },
	{ "look", links_look_act },
	{ "checked", checked_act },
	{ "checked-host", checked_act_host },
	{ "check-pin", checked_act_pin },
	{ "check-unpin", checked_act_unpin },
	{ "check-accept", checked_act_accept },
	{ "check-forget", checked_act_forget },
	{ "homes", home_act_homes },
	{ "home", home_act_home },
	{ "home-accept", home_act_accept },
	{ "tell", telling_act },
	{ "escalate", escalate_act },
	{ "former", hits_act },
	{ "alert-fire", act_alert_fire },
	{ "alert-join", act_alert_join },
	{ "alert-leave", act_alert_leave },
	{ "alert-evidence", act_alert_evidence },
	{ "alert-raise", act_alert_raise },
	{ "alert-say", act_alert_say },
	{ "alert-sent", act_alert_sent },
	{ "alert-ack", act_alert_ack },
	{ "alert-silence", act_silence_begin },
	{ "alert-unsilence", act_silence_end },
	{ "alert-forget", act_alert_forget },
	{ "ca-roll", issued_act_roll },
	{ "ca-rolled", issued_act_rolled },
};

static const char *
follow(struct group *g, const struct entry *e, const json_t *o)
{
	struct span name = act_read_text(o, "do");

	if (name.n == 0)
		return "an act is a JSON object with \"do\"";
	for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++)
		if (span_is(name, span_of(acts[i].name)))
			return acts[i].fn(g, e, o);
	return NULL;
}

const char *
act_try(struct group *g, const struct entry *e)
{
	json_t *o = json_loadb(e->body.at != NULL ? e->body.at : "",
	    e->body.n, JSON_REJECT_DUPLICATES, NULL);
	const char *why = follow(g, e, o);

	json_decref(o);
	return why;
}

void
act_apply(struct group *g, const struct entry *e)
{
	const char *why = act_try(g, e);

	group_record(g, "act", e->body);
	if (why != NULL)
		held_put(g, e, NULL, span_of(why));
}
