/*
 * Outgoing HTTP: libcurl driven by a libevent loop.
 *
 * A request owns what it is given by copy, is answered exactly once, and
 * never follows redirects, proxies of the environment excepted (as curl
 * does). The body of an answer is bounded.
 */
#ifndef ZQ_BASE_FETCH_H
#define ZQ_BASE_FETCH_H

#include <curl/curl.h>
#include <event2/event.h>
#include <stdint.h>

#include "contrib/base/buf.h"
#include "contrib/base/span.h"

struct fetch;		/* a loop's pool of connections */
struct fetch_request;

#define FETCH_RETRY_MOST (366 * INT64_C(86400000))	/* ms; whoever says
				 * that it is longer has lost his mind */

struct fetch_answer {
	CURLcode code;		/* CURLE_OK, or why there is no status */
	const char *error;	/* curl's sentence; "" if code is CURLE_OK */
	long verified;		/* OpenSSL's word on the other side's
				 * certificate; 0: good, or none was seen */
	long status;
	long proxied;		/* what a proxy answered to CONNECT; 0: none */
	struct span body;	/* lives until the callback returns */
	struct span type;	/* Content-Type */
	int64_t retry_after;	/* ms, at most that; or -1 */
	bool too_long;		/* the body went over its bound */
};

typedef void fetch_done_fn(void *arg, const struct fetch_answer *a);

struct fetch_spec {
	const char *url;
	const char *type;	/* POST with this type, or NULL for GET */
	struct span body;	/* copied */
	size_t most;		/* bytes of answer to accept */
	uint32_t timeout;	/* ms for the whole of it */
	uint32_t connect_timeout;	/* ms */
	/* Last word on the handle (certificates …); may be NULL. */
	void (*prepare)(void *arg, CURL *curl);
};

struct fetch *fetch_new(struct event_base *base, const char *user_agent);
void fetch_free(struct fetch *f);	/* what is under way is dropped */
struct fetch_request *fetch_start(struct fetch *f,
    const struct fetch_spec *spec, fetch_done_fn *done, void *arg);
void fetch_cancel(struct fetch_request *r);	/* done is not called */
void fetch_forget_connections(struct fetch *f);	/* e.g. a new certificate */

#endif
