/*
 * Finding: one question after the other, the surest first; see finding.h.
 */
#include "hub/finding.h"

#include <stdio.h>
#include <string.h>

#include "contrib/base/text.h"
#include "protocol/limits.h"
#include "protocol/url.h"

#define HARDLY_ANYTHING 40	/* letters of a page that a script draws */

typedef bool ask_fn(struct finding *f, const struct finding_facts *facts);

void
finding_init(struct finding *f)
{
	f->cause = CAUSE_FINE;
	buf_init(&f->detail, LIMIT_URL);
}

void
finding_clear(struct finding *f)
{
	buf_clear(&f->detail);
}

static bool
is(struct finding *f, enum cause c, struct span detail)
{
	f->cause = c;
	buf_reset(&f->detail);
	buf_span(&f->detail, text_cut(detail, LIMIT_URL));
	return true;
}

static bool
is_status(struct finding *f, enum cause c, long status)
{
	char text[32];

	snprintf(text, sizeof(text), "%ld", status);
	return is(f, c, span_of(text));
}

static bool
is_page(const struct trail *t)
{
	return t->trouble == CAUSE_FINE && t->status >= 200 &&
	    t->status < 300;
}

/* Without a path of its own: "/", "/index.html". */
static bool
is_home(struct span url)
{
	uint8_t place[URL_KEY], home[URL_KEY];
	struct buf b;
	struct url u;

	if (!url_parse(&u, url))
		return false;
	buf_init(&b, LIMIT_URL);
	buf_put(&b, url.at, (size_t)(u.path.at - url.at));
	buf_byte(&b, '/');
	baseline_place(home, buf_look(&b));
	baseline_place(place, url);
	buf_clear(&b);
	return memcmp(place, home, URL_KEY) == 0;
}

static bool
same_place(struct span a, struct span b)
{
	uint8_t one[URL_KEY], two[URL_KEY];

	baseline_place(one, a);
	baseline_place(two, b);
	return memcmp(one, two, URL_KEY) == 0;
}

/* --- questions --------------------------------------------------------------- */

static bool
ask_trouble(struct finding *f, const struct finding_facts *facts)
{
	const struct trail *t = facts->trail;

	if (t->trouble == CAUSE_FINE)
		return false;
	if (t->trouble == CAUSE_CIRCLE && (t->cookies || t->wall[0] != '\0'))
		return is(f, CAUSE_COOKIES, SPAN_NONE);
	return is(f, t->trouble, span_of(t->detail));
}

/* A header gives a wall away unless the page is there, or surely isn't; words
 * do if the page has hardly anything else to say. */
static bool
ask_wall(struct finding *f, const struct finding_facts *facts)
{
	const struct trail *t = facts->trail;
	bool refused = t->status == 202 || t->status == 403 ||
	    t->status == 405 || t->status == 412 || t->status == 418 ||
	    t->status == 429 || t->status == 503 || t->status == 521;

	if (t->status == 404 || t->status == 410)
		return false;
	if (t->wall[0] != '\0' && !(t->status >= 200 && t->status < 300 &&
	    t->page.letters > HARDLY_ANYTHING))
		return is(f, CAUSE_CHALLENGE, span_of(t->wall));
	if (t->html && t->page.wall[0] != '\0' && !t->page.password &&
	    (refused || t->status == 200))
		return is(f, CAUSE_CHALLENGE, span_of(t->page.wall));
	/* What the country's most common walls answer. */
	if (t->status == 412 || t->status == 521)
		return is_status(f, CAUSE_CHALLENGE, t->status);
	return false;
}

static bool
ask_status(struct finding *f, const struct finding_facts *facts)
{
	long status = facts->trail->status;

	switch (status) {
	case 304:
		return is(f, CAUSE_UNCHANGED, SPAN_NONE);
	case 401:
		return is_status(f, CAUSE_LOGIN, status);
	case 403: case 406: case 418: case 451: case 999:
		return is_status(f, CAUSE_REFUSED, status);
	case 404:
		return is(f, CAUSE_404, SPAN_NONE);
	case 410:
		return is(f, CAUSE_410, SPAN_NONE);
	case 429:
		return is_status(f, CAUSE_TOO_OFTEN, status);
	default:
		if (status >= 500 && status < 600)
			return is_status(f, CAUSE_SERVER, status);
		if (status < 200 || status >= 300 || status == 202)
			return is_status(f, CAUSE_STATUS, status);
		return false;
	}
}

static bool
ask_words(struct finding *f, const struct finding_facts *facts)
{
	const struct glance *p = &facts->trail->page;

	if (p->bad[0] != '\0')
		return is(f, CAUSE_WORDS, span_of(p->bad));
	if (p->parked[0] != '\0')
		return is(f, CAUSE_FOR_SALE, span_of(p->parked));
	return false;
}

/* The host answered itself once, and sends its readers to a stranger now. */
static bool
ask_owner(struct finding *f, const struct finding_facts *facts)
{
	const struct baseline *now = facts->asked, *before = facts->before;
	char own[REGISTRABLE_MAX];
	struct url u;

	if (now == NULL || before == NULL || !now->has_home ||
	    !before->has_home || !url_parse(&u, trail_from(facts->trail)))
		return false;
	registrable(own, u.host);
	if (strcmp(before->domain, own) == 0 &&
	    strcmp(now->domain, own) != 0)
		return is(f, CAUSE_OTHER_OWNER, span_of(now->domain));
	return false;
}

