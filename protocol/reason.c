/*
 * Reasons: sentences are recognized by their form, which is the format that
 * the hub made them of. `make reasons` sees to it that each form still stands
 * in the sources like that.
 */
#include "protocol/reason.h"

#include <stdbool.h>
#include <string.h>

#include "contrib/base/clock.h"
#include "contrib/base/lang.h"

#define PARTS_MOST 4

/* Those without parts need not stand here if they are marked N_() where they
 * are made. */
static const char *const forms[] = {
	/* what is around others */
	N_("held: %s"),
	N_("not readable: %s"),
	N_("line %s: %s"),
	N_("not well-formed XML: %s"),

	N_("change %s is held: %s"),
	N_("change %s is held, one of %s that wait by now: %s"),
	N_("change %s had no effect: %s"),

	/* whose it is */
	N_("%s is not a domain of this site; it has %s"),
	N_("%s is not a domain of this site: it has none"),
	N_("%s is not a domain of this site, it belongs to site %s; this site "
	    "has %s"),
	N_("%s is not a domain of this site, it belongs to site %s: it has "
	    "none"),
	N_("it is no address in normal form"),

	/* a batch, and what is in it */
	N_("held: this hub does not know the critical part \"%s\""),
	N_("held: %s withdrawals, until the hub's operator releases or refuses "
	    "them: it is more at once than passes unasked"),
	N_("%s more changes were held or not readable than are listed here"),
	N_("%s; %s more changes were held or not readable than are listed "
	    "here"),
	N_("over %s changes in one batch"),
	N_("a change has the number %s where %s was expected"),
	N_("its row does not decode"),
	N_("a batch needs an incarnation and the number of its first change, "
	    "neither of them 0"),
	N_("the numbers of its changes are at an end: start a new incarnation"),
	N_("not a batch"),
	N_("it is no change that this version can read"),

	/* what an alert says */
	N_("the home page leads to %s, which can't be reached: look at where "
	    "the site's server sends visitors"),
	N_("%s of %s agents fell silent at once, within the time that one may "
	    "be silent: look at the hub's own line, its DNS, its firewall; no "
	    "site is judged meanwhile"),

	/* how a site came to be */
	N_("imported"),
	N_("imported from the file %s"),

	/* what an agent can't read or tell */
	N_("%s; %s could not be read, the first: %s"),
	N_("source %s: its root can't be opened"),
	N_("source %s: the disk is full"),
	N_("source %s: the spool is full"),
	N_("source %s: a withdrawal of many items waits for `zqagent release` "
	    "or `zqagent refuse`"),
	N_("source %s: some directories can't be read"),
	N_("source %s: some files can't be read: let zqagentd's user read "
	    "them (chmod o+r, or by its group), or leave them out (exclude)"),
	N_("source %s: what is told is not at its addresses: correct its url in "
	    "agent.conf (zqagentd -n says what it finds), then systemctl "
	    "reload zqagentd"),
	N_("%s; asked for %s the web server answers %s"),
	N_("%s; asked for %s the web server answers %s, and below %s it is "
	    "there"),

	/* the gate */
	N_("more is withdrawn at once than passes unasked"),
	N_("the gate: more is withdrawn at once than this hub passes unasked; "
	    "its operator releases it or refuses"),
	N_("%s of %s items are withdrawn within a short time, and nobody "
	    "stands for it: this is held until the hub's operator releases or "
	    "refuses it"),
	N_("what the hub's gate held (%s) is refused by %s, and the index "
	    "keeps it: put it back; or, if it is to go, say so yourself "
	    "(zqagent say deleted). The reason: %s"),
	N_("what the hub's gate held (%s) is withdrawn, released by %s. The "
	    "reason: %s"),
	N_("refused by %s: %s"),
	N_("%s (%s, at the hub)"),

	/* the site and its key */
	N_("the site was blocked, in quarantine or retired, or two agents "
	    "spoke with its key"),
	N_("the hub's operator kept this agent of two: it begins a new "
	    "incarnation and tells everything again"),
	N_("one of two agents of this site was kept, and this one may be it, "
	    "started again: it is seen within a minute whether another one "
	    "speaks"),
	N_("two agents speak with this site's key, or one was restored from a "
	    "copy"),
	N_("The hub's CA is being replaced: trust the next one as well, and "
	    "get a certificate from it."),
	N_("The hub's CA was replaced: trust the new one alone."),
	N_("two agents take turns"),
	N_("its numbers went back: restored from a copy"),
	N_("the same number with other content"),

	/* notices */
	N_("there is no such notice"),
	N_("the hub's operator announced it: only they can say that it is "
	    "over"),
	N_("nothing that has begun is announced of this service, or it is "
	    "over: was the service named otherwise? Without a name all that "
	    "has begun is ended"),
	N_("nothing like this is announced, or it is over: was the service, "
	    "or when it begins or recurs, said otherwise?"),
	N_("the hub's operator announced this: only they can change it"),
	N_("the site has announced 200 things that are not over: say first "
	    "which of them are"),

	/* moves */
	N_("its time came, and the other end has not agreed: an operator may "
	    "(zqhub move agree), or the other site says the same move"),
	N_("its time came, and the new address did not answer when it was "
	    "last looked at (zqhub move check looks again)"),
	N_("too many moves of this address are contested: the hub's operator "
	    "decides between them first"),
	N_("move %s of this address has taken effect: say where its new "
	    "address goes, or withdraw that one first"),
	N_("the site has announced 20000 moves that are not over: say a prefix "
	    "instead of its addresses"),
	N_("%s: move %s, from %s"),
	N_("move %s, of %s to %s, waits for its other end, and takes no "
	    "effect on %s without it"),
	N_("move %s, of %s to %s, still waits for its other end, and takes no "
	    "effect on %s without it"),
	N_("move %s, of %s to %s, did not take effect on %s, for its other end "
	    "has not agreed"),
	N_("let site %s run `%s`, or let the hub's operator agree (zqhub move "
	    "agree %s)"),
	N_("put this site's proof (zqagent proof) at %s and let the hub's "
	    "operator look (zqhub move check %s), or agree (zqhub move agree "
	    "%s)"),
	N_("the new domain is this site's. If that is right, run `%s`; if not, "
	    "let the hub's operator withdraw it (zqhub move withdraw %s)"),
	N_("move %s, of %s to %s, contradicts move %s and is not followed: "
	    "the hub's operator decides (zqhub move agree, zqhub move "
	    "withdraw)"),
	N_("move %s, of %s to %s, is off: it needs no word any more"),
	N_("move %s, of %s to %s, is agreed to, and is followed from %s on"),
	N_("%s more moves from or to domains of this site wait for a word, or "
	    "have it now: zqagent moves shows this site's own, the hub's "
	    "operator has them all (zqhub move list)"),
	N_("announced otherwise: move %s"),
	N_("an operator decided for move %s"),
	N_("an operator decided for move %s: %s"),
	N_("its redirect would have ended before today"),
	N_("the hub's operator announced this move: only they can withdraw it"),
	N_("no move of this address is announced, or it is over"),
	N_("its own site has not announced this move"),
	N_("a site has up to 256 sources"),

	/* the hub's own state */
	N_("another large body of this site is under way"),
	N_("the hub has more to write than its disk takes; nothing is lost"),
	N_("the hub has no time to compare now"),
	N_("the disk is full"),

	/* a part of a change */
	N_("%s: longer than %s bytes"),
	N_("%s: not UTF-8, or a character that XML can't carry"),
	N_("%s: not within 1970 to 9999"),
	N_("%s: expected a time such as 2026-11-21T08:00:00Z"),
	N_("%s: expected a number"),
	N_("not expected here"),
	N_("%s: %s"),
	N_("loc: missing"),
	N_("loc: not an address in normal form"),
	N_("zq:link: href: not an address in normal form"),
	N_("missing: it says what changed and when"),
	N_("datetime: missing"),
	N_("change: expected created, updated or deleted"),
	N_("not UTF-8, or a character that XML can't carry"),
	N_("a change of more than 512 KiB"),
	N_("elements nested more than 16 deep"),
	N_("an address of more than 2048 bytes"),
	N_("a control character in an address"),
	N_("not an address: expected http:// or https://"),
};

