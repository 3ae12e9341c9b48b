/*
 * What core and check say to each other about pages of others: the first byte
 * chooses the frame. What is read and written again reads the same.
 */
#include <stdint.h>
#include <string.h>

#include "contrib/base/err.h"
#include "hub/look_frame.h"

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n);

static void
judge(const struct baseline *a, const struct baseline *b)
{
	must(a->has_home && b->has_home && a->language == b->language);
	must(a->language < GLANCE_LANGUAGES);
	must(strlen(a->title) < sizeof(a->title));
	must(strcmp(a->title, b->title) == 0);
	must(strcmp(a->domain, b->domain) == 0);
	must(memcmp(a->certificate, b->certificate,
	    sizeof(a->certificate)) == 0);
}

static void
ask(struct span body, struct buf *b)
{
	struct look_frame_ask f, g;

	if (!look_frame_ask_read(&f, body))
		return;
	look_frame_ask_write(b, &f);
	must(!b->bad && look_frame_ask_read(&g, buf_look(b)));
	must(span_is(f.url, g.url) && span_is(f.etag, g.etag) &&
	    span_is(f.modified, g.modified) && f.has_before == g.has_before);
	if (f.has_before)
		judge(&f.before, &g.before);
}

static void
seen(struct span body, struct buf *b)
{
	struct look_frame_seen f, g;

	if (!look_frame_seen_read(&f, body))
		return;
	must(f.cause < CAUSE_COUNT);
	look_frame_seen_write(b, &f);
	must(!b->bad && look_frame_seen_read(&g, buf_look(b)));
	must(span_is(f.url, g.url) && f.cause == g.cause &&
	    span_is(f.detail, g.detail) && span_is(f.etag, g.etag) &&
	    span_is(f.modified, g.modified));
}

static void
host(struct span body, struct buf *b)
{
	struct baseline f, g;
	struct span one, two;

	if (!look_frame_host_read(&one, &f, body))
		return;
	must(one.n <= BASELINE_HOST);
	look_frame_host_write(b, one, &f);
	must(!b->bad && look_frame_host_read(&two, &g, buf_look(b)));
	must(span_is(one, two));
	judge(&f, &g);
}

int
LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
	struct span body = { (const char *)at + 1, n - 1 };
	struct buf b;

	if (n == 0 || n > LOOK_FRAME_MAX)
		return 0;
	buf_init(&b, 2 * LOOK_FRAME_MAX);
	if (at[0] == 'a')
		ask(body, &b);
	else if (at[0] == 's')
		seen(body, &b);
	else
		host(body, &b);
	buf_clear(&b);
	return 0;
}
