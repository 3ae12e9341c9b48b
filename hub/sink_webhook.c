/*
 * A webhook: the notice is posted as JSON, with texts for people in it, and
 * signed. The same delivery has the same id however often it is tried, so
 * who got it twice can tell:
 *
 *	X-Zhanqun-Delivery: 17-1795219204500
 *	X-Zhanqun-Event: firing
 *	X-Zhanqun-Signature: sha256=HEX, HMAC-SHA256 of the body
 */
#include "hub/sink.h"

#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contrib/base/err.h"
#include "contrib/base/mem.h"
#include "contrib/base/text.h"
#include "hub/notify_text.h"
#include "hub/sink_post.h"

#define HEADER_MAX 256

struct hook {
	const struct config_receiver *config;
	struct buf secret;	/* empty: not signed */
};

static bool
open_hook(void **state, const struct config_receiver *c, const char *name,
    struct buf *why)
{
	struct hook *h = mem_new(sizeof(*h));

	(void)name;
	h->config = c;
	buf_init(&h->secret, SINK_SECRET_MAX);
	*state = h;
	return c->secret_file[0] == '\0' ||
	    sink_secret(&h->secret, c->secret_file, why);
}

static void
close_hook(void *state)
{
	struct hook *h = state;

	if (h->secret.n > 0)
		explicit_bzero(h->secret.at, h->secret.n);
	buf_clear(&h->secret);
	free(h);
}

/* --- the head ---------------------------------------------------------------- */

static void
add(struct curl_slist **headers, const char *header)
{
	*headers = curl_slist_append(*headers, header);
	must(*headers != NULL);
}

static void
sign(struct curl_slist **headers, const struct buf *secret, struct span body)
{
	unsigned char mac[EVP_MAX_MD_SIZE];
	unsigned n = 0;
	struct buf line;

	if (secret->n == 0)
		return;
	must(HMAC(EVP_sha256(), secret->at, (int)secret->n,
	    (const unsigned char *)body.at, body.n, mac, &n) != NULL);
	buf_init(&line, HEADER_MAX);
	buf_text(&line, "X-Zhanqun-Signature: sha256=");
	text_hex(&line, mac, n);
	add(headers, buf_cstr(&line));
	buf_clear(&line);
}

static struct curl_slist *
make_head(const struct hook *h, const struct sink_job *job, struct span body)
{
	struct curl_slist *headers = NULL;
	char line[HEADER_MAX], id[SINK_ID];

	add(&headers, "Content-Type: application/json");
	add(&headers, "Expect:");
	sink_delivery_id(job, id);
	snprintf(line, sizeof(line), "X-Zhanqun-Delivery: %s", id);
	add(&headers, line);
	snprintf(line, sizeof(line), "X-Zhanqun-Event: %s",
	    alert_event_name(job->event));
	add(&headers, line);
	sign(&headers, &h->secret, body);
	return headers;
}

/* --- posting ----------------------------------------------------------------- */

static void *
start(void *state, const struct sink_world *w, const struct sink_job *job,
    sink_done_fn *done, void *arg)
{
	struct hook *h = state;
	char *body = notify_text_json(job, h->config->language);
	void *under_way = sink_post(w, h->config, h->config->url,
	    span_of(body), make_head(h, job, span_of(body)), done, arg);

	free(body);
	return under_way;
}

const struct sink_ops sink_webhook = {
	.kind = "webhook", .open = open_hook, .close = close_hook,
	.start = start, .cancel = sink_post_cancel,
};
