/*
 * A webhook: the notice is posted as JSON, with texts for people in it, and
 * signed. The same delivery has the same id however often it is tried, so
 * who got it twice can tell:
 *
 *	X-Zhanqun-Delivery: 17
 *	X-Zhanqun-Event: firing
 *	X-Zhanqun-Signature: sha256=HEX, HMAC-SHA256 of the body
 */
#include "hub/sink.h"

#include <inttypes.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contrib/base/err.h"
#include "contrib/base/mem.h"
#include "contrib/base/text.h"
#include "hub/notify_text.h"

#define HEADER_MAX 256

struct hook {
	const struct config_receiver *config;
	struct buf secret;	/* empty: not signed */
};

struct post {
	struct hook *hook;
	struct curl_slist *headers;
	struct fetch_request *request;
	sink_done_fn *done;
	void *arg;
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
add(struct post *p, const char *header)
{
	p->headers = curl_slist_append(p->headers, header);
	must(p->headers != NULL);
}

static void
sign(struct post *p, struct span body)
{
	const struct buf *secret = &p->hook->secret;
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
	add(p, buf_cstr(&line));
	buf_clear(&line);
}

static void
make_head(struct post *p, const struct sink_job *job, struct span body)
{
	char line[HEADER_MAX];

	add(p, "Content-Type: application/json");
	add(p, "Expect:");
	snprintf(line, sizeof(line), "X-Zhanqun-Delivery: %" PRIu64,
	    job->delivery);
	add(p, line);
	snprintf(line, sizeof(line), "X-Zhanqun-Event: %s",
	    alert_event_name(job->event));
	add(p, line);
	sign(p, body);
}

static void
prepare(void *arg, CURL *curl)
{
	struct post *p = arg;

	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, p->headers);
	sink_trust(curl, p->hook->config->cas);
}

/* --- posting ----------------------------------------------------------------- */

static void
on_answer(void *arg, const struct fetch_answer *a)
{
	struct post *p = arg;
	char error[SINK_ERROR];
	enum sink_result r = sink_http_result(a, error);

	curl_slist_free_all(p->headers);
	p->done(p->arg, r, error);
	free(p);
}

static void
cancel(void *under_way)
{
	struct post *p = under_way;

	fetch_cancel(p->request);
	curl_slist_free_all(p->headers);
	free(p);
}

static void *
start(void *state, const struct sink_world *w, const struct sink_job *job,
    sink_done_fn *done, void *arg)
{
	struct hook *h = state;
	struct post *p = mem_new(sizeof(*p));
	char *body = notify_text_json(job, h->config->language);
	struct fetch_spec spec = {
		.url = h->config->url, .type = "application/json",
		.body = span_of(body), .most = SINK_ANSWER_MAX,
		.timeout = (uint32_t)h->config->timeout,
		.connect_timeout = (uint32_t)h->config->timeout,
		.prepare = prepare,
	};

	p->hook = h;
	p->done = done;
	p->arg = arg;
	make_head(p, job, spec.body);
	p->request = fetch_start(w->fetch, &spec, on_answer, p);
	free(body);
	return p;
}

const struct sink_ops sink_webhook = {
	.kind = "webhook", .open = open_hook, .close = close_hook,
	.start = start, .cancel = cancel,
};
