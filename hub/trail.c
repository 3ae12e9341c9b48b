/*
 * Trail: keeping it; see trail.h.
 */
#include "hub/trail.h"

#include <stdlib.h>

#include "contrib/base/mem.h"
#include "protocol/limits.h"

void
trail_init(struct trail *t)
{
	*t = (struct trail){ .trouble = CAUSE_FINE };
	buf_init(&t->url, LIMIT_URL);
	buf_init(&t->body, 0);
	glance_init(&t->page);
}

void
trail_clear(struct trail *t)
{
	for (size_t i = 0; i < t->hops; i++) {
		free(t->hop[i].url);
		free(t->hop[i].server.cert);
	}
	t->hops = 0;
	free(t->server.cert);
	t->server.cert = NULL;
	buf_clear(&t->url);
	buf_clear(&t->body);
	glance_clear(&t->page);
}

void
trail_take(struct trail *to, struct trail *from)
{
	*to = *from;
	trail_init(from);
}

struct span
trail_from(const struct trail *t)
{
	return t->hops > 0 ? span_of(t->hop[0].url) : buf_look(&t->url);
}

struct span
trail_lasting(const struct trail *t)
{
	size_t n = 0;

	while (n < t->hops && t->hop[n].kind == HOP_PERMANENT)
		n++;
	return n < t->hops ? span_of(t->hop[n].url) : buf_look(&t->url);
}

bool
trail_hop(struct trail *t, enum hop_kind kind, struct span to)
{
	if (t->hops == TRAIL_HOPS)
		return false;
	t->hop[t->hops++] = (struct hop){
		.url = mem_copy(buf_cstr(&t->url), t->url.n),
		.status = t->status, .kind = kind, .server = t->server };
	t->server = (struct trail_server){ .cert = NULL };
	buf_reset(&t->url);
	buf_span(&t->url, to);
	t->status = 0;
	return true;
}

bool
trail_was_at(const struct trail *t, struct span url)
{
	for (size_t i = 0; i < t->hops; i++)
		if (span_is(span_of(t->hop[i].url), url))
			return true;
	return span_is(buf_look(&t->url), url);
}
