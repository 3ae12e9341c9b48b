/*
 * Judging a home page: one question after the other, the worst first; see
 * home_judge.h.
 */
#include "hub/home_judge.h"

#include <stdio.h>
#include <string.h>

#include "contrib/base/text.h"
#include "hub/baseline.h"
#include "hub/registrable.h"
#include "protocol/url.h"

struct facts {
	const struct home_look *before;	/* or NULL */
	const struct home_look *now;
	const struct home_own *own;
	char end[HOME_HOST];		/* host where it ended … */
	bool at_home;			/* … is the site's own */
	bool lasting;			/* all redirects on the way are for good */
	bool accepted;			/* that it ends there */
};

/* Does it answer? Then the judgement is written. */
typedef bool ask_fn(struct home_judgement *j, const struct facts *f);

static bool
is(struct home_judgement *j, enum home_verdict v, enum home_why w,
    const char *from, const char *to)
{
	char text[2 * HOME_DETAIL];

	j->verdict = v;
	j->why = w;
	snprintf(text, sizeof(text), "%.*s%s%.*s",
	    SPAN_ARGS(text_cut(span_of(from), HOME_DETAIL / 2 - 4)),
	    from[0] != '\0' ? " -> " : "",
	    SPAN_ARGS(text_cut(span_of(to), HOME_DETAIL - 1)));
	snprintf(j->detail, sizeof(j->detail), "%.*s",
	    SPAN_ARGS(text_cut(span_of(text), HOME_DETAIL - 1)));
	return true;
}

static bool
is_own(const struct home_own *own, struct span host)
{
	return registrable_same(host, span_of(own->host)) ||
	    (own->is_own != NULL && own->is_own(own->arg, host));
}

static bool
is_told(const struct home_own *own, struct span host)
{
	return own->is_announced != NULL && own->is_announced(own->arg, host);
}

/* gov.cn, and 政务.cn as it stands in DNS: not for everybody to have. */
static bool
is_public_body(struct span host)
{
	static const struct span suffixes[] = { SPAN(".gov.cn"),
	    SPAN(".xn--zfr164b") };

	for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
		struct span s = suffixes[i];

		if (host.n > s.n && memcmp(host.at + host.n - s.n, s.at,
		    s.n) == 0)
			return true;
	}
	return false;
}

static void
lower(char *host)
{
	for (char *c = host; *c != '\0'; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c - 'A' + 'a');
}

void
home_judge_said(char out[HOME_HOST], const struct home_look *l)
{
	const char *at = strstr(l->domain, "://");
	size_t n;

	at = at != NULL ? at + 3 : l->domain;
	n = strcspn(at, "/:?# ");
	out[0] = '\0';
	if (n > 0 && n < HOME_HOST && memchr(at, '.', n) != NULL)
		snprintf(out, HOME_HOST, "%.*s", (int)n, at);
	lower(out);
}

static bool
has_code(const struct home_look *l, const char *code)
{
	return l->code[0] != '\0' && strcasecmp(l->code, code) == 0;
}

/* Another code than the site's own, and "null" is none. */
static bool
has_other_code(const struct home_look *l, const char *code)
{
	return strlen(l->code) == 10 && !has_code(l, code);
}

static bool
same_title(const struct facts *f)
{
	return f->before != NULL && f->before->title[0] != '\0' &&
	    baseline_same_title(f->before->title, f->now->title);
}

/* Only who said that it is right can have made this the baseline. */
static bool
is_baseline(const char *before, const char *now)
{
	return strcmp(before, now) == 0;
}

/* --- danger ------------------------------------------------------------------ */

/* By what it was seen, and where, if that isn't the site's own. */
static bool
is_hijacked(struct home_judgement *j, const struct facts *f, enum home_why w,
    const char *by)
{
	char text[HOME_DETAIL];

	if (by[0] == '\0')
		return false;
	snprintf(text, sizeof(text), f->at_home ? "%.*s" : "%.*s (%s)",
	    SPAN_ARGS(text_cut(span_of(by), HOME_DETAIL / 2)), f->end);
	return is(j, HOME_HIJACKED, w, "", text);
}

