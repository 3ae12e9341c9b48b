/*
 * Baseline: taken, and compared with; see baseline.h.
 */
#include "hub/baseline.h"

#include <stdio.h>
#include <string.h>

#include "contrib/base/text.h"
#include "hub/likeness.h"
#include "protocol/limits.h"
#include "protocol/url_place.h"
#include "protocol/wire.h"

#define ALIKE_TITLED 90		/* per cent, with the same title */
#define ALIKE 97		/* … with another */

void
baseline_place(uint8_t key[URL_KEY], struct span url)
{
	struct buf b;

	memset(key, 0, URL_KEY);
	buf_init(&b, LIMIT_URL);
	if (url_place(&b, url))
		url_key(key, buf_look(&b));
	buf_clear(&b);
}

static bool
is_page(const struct trail *t)
{
	return t->trouble == CAUSE_FINE && t->status >= 200 &&
	    t->status < 300;
}

void
baseline_take_missing(struct baseline *b, const struct trail *t)
{
	uint8_t first[URL_KEY];

	b->asked = t->trouble == CAUSE_FINE && t->status < 500;
	b->honest = b->asked && !is_page(t);
	b->away = false;
	if (!is_page(t))
		return;
	baseline_place(b->place, buf_look(&t->url));
	baseline_place(first, trail_from(t));
	b->away = memcmp(b->place, first, URL_KEY) != 0;
	snprintf(b->missing_title, sizeof(b->missing_title), "%s",
	    t->page.title);
	b->missing = t->page.minhash;
}

/* "Let's Encrypt, R11": of its many keys none matters. */
static void
take_issuer(struct baseline *b, const struct webcert *c)
{
	struct span issuer = c != NULL ? span_of(c->issuer) : SPAN_NONE;
	const char *end = issuer.n > 0 ? strstr(c->issuer, ", ") : NULL;

	if (end != NULL)
		issuer.n = (size_t)(end - issuer.at);
	issuer = text_cut(issuer, BASELINE_ISSUER - 1);
	snprintf(b->issuer, sizeof(b->issuer), "%.*s", SPAN_ARGS(issuer));
}

void
baseline_take_home(struct baseline *b, const struct trail *t)
{
	struct url u;

	b->has_home = is_page(t) && t->html &&
	    url_parse(&u, buf_look(&t->url));
	if (!b->has_home)
		return;
	snprintf(b->title, sizeof(b->title), "%s", t->page.title);
	b->language = t->page.language;
	registrable(b->domain, u.host);
	memcpy(b->certificate, t->certificate, sizeof(b->certificate));
	take_issuer(b, t->server.cert);
}

bool
baseline_same_title(const char *a, const char *b)
{
	for (;;) {
		while (*a >= '0' && *a <= '9')
			a++;
		while (*b >= '0' && *b <= '9')
			b++;
		if (*a != *b)
			return false;
		if (*a == '\0')
			return true;
		a++;
		b++;
	}
}

bool
baseline_other_issuer(const struct baseline *a, const struct baseline *b)
{
	return a->issuer[0] != '\0' && b->issuer[0] != '\0' &&
	    strcmp(a->issuer, b->issuer) != 0 && memcmp(a->certificate,
	    b->certificate, sizeof(a->certificate)) != 0;
}

bool
baseline_is_stranger(const struct baseline *now,
    const struct baseline *before)
{
	struct buf a, b;
	bool is;

	if (!baseline_other_issuer(now, before))
		return false;
	buf_init(&a, LIKENESS_PARTS);
	buf_init(&b, LIKENESS_PARTS);
	likeness_parts(&a, span_of(before->title));
	likeness_parts(&b, span_of(now->title));
	is = likeness_is_stranger(buf_look(&a), buf_look(&b));
	buf_clear(&a);
	buf_clear(&b);
	return is;
}

bool
baseline_is_missing(const struct baseline *b, const struct trail *t)
{
	bool titled = baseline_same_title(b->missing_title, t->page.title);

	if (!b->asked || b->honest || !t->html)
		return false;
	return minhash_alike(&b->missing, &t->page.minhash) >=
	    (titled ? ALIKE_TITLED : ALIKE);
}

bool
baseline_sent_alike(const struct baseline *b, const struct trail *t)
{
	uint8_t place[URL_KEY];

	if (!b->asked || b->honest || !b->away || t->hops == 0)
		return false;
	baseline_place(place, buf_look(&t->url));
	return memcmp(place, b->place, URL_KEY) == 0;
}

/* --- as a row ---------------------------------------------------------------- */

void
baseline_write(struct buf *row, const struct baseline *b)
{
	write_span(row, span_of(b->title));
	write_u8(row, (uint8_t)b->language);
	write_span(row, span_of(b->domain));
	buf_put(row, b->certificate, sizeof(b->certificate));
	if (b->issuer[0] != '\0')	/* rows of before have none */
		write_span(row, span_of(b->issuer));
}

bool
baseline_read(struct span row, struct baseline *b)
{
	struct reader r = reader_of(row);
	struct span title, domain, certificate, issuer = SPAN_NONE;

	*b = (struct baseline){ .has_home = true };
	title = read_span(&r);
	b->language = (enum glance_language)read_u8(&r);
	domain = read_span(&r);
	certificate = read_bytes(&r, sizeof(b->certificate));
	if (!r.bad && reader_left(&r) > 0)
		issuer = read_span(&r);
	if (!reader_done(&r) || issuer.n >= sizeof(b->issuer) || title.n >= sizeof(b->title) ||
	    domain.n >= sizeof(b->domain) ||
	    b->language >= GLANCE_LANGUAGES)
		return false;
	snprintf(b->title, sizeof(b->title), "%.*s", SPAN_ARGS(title));
	snprintf(b->domain, sizeof(b->domain), "%.*s", SPAN_ARGS(domain));
	snprintf(b->issuer, sizeof(b->issuer), "%.*s", SPAN_ARGS(issuer));
	memcpy(b->certificate, certificate.at, sizeof(b->certificate));
	return true;
}
