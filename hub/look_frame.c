/*
 * What core and check say to each other; see look_frame.h.
 */
#include "hub/look_frame.h"

#include "contrib/base/text.h"
#include "hub/trail.h"
#include "protocol/limits.h"
#include "protocol/url.h"
#include "protocol/wire.h"

void
look_frame_ask_write(struct buf *b, const struct look_frame_ask *l)
{
	write_span(b, l->url);
	write_span(b, l->etag);
	write_span(b, l->modified);
	write_u8(b, l->has_before);
	if (l->has_before)
		baseline_write(b, &l->before);
}

bool
look_frame_ask_read(struct look_frame_ask *l, struct span body)
{
	struct reader r = reader_of(body);

	l->url = read_span(&r);
	l->etag = read_span(&r);
	l->modified = read_span(&r);
	l->has_before = read_u8(&r) != 0;
	if (r.bad || !url_is_normal(l->url) ||
	    l->etag.n >= TRAIL_VALIDATOR || l->modified.n >= TRAIL_VALIDATOR)
		return false;
	return l->has_before ? baseline_read((struct span){
	    (const char *)r.at, reader_left(&r) }, &l->before) :
	    reader_done(&r);
}

void
look_frame_seen_write(struct buf *b, const struct look_frame_seen *l)
{
	write_span(b, l->url);
	write_u8(b, (uint8_t)l->cause);
	write_span(b, l->detail);
	write_span(b, l->etag);
	write_span(b, l->modified);
}

bool
look_frame_seen_read(struct look_frame_seen *l, struct span body)
{
	struct reader r = reader_of(body);

	l->url = read_span(&r);
	l->cause = (enum cause)read_u8(&r);
	l->detail = read_span(&r);
	l->etag = read_span(&r);
	l->modified = read_span(&r);
	return reader_done(&r) && l->cause < CAUSE_COUNT &&
	    url_is_normal(l->url) && l->etag.n < TRAIL_VALIDATOR &&
	    l->modified.n < TRAIL_VALIDATOR;
}

void
look_frame_host_write(struct buf *b, struct span host,
    const struct baseline *now)
{
	write_span(b, host);
	baseline_write(b, now);
}

/* "www.a.cn:8080", as it stands in an address of either scheme. */
static bool
is_host(struct span host)
{
	static const char *const schemes[] = { "http", "https" };
	bool good = false;
	struct buf url;
	struct url u;

	buf_init(&url, LIMIT_URL);
	for (size_t i = 0; i < 2 && !good && host.n <= BASELINE_HOST; i++) {
		buf_reset(&url);
		buf_printf(&url, "%s://%.*s/", schemes[i], SPAN_ARGS(host));
		good = url_is_normal(buf_look(&url)) &&
		    url_parse(&u, buf_look(&url)) && host.n ==
		    (size_t)(u.path.at - u.host.at);
	}
	buf_clear(&url);
	return good;
}

/* Acts are made of these, which are JSON. */
static bool
is_text(const struct baseline *b)
{
	return text_is_utf8(span_of(b->title)) &&
	    text_is_utf8(span_of(b->domain)) &&
	    text_is_utf8(span_of(b->issuer));
}

bool
look_frame_host_read(struct span *host, struct baseline *now, struct span body)
{
	struct reader r = reader_of(body);

	*host = read_span(&r);
	return !r.bad && is_host(*host) && baseline_read((struct span){
	    (const char *)r.at, reader_left(&r) }, now) && is_text(now);
}