static bool
ask_words(struct home_judgement *j, const struct facts *f)
{
	if (f->before != NULL && is_baseline(f->before->bad, f->now->bad))
		return false;
	return is_hijacked(j, f, HOME_WHY_WORDS, f->now->bad);
}

static bool
ask_parked(struct home_judgement *j, const struct facts *f)
{
	if (f->before != NULL &&
	    is_baseline(f->before->parked, f->now->parked))
		return false;
	return is_hijacked(j, f, HOME_WHY_PARKED, f->now->parked);
}

/* A server that gives its home page for any address has done so before. */
static bool
ask_missing(struct home_judgement *j, const struct facts *f)
{
	const struct home_look *b = f->before;

	if (!f->now->is_missing || b == NULL || !b->asked_missing ||
	    b->is_missing || same_title(f))
		return false;
	return is(j, HOME_HIJACKED, HOME_WHY_MISSING, b->title,
	    f->now->title);
}

static bool
ask_code(struct home_judgement *j, const struct facts *f)
{
	const struct home_look *b = f->before;

	if (!has_other_code(f->now, f->own->code) || b == NULL ||
	    strcasecmp(b->code, f->now->code) == 0)
		return false;
	return is(j, HOME_HIJACKED, HOME_WHY_OTHER_CODE, f->own->code,
	    f->now->code);
}

static bool
ask_language(struct home_judgement *j, const struct facts *f)
{
	const struct home_look *b = f->before;
	char from[HOME_DETAIL], to[HOME_DETAIL];

	if (b == NULL || b->language == GLANCE_NONE ||
	    f->now->language == GLANCE_NONE ||
	    b->language == f->now->language || same_title(f))
		return false;
	snprintf(from, sizeof(from), "%s, %s",
	    glance_language_name(b->language), b->title);
	snprintf(to, sizeof(to), "%s, %s",
	    glance_language_name(f->now->language), f->now->title);
	return is(j, HOME_HIJACKED, HOME_WHY_LANGUAGE, from, to);
}

/* --- where it ends ------------------------------------------------------------ */

static bool
ask_announced(struct home_judgement *j, const struct facts *f)
{
	const struct home_own *own = f->own;

	if (f->at_home || !is_told(own, span_of(f->end)))
		return false;
	return is(j, HOME_NOTE, HOME_WHY_ANNOUNCED, own->host, f->end);
}

/* It is as it was when somebody said that it is right. */
static bool
is_accepted_stranger(const struct facts *f)
{
	return f->accepted && f->before != NULL &&
	    is_baseline(f->before->code, f->now->code) &&
	    is_baseline(f->before->title, f->now->title);
}

/* Elsewhere, and not with what marks the site: its code, or its title at
 * another public body. A copy of the page has these, too; that is why they
 * count only where not everybody can have a domain. */
static bool
ask_stranger(struct home_judgement *j, const struct facts *f)
{
	bool marked = has_code(f->now, f->own->code) || same_title(f);

	if (f->at_home || (marked && is_public_body(span_of(f->end))) ||
	    is_accepted_stranger(f))
		return false;
	return is(j, HOME_HIJACKED, HOME_WHY_OTHER_DOMAIN, f->own->host,
	    f->end);
}

static bool
ask_redirect(struct home_judgement *j, const struct facts *f)
{
	const struct home_own *own = f->own;

	if (f->at_home || f->accepted)
		return false;
	return f->lasting ? is(j, HOME_CANDIDATE, HOME_WHY_REDIRECT,
	    own->host, f->end) : is(j, HOME_NOTE, HOME_WHY_ELSEWHERE,
	    own->host, f->end);
}

