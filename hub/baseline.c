/*
 * Baseline: taken, and compared with; see baseline.h.
 */
#include "hub/baseline.h"

#include <stdio.h>
#include <string.h>

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
}

bool
baseline_read(struct span row, struct baseline *b)
{
	struct reader r = reader_of(row);
	struct span title, domain, certificate;

	*b = (struct baseline){ .has_home = true };
	title = read_span(&r);
	b->language = (enum glance_language)read_u8(&r);
	domain = read_span(&r);
	certificate = read_bytes(&r, sizeof(b->certificate));
	if (!reader_done(&r) || title.n >= sizeof(b->title) ||
	    domain.n >= sizeof(b->domain) ||
	    b->language >= GLANCE_LANGUAGES)
		return false;
	snprintf(b->title, sizeof(b->title), "%.*s", SPAN_ARGS(title));
	snprintf(b->domain, sizeof(b->domain), "%.*s", SPAN_ARGS(domain));
	memcpy(b->certificate, certificate.at, sizeof(b->certificate));
	return true;
}