#define FORMS (sizeof(forms) / sizeof(forms[0]))

const char *
reason_form(size_t n)
{
	return n < FORMS ? forms[n] : NULL;
}

/* --- which form --------------------------------------------------------------- */

struct fit {
	const char *form;
	struct span part[PARTS_MOST];
	size_t parts;
	size_t lead, own;	/* bytes of its own: before a part, in all */
};

/* Where `what` is in `in`, from its beginning or at its very end. */
static const char *
find(struct span in, struct span what, bool at_end)
{
	if (what.n > in.n)
		return NULL;
	if (at_end)
		return memcmp(in.at + in.n - what.n, what.at, what.n) == 0 ?
		    in.at + in.n - what.n : NULL;
	return memmem(in.at, in.n, what.at, what.n);
}

static void
go_on(struct span *s, const char *at)
{
	s->n -= (size_t)(at - s->at);
	s->at = at;
}

/* Each part is as short as it can be, but not empty. */
static bool
fits(struct fit *f, const char *form, struct span text)
{
	size_t n = strcspn(form, "%");
	const char *at;

	*f = (struct fit){ .form = form, .lead = n, .own = n };
	if (text.n < n || memcmp(text.at, form, n) != 0)
		return false;
	for (form += n, go_on(&text, text.at + n); *form != '\0'; form += n) {
		form += 2;
		n = strcspn(form, "%");
		if (text.n == 0 || f->parts == PARTS_MOST)
			return false;
		at = find((struct span){ text.at + 1, text.n - 1 },
		    (struct span){ form, n }, form[n] == '\0');
		if (at == NULL)
			return false;
		f->part[f->parts++] = (struct span){ text.at,
		    (size_t)(at - text.at) };
		f->own += n;
		go_on(&text, at + n);
	}
	return text.n == 0;
}