/* Within what the site has bought, but at a host that it never told. */
static bool
ask_neighbour(struct home_judgement *j, const struct facts *f)
{
	const struct home_own *own = f->own;
	const char *bare = strncmp(own->host, "www.", 4) == 0 ?
	    own->host + 4 : own->host;

	if (strcmp(f->end, own->host) == 0 || strcmp(f->end, bare) == 0 ||
	    (strncmp(f->end, "www.", 4) == 0 &&
	    strcmp(f->end + 4, own->host) == 0) ||
	    (own->is_own != NULL && own->is_own(own->arg,
	    span_of(f->end))) || f->accepted)
		return false;
	return ask_announced(j, f) || (f->lasting ?
	    is(j, HOME_CANDIDATE, HOME_WHY_REDIRECT, own->host, f->end) :
	    is(j, HOME_NOTE, HOME_WHY_ELSEWHERE, own->host, f->end));
}

/* --- what is worth a line ------------------------------------------------------ */

static bool
ask_said(struct home_judgement *j, const struct facts *f)
{
	char now[HOME_HOST], before[HOME_HOST] = "";

	home_judge_said(now, f->now);
	if (f->before != NULL)
		home_judge_said(before, f->before);
	if (now[0] == '\0' || f->before == NULL ||
	    strcmp(now, before) == 0 || is_own(f->own, span_of(now)) ||
	    is_told(f->own, span_of(now)))
		return false;
	return is(j, HOME_CANDIDATE, HOME_WHY_SAYS_DOMAIN, before, now);
}

/* At first sight: templates carry another's code for years. */
static bool
ask_first_code(struct home_judgement *j, const struct facts *f)
{
	if (f->before != NULL || !has_other_code(f->now, f->own->code))
		return false;
	return is(j, HOME_NOTE, HOME_WHY_NO_CODE, f->own->code, f->now->code);
}

static bool
is_secure(const struct home_look *l)
{
	return strncmp(home_end(l)->url, "https:", 6) == 0;
}

static bool
ask_secure(struct home_judgement *j, const struct facts *f)
{
	if (f->before == NULL || is_secure(f->before) == is_secure(f->now))
		return false;
	return is(j, HOME_NOTE, HOME_WHY_SECURE,
	    is_secure(f->before) ? "https" : "http",
	    is_secure(f->now) ? "https" : "http");
}

static bool
ask_title(struct home_judgement *j, const struct facts *f)
{
	if (f->before == NULL || f->before->title[0] == '\0' ||
	    same_title(f))
		return false;
	return is(j, HOME_NOTE, HOME_WHY_TITLE, f->before->title,
	    f->now->title);
}

/* A CDN gives another one of its addresses each time: only if none of them
 * is known from before. */
static bool
ask_address(struct home_judgement *j, const struct facts *f)
{
	const struct home_look *b = f->before, *now = f->now;

	if (b == NULL || b->dns_count == 0 || now->dns_count == 0)
		return false;
	for (size_t i = 0; i < now->dns_count; i++)
		for (size_t k = 0; k < b->dns_count; k++)
			if (strcmp(now->dns[i], b->dns[k]) == 0)
				return false;
	return is(j, HOME_NOTE, HOME_WHY_ADDRESS, b->dns[0], now->dns[0]);
}

/* --- the certificate ---------------------------------------------------------- */

/* "*.a.gov.cn" is for what is within a.gov.cn. */
static bool
is_for(const struct home_own *own, struct span name)
{
	char host[HOME_HOST];

	if (name.n > 2 && memcmp(name.at, "*.", 2) == 0)
		name = (struct span){ name.at + 2, name.n - 2 };
	snprintf(host, sizeof(host), "%.*s", SPAN_ARGS(name));
	lower(host);
	return is_own(own, span_of(host));
}

/* Not all of many names are kept (webcert.h): then one of those that aren't
 * may be the site's. */
static bool
is_whole(const struct webcert *c, const struct home_own *own)
{
	return c->names[0] != '\0' && strlen(c->names) + strlen(own->host) +
	    2 <= WEBCERT_NAMES;
}

