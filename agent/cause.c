/* See cause.h. */
#include "agent/cause.h"

#include <stddef.h>

#include "certs/peer.h"
#include "contrib/base/lang.h"

#define SOON 10000ull			/* ms: an operator may let it in at any
					 * moment, and waits for it then */
#define OFTEN 120000ull
#define HOURLY (3600ull * 1000)
#define DAILY (24 * HOURLY)

static const struct {
	enum verdict verdict;
	const char *word;	/* NULL: any other; the last of a verdict */
	struct cause cause;
} causes[] = {
	{ VERDICT_BLOCKED, CAUSE_BLOCKED, { N_("the hub's operator has "
	    "blocked this site for now; what changes is kept here; ask the "
	    "operator, it goes on by itself when the block is lifted"),
	    SOON } },
	{ VERDICT_BLOCKED, CAUSE_RETIRED, { N_("the hub has closed this site "
	    "for good and withdrawn what it told; stop zqagentd and disable "
	    "it, or ask the hub's operator, if that is a mistake, for a "
	    "ticket to enrol with"), DAILY } },
	{ VERDICT_BLOCKED, CAUSE_REISSUED, { N_("another key speaks for this "
	    "site now; if this machine is the one that should, ask the hub's "
	    "operator for a ticket and run zqagent enroll HUB TICKET; if "
	    "not, stop zqagentd here"), HOURLY } },
	{ VERDICT_BLOCKED, CAUSE_UNKNOWN, { N_("the hub has no such site: "
	    "it was set up anew, without its register; ask its operator for "
	    "a ticket and run zqagent enroll HUB TICKET, nothing is lost "
	    "here"), OFTEN } },
	{ VERDICT_BLOCKED, CAUSE_QUARANTINED, { N_("the certificate was "
	    "renewed after it had expired, so the hub's operator has to let "
	    "this site in again (zqhub site admit); what changes is kept "
	    "here until then"), SOON } },
	{ VERDICT_BLOCKED, CAUSE_EXPIRED, { N_("this site's certificate has "
	    "expired, too long ago to be renewed; ask the hub's operator for "
	    "a new ticket (zqhub site reissue CODE) and run zqagent enroll "
	    "HUB TICKET here; what changes is kept until then"), HOURLY } },
	{ VERDICT_BLOCKED, NULL, { N_("the hub has blocked this site; ask its "
	    "operator"), OFTEN } },
	{ VERDICT_FORKED, CAUSE_CONTENT, { N_("forked: the hub has other "
	    "changes under the same numbers, so this agent is a copy or was "
	    "restored; stop the other one, and ask the hub's operator to "
	    "settle it (zqhub site settle), or run zqagent retell"),
	    OFTEN } },
	{ VERDICT_FORKED, CAUSE_INSTANCE, { N_("forked: two agents take turns "
	    "with one key: one of them is a copy; stop it, and ask the hub's "
	    "operator to say which is kept (zqhub site settle)"), OFTEN } },
	{ VERDICT_FORKED, CAUSE_BEHIND, { N_("forked: this agent's numbers "
	    "went back, so it is a copy or was restored from a backup; if no "
	    "other agent of this site runs, ask the hub's operator to settle "
	    "it (zqhub site settle), or run zqagent retell"), OFTEN } },
	{ VERDICT_FORKED, CAUSE_SETTLED, { N_("forked: the hub's operator has "
	    "kept the other copy of this agent; stop zqagentd here, and "
	    "enrol anew if this machine is to be a site of its own"),
	    OFTEN } },
	{ VERDICT_FORKED, NULL, { N_("forked: the hub has other changes under "
	    "the same numbers, so this agent is a copy or was restored; stop "
	    "the other one, then `zqagent retell`"), OFTEN } },
	{ VERDICT_BAD, NULL, { N_("the hub refuses what this site sends"),
	    OFTEN } },
};

const struct cause *
cause_of(enum verdict v, struct span word)
{
	static const struct cause other = { N_("the hub takes nothing from "
	    "this site"), OFTEN };

	for (size_t i = 0; i < sizeof(causes) / sizeof(causes[0]); i++)
		if (causes[i].verdict == v && (causes[i].word == NULL ||
		    span_is(word, span_of(causes[i].word))))
			return &causes[i].cause;
	return &other;
}

/* Who isn't reached, or is none, in a plain sentence with what to look at;
 * NULL: curl's will do. */
static const char *
plain(CURLcode code)
{
	switch (code) {
	case CURLE_COULDNT_RESOLVE_HOST:
		return _("the hub's name leads nowhere from here: look at the "
		    "setting hub, and whether DNS answers on this machine");
	case CURLE_COULDNT_CONNECT:
		return _("nobody answers at the hub's address: does zqhubd "
		    "run there, and does every firewall let this machine "
		    "through?");
	case CURLE_OPERATION_TIMEDOUT:
		return _("no answer from the hub's address in time: is it "
		    "the hub, and is there a firewall or a proxy on the "
		    "way?");
	case CURLE_SSL_CONNECT_ERROR:
		return _("there is no TLS of a hub at the hub's address: is "
		    "it another program, or a proxy on the way; or does the "
		    "hub refuse this site's certificate (its clock, or zqhub "
		    "site reissue)?");
	case CURLE_GOT_NOTHING:
	case CURLE_RECV_ERROR:
	case CURLE_SEND_ERROR:
		return _("the connection to the hub was cut before there was "
		    "an answer: is it the hub, is there a proxy on the way, "
		    "or does the hub refuse this site's certificate?");
	default:
		return NULL;
	}
}

void
cause_of_failure(struct buf *b, const struct fetch_answer *a)
{
	bool tls = a->code == CURLE_PEER_FAILED_VERIFICATION;
	const char *why = tls ? peer_why(a->verified) : plain(a->code);

	if (tls && peer_is_strange(a->verified))
		buf_printf(b, _("what answers at the hub's address has a "
		    "certificate of a CA that this site doesn't trust: the "
		    "hub's CA was replaced while this agent was away, or it "
		    "is another machine; ask the hub's operator for a new "
		    "ticket (zqhub site reissue CODE) and run zqagent enroll "
		    "HUB TICKET here; what changes is kept until then (%s)"),
		    a->error);
	else if (why != NULL)
		buf_printf(b, "%s (%s)", why, a->error);
	else
		buf_text(b, a->error);
}