/* What stands around a sentence begins with words of its own. */
static bool
is_better(const struct fit *a, const struct fit *b)
{
	return a->lead != b->lead ? a->lead > b->lead : a->own > b->own;
}

static bool
best(struct fit *f, struct span text)
{
	struct fit other;

	f->form = NULL;
	for (size_t i = 0; i < FORMS; i++)
		if (fits(&other, forms[i], text) &&
		    (f->form == NULL || is_better(&other, f)))
			*f = other;
	return f->form != NULL;
}

/* --- said ---------------------------------------------------------------------- */

static void put(struct buf *b, struct span text, reason_fn *say, int depth);

/* "%s" is the next part, "%2$s" the second one. */
static const char *
put_part(struct buf *b, const struct fit *f, const char *s, size_t *next,
    reason_fn *say, int depth)
{
	size_t n = *next;

	s++;
	if (*s >= '1' && *s <= '9' && s[1] == '$') {
		n = (size_t)(*s - '1');
		s += 2;
	}
	*next = n + 1;
	if (n < f->parts)
		put(b, f->part[n], say, depth + 1);
	return *s != '\0' ? s + 1 : s;
}

/* As clock_format() has it: nobody else writes just so. */
static bool
is_time(struct span text, int64_t *ms)
{
	return text.n == 24 && text.at[10] == 'T' && text.at[23] == 'Z' &&
	    clock_parse(text.at, text.n, 0, ms);
}

/* A sentence that nobody knows may be without parts and known elsewhere; a
 * time is shown in the reader's zone. */
static void
put_other(struct buf *b, struct span text, reason_fn *say)
{
	char shown[CLOCK_TEXT_MAX];
	struct buf copy;
	int64_t ms;

	if (text.n == 0)
		return;
	if (is_time(text, &ms)) {
		buf_text(b, clock_show(shown, ms));
		return;
	}
	buf_init(&copy, text.n + 1);
	buf_span(&copy, text);
	buf_text(b, say(buf_cstr(&copy)));
	buf_clear(&copy);
}

static void
put(struct buf *b, struct span text, reason_fn *say, int depth)
{
	const char *s;
	size_t next = 0, n;
	struct fit f;

	if (depth == REASON_DEPTH || !best(&f, text)) {
		put_other(b, text, say);
		return;
	}
	for (s = say(f.form); *s != '\0';) {
		n = strcspn(s, "%");
		buf_span(b, (struct span){ s, n });
		s += n;
		if (*s == '%')
			s = put_part(b, &f, s, &next, say, depth);
	}
}

void
reason_say(struct buf *b, struct span english, reason_fn *say)
{
	put(b, english, say, 0);
}

static const char *
in_language(const char *form)
{
	return gettext(form);
}

void
reason_put(struct buf *b, struct span english)
{
	reason_say(b, english, in_language);
}

struct span
reason_in(struct buf *room, struct span english)
{
	buf_reset(room);
	reason_put(room, english);
	return buf_look(room);
}