/* Nobody gets to the page then; but whose server it is now, is said. */
static bool
ask_certificate(struct home_judgement *j, const struct facts *f)
{
	const struct home_hop *end = home_end(f->now);
	const char *at = end->cert.names;

	if (f->now->cause != CAUSE_CERTIFICATE || !end->has_cert ||
	    !f->at_home || !is_whole(&end->cert, f->own))
		return false;
	while (*at != '\0') {
		size_t n = strcspn(at, " ");

		if (is_for(f->own, (struct span){ at, n }))
			return false;
		at += n + strspn(at + n, " ");
	}
	return is(j, HOME_NOTE, HOME_WHY_CERTIFICATE, f->end,
	    end->cert.names);
}

/* Nothing comes, and from a stranger: danger all the same. Another public body,
 * where the site may have moved, isn't one. */
static bool
ask_empty(struct home_judgement *j, const struct facts *f)
{
	enum cause c = f->now->cause;

	if ((c != CAUSE_EMPTY && c != CAUSE_CUT_SHORT) || f->at_home ||
	    f->accepted || is_told(f->own, span_of(f->end)) ||
	    is_public_body(span_of(f->end)))
		return false;
	return is(j, HOME_HIJACKED, HOME_WHY_OTHER_DOMAIN, f->own->host,
	    f->end);
}

/* --- one after the other --------------------------------------------------------- */

void
home_judge(struct home_judgement *j, const struct home_look *before,
    const struct home_look *now, const struct home_own *own)
{
	static ask_fn *const questions[] = { ask_words, ask_parked,
	    ask_announced, ask_code, ask_stranger, ask_missing, ask_language,
	    ask_redirect, ask_neighbour, ask_said, ask_first_code,
	    ask_secure, ask_title, ask_address };
	struct facts f = { .before = before, .now = now, .own = own,
	    .lasting = true };

	*j = (struct home_judgement){ .verdict = HOME_SAME };
	home_host(f.end, home_end(now)->url);
	f.at_home = is_own(own, span_of(f.end));
	f.accepted = f.end[0] != '\0' &&
	    span_is(own->accepted, span_of(f.end));
	if (ask_certificate(j, &f) || ask_empty(j, &f) ||
	    now->cause != CAUSE_FINE || !now->has_page)
		return;
	for (size_t i = 0; i + 1 < now->hops; i++)
		f.lasting = f.lasting && now->hop[i].kind == HOP_PERMANENT;
	for (size_t i = 0; i < sizeof(questions) / sizeof(questions[0]); i++)
		if (questions[i](j, &f))
			return;
}

/* --- did it come? ----------------------------------------------------------------- */

/* What says nothing of the site: a wall against robots, or we weren't
 * allowed to ask, or could not. */
static bool
is_no_answer(enum cause c)
{
	return c == CAUSE_CHALLENGE || c == CAUSE_COOKIES ||
	    c == CAUSE_TOO_OFTEN || c == CAUSE_ROBOTS ||
	    c == CAUSE_INWARD || c == CAUSE_ISOLATED ||
	    c == CAUSE_NO_ADDRESS;
}

enum home_outcome
home_judge_outcome(const struct home_look *now,
    const struct home_judgement *j, const struct home_pace *pace)
{
	bool refused = now->cause == CAUSE_REFUSED &&
	    home_end(now)->status != 403;

	if (is_no_answer(now->cause) || refused)
		return HOME_UNKNOWN;
	if ((now->cause != CAUSE_FINE && now->cause != CAUSE_UNCHANGED) ||
	    now->ms >= pace->limit)
		return HOME_FAILED;
	if (j->verdict == HOME_HIJACKED)
		return HOME_DANGER;
	if (j->why == HOME_WHY_REDIRECT)
		return HOME_MOVED;
	return now->ms >= pace->slow ? HOME_SLOW : HOME_OK;
}
