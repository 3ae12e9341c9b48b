/*
 * Health: the element, and the row.
 */
#include "protocol/health.h"

#include "contrib/base/clock.h"
#include "contrib/base/lang.h"
#include "protocol/attributes.h"

static const char *const errors[HEALTH_ERRORS] = {
	[HEALTH_FINE] = "",
	[HEALTH_NAME] = "name",
	[HEALTH_REFUSED] = "refused",
	[HEALTH_TIMEOUT] = "timeout",
	[HEALTH_TLS] = "tls",
	[HEALTH_CUT] = "cut",
	[HEALTH_OTHER] = "other",
	[HEALTH_EMPTY] = "empty",
};

const char *
health_error_name(enum health_error e)
{
	return errors[e];
}

const char *
health_error_word(enum health_error e)
{
	static const char *const words[HEALTH_ERRORS] = {
		[HEALTH_FINE] = N_("none"),
		[HEALTH_NAME] = N_("its name has no address"),
		[HEALTH_REFUSED] = N_("connection refused"),
		[HEALTH_TIMEOUT] = N_("it took too long"),
		[HEALTH_TLS] = N_("TLS failed"),
		[HEALTH_CUT] = N_("the connection was cut"),
		[HEALTH_OTHER] = N_("another error"),
		[HEALTH_EMPTY] = N_("the page is empty"),
	};

	return _(words[e]);
}

enum health_error
health_error_parse(struct span name)
{
	for (int e = HEALTH_FINE + 1; e < HEALTH_ERRORS; e++)
		if (span_is(name, span_of(errors[e])))
			return (enum health_error)e;
	return HEALTH_OTHER;
}

bool
health_home_is_well(const struct health *h)
{
	return h->home_at != 0 && h->home_status >= 200 &&
	    h->home_status < 400;
}

/* --- the element ----------------------------------------------------------- */

static void
put_home(struct buf *b, const struct health *h)
{
	xml_put_time(b, "home-at", h->home_at);
	if (h->home_status != 0)
		xml_put_number(b, "home-status", h->home_status);
	else
		xml_put_attribute(b, "home-error",
		    span_of(errors[h->home_error]));
	xml_put_number(b, "home-ms", h->home_ms);
}

void
health_put(struct buf *b, const struct health *h)
{
	if (!h->told)
		return;
	buf_text(b, "<zq:health");
	if (h->beat != 0)
		xml_put_number(b, "beat", h->beat);
	xml_put_number(b, "sources", h->sources);
	if (h->troubled != 0)
		xml_put_number(b, "troubled", h->troubled);
	xml_put_number(b, "spool", h->spool);
	if (h->until != 0)
		xml_put_time(b, "until", h->until);
	if (h->home_at != 0)
		put_home(b, h);
	buf_text(b, "/>\n");
}

static bool
take_count(struct xml *x, const char *name, uint64_t most, uint32_t *n)
{
	uint64_t v = 0;

	if (!attributes_count(x, name, most, &v))
		return false;
	*n = (uint32_t)v;
	return true;
}

/* A status, or the word why there is none. */
static bool
take_home(struct health *h, struct xml *x)
{
	uint64_t status = 0;

	if (!attributes_time(x, "home-at", &h->home_at) ||
	    !take_count(x, "home-ms", HEALTH_HOME_MS, &h->home_ms))
		return false;
	if (h->home_at == 0)
		return true;
	if (xml_attribute(x, NULL, "home-status").at == NULL)
		h->home_error = health_error_parse(xml_attribute(x, NULL,
		    "home-error"));
	else if (!attributes_number(x, "home-status", 100, 999, &status))
		return false;
	h->home_status = (uint16_t)status;
	return true;
}

bool
health_take(struct health *h, struct xml *x)
{
	*h = (struct health){ .told = true };
	if (xml_attribute(x, NULL, "beat").at != NULL) {
		uint64_t beat;

		if (!attributes_number(x, "beat", HEALTH_BEAT_LEAST,
		    HEALTH_BEAT_MOST, &beat))
			return false;
		h->beat = (uint32_t)beat;
	}
	return take_count(x, "sources", HEALTH_SOURCES, &h->sources) &&
	    take_count(x, "troubled", HEALTH_SOURCES, &h->troubled) &&
	    attributes_count(x, "spool", INT64_MAX, &h->spool) &&
	    attributes_time(x, "until", &h->until) && take_home(h, x);
}

/* --- the row --------------------------------------------------------------- */

void
health_write(struct buf *b, const struct health *h)
{
	write_u8(b, h->told);
	if (!h->told)
		return;
	write_u32(b, h->beat);
	write_u32(b, h->sources);
	write_u32(b, h->troubled);
	write_u64(b, h->spool);
	write_u64(b, (uint64_t)h->until);
	write_u64(b, (uint64_t)h->home_at);
	write_u16(b, h->home_status);
	write_u8(b, (uint8_t)h->home_error);
	write_u32(b, h->home_ms);
}

void
health_read(struct health *h, struct reader *r)
{
	uint8_t told = read_u8(r), error;

	*h = (struct health){ .told = told == 1 };
	if (told > 1)
		r->bad = true;
	if (!h->told)
		return;
	h->beat = read_u32(r);
	h->sources = read_u32(r);
	h->troubled = read_u32(r);
	h->spool = read_u64(r);
	h->until = (int64_t)read_u64(r);
	h->home_at = (int64_t)read_u64(r);
	h->home_status = read_u16(r);
	error = read_u8(r);
	if (error >= HEALTH_ERRORS)
		r->bad = true;
	else
		h->home_error = (enum health_error)error;
	h->home_ms = read_u32(r);
}
