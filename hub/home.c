/*
 * Homes: names and sentences; see home.h.
 */
#include "hub/home.h"

#include <stdio.h>

#include "contrib/base/err.h"
#include "contrib/base/lang.h"
#include "contrib/base/text.h"
#include "protocol/url.h"

/* --- outcomes --------------------------------------------------------------- */

static const struct {
	const char *name, *word;
} outcomes[HOME_OUTCOMES] = {
	[HOME_UNKNOWN] = { "unknown", N_("not known") },
	[HOME_OK] = { "ok", N_("fine") },
	[HOME_SLOW] = { "slow", N_("slow") },
	[HOME_FAILED] = { "failed", N_("doesn't come") },
	[HOME_MOVED] = { "moved", N_("sent elsewhere") },
	[HOME_DANGER] = { "danger", N_("danger") },
};

const char *
home_outcome_name(enum home_outcome o)
{
	must(o < HOME_OUTCOMES);
	return outcomes[o].name;
}

const char *
home_outcome_word(enum home_outcome o)
{
	must(o < HOME_OUTCOMES);
	return _(outcomes[o].word);
}

bool
home_outcome_parse(enum home_outcome *o, struct span name)
{
	for (int i = 0; i < HOME_OUTCOMES; i++) {
		if (span_is(name, span_of(outcomes[i].name))) {
			*o = (enum home_outcome)i;
			return true;
		}
	}
	return false;
}

bool
home_is_there(enum home_outcome o)
{
	return o == HOME_OK || o == HOME_SLOW || o == HOME_MOVED;
}

/* --- verdicts --------------------------------------------------------------- */

static const char *const verdicts[HOME_VERDICTS] = {
	[HOME_SAME] = "same", [HOME_NOTE] = "note",
	[HOME_CANDIDATE] = "candidate", [HOME_HIJACKED] = "danger",
};

const char *
home_verdict_name(enum home_verdict v)
{
	must(v < HOME_VERDICTS);
	return verdicts[v];
}

bool
home_verdict_parse(enum home_verdict *v, struct span name)
{
	for (int i = 0; i < HOME_VERDICTS; i++) {
		if (span_is(name, span_of(verdicts[i]))) {
			*v = (enum home_verdict)i;
			return true;
		}
	}
	return false;
}

/* The sentence has one %.*s, for the detail, or none. */
static const struct {
	const char *name, *sentence;
} whys[HOME_WHYS] = {
	[HOME_WHY_NONE] = { "none", N_("the home page is as it was") },
	[HOME_WHY_ADDRESS] = { "address",
	    N_("its name leads to another IP address: %.*s") },
	[HOME_WHY_TITLE] = { "title",
	    N_("the home page has another title: %.*s") },
	[HOME_WHY_SECURE] = { "secure",
	    N_("https is not as it was: %.*s") },
	[HOME_WHY_ELSEWHERE] = { "elsewhere",
	    N_("visitors are sent elsewhere for now: %.*s") },
	[HOME_WHY_ANNOUNCED] = { "announced",
	    N_("visitors are sent where an announced move says: %.*s") },
	[HOME_WHY_NO_CODE] = { "code",
	    N_("the home page has the SiteIDCode of another site: %.*s") },
	[HOME_WHY_REDIRECT] = { "redirect",
	    N_("visitors are sent elsewhere for good, and no move of the "
	    "domain was announced: %.*s") },
	[HOME_WHY_SAYS_DOMAIN] = { "says-domain",
	    N_("the page says that its domain is another one "
	    "(SiteDomain): %.*s") },
	[HOME_WHY_OTHER_DOMAIN] = { "other-domain",
	    N_("visitors end up at a domain that is not the site's: %.*s") },
	[HOME_WHY_LANGUAGE] = { "language",
	    N_("the home page has another language and another title than "
	    "before: %.*s") },
	[HOME_WHY_WORDS] = { "words",
	    N_("the home page speaks of what no public body offers: %.*s") },
	[HOME_WHY_PARKED] = { "parked",
	    N_("a page of a domain that is for sale or has run out stands in "
	    "the home page's place: %.*s") },
	[HOME_WHY_MISSING] = { "missing",
	    N_("the home page is what the server answers to any address that "
	    "doesn't exist: %.*s") },
	[HOME_WHY_OTHER_CODE] = { "other-code",
	    N_("the home page became that of another site, by its "
	    "SiteIDCode: %.*s") },
	[HOME_WHY_CERTIFICATE] = { "certificate",
	    N_("has the domain changed hands? The certificate at the site's "
	    "address is for others alone: %.*s") },
};

const char *
home_why_name(enum home_why w)
{
	must(w < HOME_WHYS);
	return whys[w].name;
}

bool
home_why_parse(enum home_why *w, struct span name)
{
	for (int i = 0; i < HOME_WHYS; i++) {
		if (span_is(name, span_of(whys[i].name))) {
			*w = (enum home_why)i;
			return true;
		}
	}
	return false;
}

void
home_why_sentence(struct buf *out, enum home_why w, struct span detail)
{
	must(w < HOME_WHYS);
	buf_printf(out, _(whys[w].sentence), SPAN_ARGS(detail));
}

/* --- looks ------------------------------------------------------------------- */

const char *
home_hop_word(enum hop_kind k)
{
	static const char *const words[] = {
		[HOP_PERMANENT] = N_("sends on for good"),
		[HOP_TEMPORARY] = N_("sends on for now"),
		[HOP_REFRESH] = N_("its page sends on"),
	};

	must((size_t)k < sizeof(words) / sizeof(words[0]));
	return _(words[k]);
}

const struct home_hop *
home_end(const struct home_look *l)
{
	must(l->hops > 0 && l->hops <= HOME_HOPS);
	return &l->hop[l->hops - 1];
}

void
home_end_domain(char out[REGISTRABLE_MAX], const struct home_look *l)
{
	char host[HOME_HOST];

	home_host(host, home_end(l)->url);
	registrable(out, span_of(host));
}

void
home_host(char out[HOME_HOST], const char *url)
{
	struct url u;

	out[0] = '\0';
	if (url_parse(&u, span_of(url)))
		snprintf(out, HOME_HOST, "%.*s",
		    SPAN_ARGS(text_cut(u.host, HOME_HOST - 1)));
}
