/*
 * The names of rules; see alert_what.h.
 */
#include "hub/alert_what.h"

#include "contrib/base/err.h"
#include "contrib/base/lang.h"

static const struct {
	const char *name, *about;
} table[ALERT_RULES] = {
	[ALERT_DOWN] = { "down",
	    N_("The home page doesn't come") },
	[ALERT_SILENT] = { "silent",
	    N_("The site's agent is not heard any more") },
	[ALERT_UNREACHABLE] = { "unreachable",
	    N_("Neither the agent is heard nor does the home page come") },
	[ALERT_OVERRUN] = { "overrun",
	    N_("An announced outage is not over when it should be") },
	[ALERT_SLOW] = { "slow",
	    N_("The home page comes late") },
	[ALERT_ISOLATED] = { "isolated",
	    N_("The hub is cut off from many sites at once; none is "
	    "judged") },
	[ALERT_FLAPPING] = { "flapping",
	    N_("The site goes up and down again and again") },
	[ALERT_DOMAIN] = { "domain",
	    N_("The home page is not the site's own any more") },
	[ALERT_GONE] = { "gone",
	    N_("The site has gone for days and had not announced its "
	    "closing") },
	[ALERT_CLOSING] = { "closing",
	    N_("The site closes soon, as it has announced") },
	[ALERT_CERTIFICATE] = { "certificate",
	    N_("A certificate runs out soon") },
	[ALERT_CLOCK] = { "clock",
	    N_("The site's clock is over a minute wrong") },
	[ALERT_FORKED] = { "forked",
	    N_("Two agents speak for the site; both are held") },
	[ALERT_GATE] = { "gate",
	    N_("The site withdraws very much at once; it is held until "
	    "somebody decides") },
	[ALERT_QUARANTINE] = { "quarantine",
	    N_("The site renewed its certificate too late and waits to "
	    "be admitted") },
	[ALERT_TROUBLE] = { "trouble",
	    N_("The site's agent can't read or tell all there is") },
	[ALERT_DIFFERS] = { "differs",
	    N_("The index differs from what the site has") },
	[ALERT_LINKS] = { "links",
	    N_("A link leads to an address that may be dangerous") },
	[ALERT_MOVE] = { "move",
	    N_("A move is overdue, has failed, or is contested") },
	[ALERT_AVAILABILITY] = { "availability",
	    N_("Of the week's visits to the home page too many failed "
	    "(国办秘函〔2019〕19号: 5 %; early warning at 3 %)") },
	[ALERT_DISK] = { "disk",
	    N_("The hub's disk is nearly full") },
	[ALERT_HUB_CERTIFICATE] = { "hub-certificate",
	    N_("A certificate of the hub itself runs out soon") },
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
alert_what_was(enum alert_what w)
{
	return w == ALERT_CLOSING ?
	    _("The site had announced that it closes soon") :
	    alert_what_about(w);
}