static bool
ask_language(struct finding *f, const struct finding_facts *facts)
{
	const struct baseline *now = facts->asked, *before = facts->before;
	bool also = now != NULL && before != NULL &&
	    baseline_other_issuer(now, before);
	char text[64 + 2 * BASELINE_ISSUER];

	if (now == NULL || before == NULL || !now->has_home ||
	    !before->has_home || now->language == GLANCE_NONE ||
	    before->language == GLANCE_NONE ||
	    now->language == before->language ||
	    baseline_same_title(now->title, before->title))
		return false;
	snprintf(text, sizeof(text), "%s -> %s%s%s%s%s",
	    glance_language_name(before->language),
	    glance_language_name(now->language), also ? "; " : "",
	    also ? before->issuer : "", also ? " -> " : "",
	    also ? now->issuer : "");
	return is(f, CAUSE_OTHER_LANGUAGE, span_of(text));
}

/* A new certificate is nothing, and neither is a new title; both at a time,
 * with nothing of the old name, is what a domain looks like whose new owner
 * writes in the same language. */
static bool
ask_certificate(struct finding *f, const struct finding_facts *facts)
{
	const struct baseline *now = facts->asked, *before = facts->before;
	char text[2 * (GLANCE_TITLE + BASELINE_ISSUER) + 16];

	if (now == NULL || before == NULL || !now->has_home ||
	    !before->has_home || !baseline_is_stranger(now, before))
		return false;
	snprintf(text, sizeof(text), "%s (%s) -> %s (%s)", before->title,
	    before->issuer, now->title, now->issuer);
	return is(f, CAUSE_OTHER_CERTIFICATE, span_of(text));
}

static bool
has_login_name(struct span url)
{
	static const char *const names[] = { "login", "signin", "sign-in",
	    "logon", "sso", "passport", "oauth", "/cas", "denglu" };
	char path[256];
	struct url u;

	if (!url_parse(&u, url))
		return false;
	snprintf(path, sizeof(path), "%.*s%.*s", SPAN_ARGS(u.host),
	    SPAN_ARGS(text_cut(u.path, 120)));
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcasestr(path, names[i]) != NULL)
			return true;
	return false;
}

/* Sent there, not linked to it: who links to a login page means it. */
static bool
ask_login(struct finding *f, const struct finding_facts *facts)
{
	const struct trail *t = facts->trail;
	struct span end = buf_look(&t->url);

	if (t->hops == 0 || same_place(end, trail_from(t)) ||
	    has_login_name(trail_from(t)))
		return false;
	if (t->page.password || has_login_name(end))
		return is(f, CAUSE_LOGIN, end);
	return false;
}

static bool
ask_sent(struct finding *f, const struct finding_facts *facts)
{
	const struct trail *t = facts->trail;

	if (is_home(trail_from(t)) || facts->asked == NULL ||
	    !baseline_sent_alike(facts->asked, t))
		return false;
	return is(f, CAUSE_SENT_AS_MISSING, buf_look(&t->url));
}

static bool
ask_missing(struct finding *f, const struct finding_facts *facts)
{
	const struct trail *t = facts->trail;
	bool alike = facts->landed != NULL &&
	    baseline_is_missing(facts->landed, t);

	if (!t->html || is_home(buf_look(&t->url)))
		return false;
	if (t->page.letters < HARDLY_ANYTHING && t->page.scripts)
		return alike && is(f, CAUSE_SCRIPT, SPAN_NONE);
	if (alike)
		return is(f, CAUSE_AS_MISSING, SPAN_NONE);
	if (t->page.says_missing)
		return is(f, CAUSE_SAYS_MISSING, span_of(t->page.title));
	return false;
}

static bool
ask_moved(struct finding *f, const struct finding_facts *facts)
{
	const struct trail *t = facts->trail;
	struct span from = trail_from(t), to = trail_lasting(t);

	if (!same_place(from, to))
		return is(f, is_home(to) && !is_home(from) ?
		    CAUSE_MOVED_HOME : CAUSE_MOVED, to);
	if (!same_place(from, buf_look(&t->url)))
		return is(f, CAUSE_ELSEWHERE_NOW, buf_look(&t->url));
	return is(f, CAUSE_FINE, SPAN_NONE);
}

/* --- one after the other ------------------------------------------------------ */

bool
finding_needs_baseline(const struct trail *t)
{
	return is_page(t) && t->html;
}

void
finding_judge(struct finding *f, const struct finding_facts *facts)
{
	static ask_fn *const questions[] = { ask_trouble, ask_wall,
	    ask_status, ask_words, ask_owner, ask_language,
	    ask_certificate, ask_login, ask_sent, ask_missing, ask_moved };

	for (size_t i = 0; i < sizeof(questions) / sizeof(questions[0]); i++)
		if (questions[i](f, facts))
			return;
}
