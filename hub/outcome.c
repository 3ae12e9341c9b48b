/*
 * Outcome: the table of causes, and the strikes; see outcome.h.
 */
#include "hub/outcome.h"

#include <string.h>

#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/lang.h"
#include "contrib/base/text.h"

#define DETAIL_MAX 2048		/* bytes: an address fits */

static const struct {
	const char *name, *word;
} outcomes[OUTCOME_COUNT] = {
	[OUTCOME_OK] = { "ok", N_("works") },
	[OUTCOME_MOVED] = { "moved", N_("moved") },
	[OUTCOME_GONE] = { "gone", N_("gone") },
	[OUTCOME_BLOCKED] = { "blocked", N_("kept out") },
	[OUTCOME_UNREACHABLE] = { "unreachable", N_("unreachable") },
	[OUTCOME_SOFT_404] = { "soft-404", N_("error page") },
	[OUTCOME_SUSPICIOUS] = { "suspicious", N_("SUSPICIOUS") },
	[OUTCOME_LOGIN] = { "login", N_("wants a login") },
	[OUTCOME_UNKNOWN] = { "unknown", N_("can't tell") },
};

#define NOTHING_TO_DO N_("Nothing to do.")
#define ASK_OWNER N_("Ask the page's owner for the new address; if there is " \
	"none, take the link out.")
#define BY_HAND N_("Open it in a browser: to people it may answer. A person " \
	"can pin the verdict.")
#define WAIT_FOR_IT N_("Wait: it is looked at again. If it stays so, ask " \
	"whoever runs that server.")
#define TAKE_OUT_NOW N_("Take the link out at once, then ask the former " \
	"owner.")

