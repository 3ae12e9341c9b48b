/*
 * What core and check say to each other about home pages; see home_frame.h.
 */
#include "hub/home_frame.h"

#include <stdlib.h>

#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "hub/home_json.h"
#include "hub/trail.h"
#include "protocol/url.h"
#include "protocol/wire.h"

void
home_frame_ask_write(struct buf *b, const struct home_frame_ask *f)
{
	write_span(b, f->host);
	write_span(b, f->etag);
	write_span(b, f->modified);
	write_u8(b, (uint8_t)f->ways);
	write_u8(b, f->missing);
}

static bool
is_host(struct span host)
{
	struct buf url;
	bool good;

	buf_init(&url, HOME_URL);
	buf_printf(&url, "https://%.*s/", SPAN_ARGS(host));
	good = host.n > 0 && host.n < HOME_HOST &&
	    url_is_normal(buf_look(&url));
	buf_clear(&url);
	return good;
}

bool
home_frame_ask_read(struct home_frame_ask *f, struct span body)
{
	struct reader r = reader_of(body);

	f->host = read_span(&r);
	f->etag = read_span(&r);
	f->modified = read_span(&r);
	f->ways = (enum home_ways)read_u8(&r);
	f->missing = read_u8(&r) != 0;
	return reader_done(&r) && is_host(f->host) && f->ways <= HOME_PLAIN &&
	    f->etag.n < TRAIL_VALIDATOR && f->modified.n < TRAIL_VALIDATOR;
}

void
home_frame_seen_write(struct buf *b, const struct home_frame_seen *f)
{
	json_t *o = home_json(f->look);
	char *text = json_dumps(o, JSON_COMPACT);

	must(text != NULL);
	write_span(b, f->etag);
	write_span(b, f->modified);
	write_span(b, span_of(text));
	free(text);
	json_decref(o);
}

bool
home_frame_seen_read(struct home_frame_seen *f, struct span body)
{
	struct reader r = reader_of(body);
	struct span text;
	json_t *o;
	bool good;

	f->etag = read_span(&r);
	f->modified = read_span(&r);
	text = read_span(&r);
	if (!reader_done(&r) || text.n == 0 ||
	    f->etag.n >= TRAIL_VALIDATOR || f->modified.n >= TRAIL_VALIDATOR)
		return false;
	o = json_loadb(text.at, text.n, JSON_REJECT_DUPLICATES, NULL);
	good = home_json_read(f->look, o) && f->look->at != CLOCK_NONE;
	json_decref(o);
	return good;
}
