/*
 * The names of rules; see alert_what.h.
 */
#include "hub/alert_what.h"

#include "contrib/base/err.h"
#include "contrib/base/lang.h"

static const struct {
	const char *name, *about, *ends;
} table[ALERT_RULES] = {
	[ALERT_DOWN] = { "down",
	    N_("The home page doesn't come"),
	    N_("when the home page comes again, twice in a row") },
	[ALERT_SILENT] = { "silent",
	    N_("The site's agent is not heard any more"),
	    N_("when the agent is heard again: the machine, its line, "
	    "zqagentd there") },
	[ALERT_UNREACHABLE] = { "unreachable",
	    N_("Neither the agent is heard nor does the home page come"),
	    N_("when the agent is heard and the home page comes") },
	[ALERT_OVERRUN] = { "overrun",
	    N_("An announced outage is not over when it should be"),
	    N_("when the site is well again, or announces that it takes "
	    "longer") },
	[ALERT_SLOW] = { "slow",
	    N_("The home page comes late"),
	    N_("when the home page comes in time again, twice in a row") },
	[ALERT_ISOLATED] = { "isolated",
	    N_("The hub is cut off from many sites at once, or gets no home "
	    "page at all; none is judged by that"),
	    N_("when enough of them are heard again, or a page comes: look "
	    "at the hub's own line, its resolver, its firewall") },
	[ALERT_FLAPPING] = { "flapping",
	    N_("The site goes up and down again and again"),
	    N_("when it has been at rest for the time of flap_quiet") },
	[ALERT_DOMAIN] = { "domain",
	    N_("The home page is not the site's own any more"),
	    N_("when it is the site's own again, or an operator says that it "
	    "is: zqhub home accept") },
	[ALERT_GONE] = { "gone",
	    N_("The site has gone for days and had not announced its "
	    "closing"),
	    N_("when the site is heard or its home page comes, when its "
	    "closing is announced, or it is retired: zqhub site retire") },
	[ALERT_CLOSING] = { "closing",
	    N_("The site closes soon, as it has announced"),
	    N_("when it is retired, zqhub site retire, or takes that "
	    "back") },
	[ALERT_CERTIFICATE] = { "certificate",
	    N_("A certificate runs out soon"),
	    N_("when there is a new one: an agent that runs and reaches the "
	    "hub renews its own by itself, else zqhub site reissue; https is "
	    "for the site's web server") },
	[ALERT_CLOCK] = { "clock",
	    N_("The site's clock is over a minute wrong"),
	    N_("when it is less: set it by NTP there") },
	[ALERT_FORKED] = { "forked",
	    N_("Two agents speak for the site; both are held"),
	    N_("when an operator says which is kept: zqhub site settle") },
	[ALERT_GATE] = { "gate",
	    N_("The site withdraws very much at once; it is held until "
	    "somebody decides"),
	    N_("when somebody has decided: zqhub release or zqhub "
	    "refuse") },
	[ALERT_QUARANTINE] = { "quarantine",
	    N_("The site renewed its certificate too late and waits to "
	    "be admitted"),
	    N_("when an operator admits it: zqhub site admit") },
	[ALERT_TROUBLE] = { "trouble",
	    N_("The site's agent can't read or tell all there is"),
	    N_("when the agent says no more that something is in its way; "
	    "zqagent status there says what to do") },
	[ALERT_DIFFERS] = { "differs",
	    N_("The index differs from what the site has"),
	    N_("when both are found to be the same: zqhub prove") },
	[ALERT_LINKS] = { "links",
	    N_("A link leads to an address that may be dangerous"),
	    N_("when no page links there any more, or an operator says what "
	    "is there: zqhub check pin, zqhub check accept") },
	[ALERT_MOVE] = { "move",
	    N_("A move is overdue, has failed, or is contested"),
	    N_("when it is as announced, zqhub move check looks now, or is "
	    "withdrawn: zqhub move withdraw") },
	[ALERT_AVAILABILITY] = { "availability",
	    N_("Of the week's visits to the home page too many failed "
	    "(week_warns; 国办秘函〔2019〕19号: week_fails)"),
	    N_("when a smaller share of the last seven days' visits than "
	    "week_warns failed") },
	[ALERT_DISK] = { "disk",
	    N_("The hub's disk is nearly full"),
	    N_("when 5 percent of it and 512 MiB are free") },
	[ALERT_HUB_CERTIFICATE] = { "hub-certificate",
	    N_("A certificate of the hub itself runs out soon"),
	    N_("when there is a new one: the hub makes its own by itself, "
	    "another CA comes of zqhub ca roll") },
	[ALERT_DOMAIN_EXPIRY] = { "domain-expiry",
	    N_("A site's domain runs out soon at its registry"),
	    N_("when it is renewed there, and the new date said: zqhub site "
	    "domain expires") },
	[ALERT_MOVED] = { "moved",
	    N_("The home page leads to, or names as its own, another domain, "
	    "lastingly and announced by nobody"),
	    N_("when the move is announced, zqhub move announce, the domain "
	    "is the site's, zqhub site domain add, an operator says that it "
	    "is right so, zqhub home accept, or the page is as before") },
};

const char *
alert_what_name(enum alert_what w)
{
	must(w < ALERT_RULES);
	return table[w].name;
}

enum alert_what
alert_what_named(struct span name)
{
	enum alert_what w = 0;

	while (w < ALERT_RULES && !span_is(name, span_of(table[w].name)))
		w++;
	return w;
}

const char *
alert_what_about(enum alert_what w)
{
	return w < ALERT_RULES ? _(table[w].about) :
	    _("A rule of another version of the hub");
}

const char *
alert_what_ends(enum alert_what w)
{
	return w < ALERT_RULES ? _(table[w].ends) : "";
}

const char *
alert_what_was(enum alert_what w)
{
	return w == ALERT_CLOSING ?
	    _("The site had announced that it closes soon") :
	    alert_what_about(w);
}