/* %s in a text is the detail. */
static const struct row {
	const char *name;
	enum outcome outcome;
	const char *evidence, *repair;
} table[CAUSE_COUNT] = {
	[CAUSE_FINE] = { "fine", OUTCOME_OK, N_("The page answers."),
	    NOTHING_TO_DO },
	[CAUSE_UNCHANGED] = { "unchanged", OUTCOME_OK,
	    N_("The page is as it was at the last look."), NOTHING_TO_DO },
	[CAUSE_ELSEWHERE_NOW] = { "elsewhere-now", OUTCOME_OK,
	    N_("For now the server sends readers to %s; the address itself "
	    "stays the right one."), NOTHING_TO_DO },
	[CAUSE_MOVED] = { "moved", OUTCOME_MOVED,
	    N_("The server says that the page moved for good, to %s."),
	    N_("Leave the link as it is for now: one redirect is no move. If "
	    "later looks are sent to %s, too, write that into the link.") },
	[CAUSE_MOVED_HOME] = { "moved-home", OUTCOME_MOVED,
	    N_("The server sends readers to a home page, %s, for good: the "
	    "page itself may be lost."),
	    N_("Look for the page at %s; if it isn't there, take the link "
	    "out.") },
	[CAUSE_404] = { "404", OUTCOME_GONE,
	    N_("The server says that there is no such page (404)."),
	    ASK_OWNER },
	[CAUSE_410] = { "410", OUTCOME_GONE,
	    N_("The server says that the page was removed for good (410)."),
	    N_("Take the link out, or ask the page's owner what took its "
	    "place.") },
	[CAUSE_CHALLENGE] = { "challenge", OUTCOME_BLOCKED,
	    N_("A wall against robots stands before the page (%s)."),
	    BY_HAND },
	[CAUSE_REFUSED] = { "refused", OUTCOME_BLOCKED,
	    N_("The server refuses to answer us (%s)."), BY_HAND },
	[CAUSE_TOO_OFTEN] = { "too-often", OUTCOME_BLOCKED,
	    N_("The server asks us to come back later (%s)."),
	    N_("Nothing to do: it is looked at again later.") },
	[CAUSE_COOKIES] = { "cookies", OUTCOME_BLOCKED,
	    N_("The server goes in a circle with whoever keeps no cookies."),
	    BY_HAND },
	[CAUSE_NO_NAME] = { "no-name", OUTCOME_UNREACHABLE,
	    N_("There is no machine of that name."), WAIT_FOR_IT },
	[CAUSE_NO_CONNECTION] = { "no-connection", OUTCOME_UNREACHABLE,
	    N_("The server takes no connection."), WAIT_FOR_IT },
	[CAUSE_TIME] = { "time", OUTCOME_UNREACHABLE,
	    N_("The server did not answer in time."), WAIT_FOR_IT },
	[CAUSE_CERTIFICATE] = { "certificate", OUTCOME_UNREACHABLE,
	    N_("The server's certificate is not good: %s."),
	    N_("Ask whoever runs that server to renew its certificate; "
	    "readers are warned away from it.") },
	[CAUSE_SERVER] = { "server", OUTCOME_UNREACHABLE,
	    N_("The server is in trouble (%s)."), WAIT_FOR_IT },
	[CAUSE_CIRCLE] = { "circle", OUTCOME_UNREACHABLE,
	    N_("The server's redirects go in a circle."), WAIT_FOR_IT },
	[CAUSE_HOPS] = { "hops", OUTCOME_UNREACHABLE,
	    N_("The server redirects more often than a browser follows."),
	    WAIT_FOR_IT },
	[CAUSE_NOWHERE] = { "nowhere", OUTCOME_UNREACHABLE,
	    N_("The server redirects to what is no web address: %s."),
	    ASK_OWNER },
	[CAUSE_GARBAGE] = { "garbage", OUTCOME_UNREACHABLE,
	    N_("The answer is no web page: %s."), WAIT_FOR_IT },
	[CAUSE_AS_MISSING] = { "as-missing", OUTCOME_SOFT_404,
	    N_("The server says that all is well, but the page is the one it "
	    "shows for addresses that do not exist."), ASK_OWNER },
	[CAUSE_SENT_AS_MISSING] = { "sent-as-missing", OUTCOME_SOFT_404,
	    N_("Readers are sent to %s, as for any address that does not "
	    "exist there."), ASK_OWNER },
	[CAUSE_SAYS_MISSING] = { "says-missing", OUTCOME_SOFT_404,
	    N_("The server says that all is well, but the page says \"%s\"."),
	    ASK_OWNER },
	[CAUSE_WORDS] = { "words", OUTCOME_SUSPICIOUS,
	    N_("The page speaks of gambling or the like: %s."),
	    TAKE_OUT_NOW },
	[CAUSE_FOR_SALE] = { "for-sale", OUTCOME_SUSPICIOUS,
	    N_("The domain is parked or for sale: %s."), TAKE_OUT_NOW },
	[CAUSE_OTHER_OWNER] = { "other-owner", OUTCOME_SUSPICIOUS,
	    N_("The whole host, which used to answer itself, now sends its "
	    "readers to %s."), TAKE_OUT_NOW },
	[CAUSE_OTHER_LANGUAGE] = { "other-language", OUTCOME_SUSPICIOUS,
	    N_("The host has changed its language and its title: %s."),
	    TAKE_OUT_NOW },
	[CAUSE_OTHER_CERTIFICATE] = { "other-certificate",
	    OUTCOME_SUSPICIOUS,
	    N_("The host has another title, and at the same time a "
	    "certificate that another authority has issued: %s."),
	    TAKE_OUT_NOW },
	[CAUSE_LOGIN] = { "login", OUTCOME_LOGIN,
	    N_("The page can be read only after a login (%s)."),
	    N_("Say so beside the link, or link to a page that all may "
	    "read.") },
	[CAUSE_ROBOTS] = { "robots", OUTCOME_UNKNOWN,
	    N_("The server's robots.txt asks programs not to look."),
	    BY_HAND },
	[CAUSE_INWARD] = { "inward", OUTCOME_UNKNOWN,
	    N_("%s is at a private address, where the hub does not look."),
	    N_("If it is a network of yours, name it in check_allow of "
	    "hub.conf.") },
	[CAUSE_SCRIPT] = { "script", OUTCOME_UNKNOWN,
	    N_("The page is empty until a script has drawn it: there is "
	    "nothing to judge."), BY_HAND },
	[CAUSE_STATUS] = { "status", OUTCOME_UNKNOWN,
	    N_("The server gave an answer that says neither yes nor no "
	    "(%s)."), BY_HAND },
	[CAUSE_ISOLATED] = { "isolated", OUTCOME_UNKNOWN,
	    N_("No server answered us at that time: the fault may be ours."),
	    N_("Look whether the hub can reach the Internet.") },
	[CAUSE_EMPTY] = { "empty", OUTCOME_UNREACHABLE,
	    N_("The page is blank: the server answers (%s), and nothing is in "
	    "the answer."), WAIT_FOR_IT },
	[CAUSE_CUT_SHORT] = { "cut-short", OUTCOME_UNREACHABLE,
	    N_("The page breaks off before its end: the server answers (%s), "
	    "and sends less than it says."), WAIT_FOR_IT },
	[CAUSE_NO_ADDRESS] = { "no-address", OUTCOME_UNKNOWN,
	    N_("It is no address of the web: %s."),
	    N_("Correct the address in the link.") },
};

/* --- names ------------------------------------------------------------------ */

const char *
outcome_name(enum outcome o)
{
	must(o < OUTCOME_COUNT);
	return outcomes[o].name;
}

const char *
outcome_word(enum outcome o)
{
	must(o < OUTCOME_COUNT);
	return _(outcomes[o].word);
}

bool
outcome_parse(enum outcome *o, struct span name)
{
	for (int i = 0; i < OUTCOME_COUNT; i++) {
		if (span_is(name, span_of(outcomes[i].name))) {
			*o = (enum outcome)i;
			return true;
		}
	}
	return false;
}

