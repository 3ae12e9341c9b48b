/* See sink_post.h. */
#include "hub/sink_post.h"

#include <stdlib.h>

#include "contrib/base/mem.h"

struct post {
	const struct config_receiver *config;
	struct curl_slist *headers;
	struct fetch_request *request;
	sink_done_fn *done;
	void *arg;
};

static void
prepare(void *arg, CURL *curl)
{
	struct post *p = arg;

	if (p->headers != NULL)
		curl_easy_setopt(curl, CURLOPT_HTTPHEADER, p->headers);
	sink_trust(curl, p->config->cas);
}

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

void *
sink_post(const struct sink_world *w, const struct config_receiver *c,
    const char *url, struct span body, struct curl_slist *headers,
    sink_done_fn *done, void *arg)
{
	struct post *p = mem_new(sizeof(*p));
	const struct fetch_spec spec = {
		.url = url, .type = "application/json", .body = body,
		.most = SINK_ANSWER_MAX, .timeout = (uint32_t)c->timeout,
		.connect_timeout = (uint32_t)c->timeout, .prepare = prepare,
	};

	*p = (struct post){ .config = c, .headers = headers, .done = done,
		.arg = arg };
	p->request = fetch_start(w->fetch, &spec, on_answer, p);
	return p;
}

void
sink_post_cancel(void *under_way)
{
	struct post *p = under_way;

	fetch_cancel(p->request);
	curl_slist_free_all(p->headers);
	free(p);
}