bool
outcome_is_broken(enum outcome o)
{
	return o == OUTCOME_GONE || o == OUTCOME_SOFT_404 ||
	    o == OUTCOME_SUSPICIOUS;
}

const char *
cause_name(enum cause c)
{
	must(c < CAUSE_COUNT);
	return table[c].name;
}

bool
cause_parse(enum cause *c, struct span name)
{
	for (int i = 0; i < CAUSE_COUNT; i++) {
		if (span_is(name, span_of(table[i].name))) {
			*c = (enum cause)i;
			return true;
		}
	}
	return false;
}

enum outcome
cause_outcome(enum cause c)
{
	must(c < CAUSE_COUNT);
	return table[c].outcome;
}

bool
cause_is_danger(enum cause c)
{
	return cause_outcome(c) == OUTCOME_SUSPICIOUS;
}

/* The texts are ours and translators': only the one %s is looked for. */
static void
fill(struct buf *out, const char *text, struct span detail)
{
	const char *at = strstr(text, "%s");

	if (at == NULL) {
		buf_text(out, text);
		return;
	}
	buf_put(out, text, (size_t)(at - text));
	buf_span(out, text_cut(detail, DETAIL_MAX));
	buf_text(out, at + 2);
}

void
cause_evidence(struct buf *out, enum cause c, struct span detail)
{
	must(c < CAUSE_COUNT);
	fill(out, _(table[c].evidence), detail);
}

void
cause_repair(struct buf *out, enum cause c, struct span detail)
{
	must(c < CAUSE_COUNT);
	fill(out, _(table[c].repair), detail);
}

/* --- over days -------------------------------------------------------------- */

void
outcome_init(struct outcome_record *r)
{
	*r = (struct outcome_record){ .cause = CAUSE_FINE,
	    .seen = CLOCK_NONE, .since = CLOCK_NONE, .struck = CLOCK_NONE };
}

/* A failure that says nothing about the page (a wall, a server in trouble)
 * neither counts nor forgives. */
static bool
is_forgiving(enum outcome o)
{
	return o == OUTCOME_OK || o == OUTCOME_MOVED || o == OUTCOME_LOGIN;
}

static void
strike(struct outcome_record *r, int64_t now)
{
	if (r->strikes > 0 && now - r->struck < OUTCOME_STRIKE_APART)
		return;
	if (r->strikes < OUTCOME_STRIKES)
		r->strikes++;
	r->struck = now;
}

bool
outcome_add(struct outcome_record *r, enum cause c, int64_t now)
{
	enum outcome o = cause_outcome(c);
	bool before = r->confirmed;

	if (r->seen == CLOCK_NONE || cause_outcome(r->cause) != o) {
		r->since = now;
		r->looks = 0;
	}
	if (r->looks < UINT8_MAX)
		r->looks++;
	if (is_forgiving(o)) {
		r->strikes = 0;
		r->struck = CLOCK_NONE;
		r->confirmed = false;
	} else if (o == OUTCOME_GONE) {
		strike(r, now);
		if (c == CAUSE_410)
			r->strikes = OUTCOME_STRIKES;
		r->confirmed = r->strikes == OUTCOME_STRIKES;
	} else {
		r->confirmed = outcome_is_broken(o);
	}
	r->cause = c;
	r->seen = now;
	return r->confirmed != before;
}

bool
outcome_is_lasting(const struct outcome_record *r)
{
	return r->looks >= OUTCOME_STRIKES &&
	    r->seen - r->since >= OUTCOME_STRIKE_APART;
}

bool
outcome_is_unreachable_long(const struct outcome_record *r)
{
	return r->seen != CLOCK_NONE &&
	    cause_outcome(r->cause) == OUTCOME_UNREACHABLE &&
	    outcome_is_lasting(r);
}

void
outcome_repair(struct buf *out, const struct outcome_record *r,
    struct span detail)
{
	if (r->cause == CAUSE_MOVED && outcome_is_lasting(r))
		fill(out, _("Write %s into the link."), detail);
	else
		cause_repair(out, r->cause, detail);
}

int64_t
outcome_next(const struct outcome_record *r, int64_t window)
{
	int64_t steady = r->seen - r->since;
	int64_t most = 8 * window;
	int64_t counts;

	if (r->seen == CLOCK_NONE)
		return INT64_MIN;
	if (r->strikes > 0 && !r->confirmed) {
		counts = r->struck + OUTCOME_STRIKE_APART;
		return counts > r->seen ? counts :
		    r->seen + OUTCOME_STRIKE_APART;
	}
	if (cause_outcome(r->cause) == OUTCOME_UNREACHABLE &&
	    !outcome_is_unreachable_long(r))
		return r->seen + (window < OUTCOME_STRIKE_APART / 2 ? window :
		    OUTCOME_STRIKE_APART / 2);
	if (!r->confirmed || steady < window)
		return r->seen + window;
	return r->seen + (steady < most ? steady : most);
}
