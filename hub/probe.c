/*
 * Probe: a request of fetch.h, with the last word on its handle; see probe.h.
 */
#include "hub/probe.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/socket.h>

#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/fetch.h"
#include "contrib/base/mem.h"
#include "contrib/base/text.h"
#include "protocol/sha.h"

#define CONNECT_MOST 10000	/* ms */
#define TLS_WORDS "SSL certificate problem: "

struct prober {
	struct prober_spec spec;
	struct fetch *fetch;
};

struct probe {
	struct prober *prober;
	struct fetch_request *request;
	CURL *curl;
	struct curl_slist *headers;
	bool certificate, anew;
	struct polite_lane *lane[PROBE_ADDRESSES];	/* held, while asked */
	size_t lanes;
	char held[INET6_ADDRSTRLEN];	/* address of the first, if it was given */
	char last[INET6_ADDRSTRLEN];	/* tried */
	bool tried;		/* a connection */
	bool inward;		/* an address was kept from us */
	int64_t busy;		/* ms; > 0: one was busy */
	probe_done_fn *done;
	void *arg;
};

/* --- connecting ------------------------------------------------------------- */

static bool
name_of(char out[INET6_ADDRSTRLEN], const struct sockaddr *a)
{
	struct sockaddr_in6 six;
	struct sockaddr_in four;

	if (a->sa_family == AF_INET) {
		memcpy(&four, a, sizeof(four));
		return inet_ntop(AF_INET, &four.sin_addr, out,
		    INET6_ADDRSTRLEN) != NULL;
	}
	memcpy(&six, a, sizeof(six));
	return inet_ntop(AF_INET6, &six.sin6_addr, out,
	    INET6_ADDRSTRLEN) != NULL;
}

/* The one place where a stranger's name has become an address. */
static curl_socket_t
open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *a)
{
	struct probe *p = arg;
	const struct prober_spec *s = &p->prober->spec;
	char name[INET6_ADDRSTRLEN];
	struct polite_lane *l;
	int64_t wait = 0;

	if (purpose != CURLSOCKTYPE_IPCXN)
		return CURL_SOCKET_BAD;
	if (!inward_may(s->inward, &a->addr)) {
		p->inward = true;
		return CURL_SOCKET_BAD;
	}
	if (!name_of(name, &a->addr))
		return CURL_SOCKET_BAD;
	if (strcmp(name, p->held) != 0) {
		if (p->lanes == PROBE_ADDRESSES)
			return CURL_SOCKET_BAD;
		l = polite_connect(s->polite, span_of(name), clock_mono(),
		    &wait);
		if (l == NULL) {
			p->busy = wait;
			return CURL_SOCKET_BAD;
		}
		p->lane[p->lanes++] = l;
	}
	p->tried = true;
	snprintf(p->last, sizeof(p->last), "%s", name);
	return socket(a->family, a->socktype | SOCK_CLOEXEC, a->protocol);
}

static void
release(struct probe *p, int64_t pause)
{
	for (size_t i = 0; i < p->lanes; i++)
		polite_disconnect(p->prober->spec.polite, p->lane[i],
		    clock_mono(), pause);
	p->lanes = 0;
}

/* --- reading what came ------------------------------------------------------ */

/* The last of that name, or nothing. */
static struct span
header(CURL *curl, const char *name)
{
	struct curl_header *h;

	if (curl_easy_header(curl, name, 0, CURLH_HEADER, -1, &h) !=
	    CURLHE_OK)
		return SPAN_NONE;
	return span_of(h->value);
}

/* Headers that only walls send, and cookies by which they try a browser; not
 * those that the same machines put on every page. */
static const struct {
	const char *header, *holds;
} walls[] = {
	{ "cf-mitigated", "" }, { "x-amzn-waf-action", "" },
	{ "x-sucuri-block", "" }, { "set-cookie", "__jsl_clearance" },
	{ "set-cookie", "acw_sc__v" },
};

static const char *
find_wall(CURL *curl)
{
	for (size_t i = 0; i < sizeof(walls) / sizeof(walls[0]); i++) {
		struct curl_header *h;

		for (size_t n = 0; n < 16 && curl_easy_header(curl,
		    walls[i].header, n, CURLH_HEADER, -1, &h) == CURLHE_OK;
		    n++) {
			if (strstr(h->value, walls[i].holds) != NULL)
				return walls[i].holds[0] != '\0' ?
				    walls[i].holds : walls[i].header;
		}
	}
	return "";
}

static void
take_certificate(CURL *curl, struct probe_answer *a)
{
	struct curl_certinfo *all = NULL;
	uint8_t digest[32];

	if (curl_easy_getinfo(curl, CURLINFO_CERTINFO, &all) != CURLE_OK ||
	    all == NULL || all->num_of_certs < 1)
		return;
	for (struct curl_slist *s = all->certinfo[0]; s != NULL; s = s->next) {
		if (strncmp(s->data, "Cert:", 5) != 0)
			continue;
		sha_of(digest, span_of(s->data));
		memcpy(a->certificate, digest, 16);
		a->pem = span_of(s->data + strlen("Cert:"));
	}
}

/* What came before it broke off is enough if there is a status, and a
 * part of what it said. */
static enum cause
trouble_of(const struct fetch_answer *f)
{
	bool begun = f->status >= 200 && f->body.n > 0;

	switch (f->code) {
	case CURLE_OK:
	case CURLE_FILESIZE_EXCEEDED:
		return CAUSE_FINE;
	case CURLE_OPERATION_TIMEDOUT:
		return begun ? CAUSE_FINE : CAUSE_TIME;
	case CURLE_PARTIAL_FILE:
	case CURLE_BAD_CONTENT_ENCODING:
		return f->status >= 200 ? CAUSE_FINE : CAUSE_GARBAGE;
	case CURLE_COULDNT_RESOLVE_HOST:
		return CAUSE_NO_NAME;
	case CURLE_COULDNT_CONNECT:
	case CURLE_GOT_NOTHING:
	case CURLE_SEND_ERROR:
		return CAUSE_NO_CONNECTION;
	case CURLE_RECV_ERROR:
		return begun ? CAUSE_FINE : CAUSE_NO_CONNECTION;
	case CURLE_PEER_FAILED_VERIFICATION:
		return CAUSE_CERTIFICATE;
	default:
		return CAUSE_GARBAGE;
	}
}

/* That a connection ends without a word is no sign if it alone tells where the
 * body ends: many old servers do so. */
static bool
is_cut(CURL *curl, const struct fetch_answer *f)
{
	curl_off_t said = -1;

	switch (f->code) {
	case CURLE_PARTIAL_FILE:
	case CURLE_BAD_CONTENT_ENCODING:
		return true;
	case CURLE_RECV_ERROR:
		curl_easy_getinfo(curl, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T,
		    &said);
		return said >= 0 || header(curl, "transfer-encoding").n > 0;
	default:
		return false;
	}
}

static void
judge(const struct probe *p, const struct fetch_answer *f,
    struct probe_answer *a)
{
	a->trouble = trouble_of(f);
	a->detail = f->error;
	if (f->code == CURLE_OUT_OF_MEMORY)	/* curl's word for that */
		a->detail = "the header of the answer is too long";
	if (a->trouble == CAUSE_CERTIFICATE &&
	    strncmp(f->error, TLS_WORDS, strlen(TLS_WORDS)) == 0)
		a->detail += strlen(TLS_WORDS);
	/* No address of it could even be tried. */
	if (a->trouble == CAUSE_NO_CONNECTION && !p->tried) {
		if (p->busy > 0)
			a->busy = p->busy;
		else if (p->inward)
			a->trouble = CAUSE_INWARD;
	}
}

static void
on_answer(void *arg, const struct fetch_answer *f)
{
	struct probe *p = arg;
	struct probe_answer a = { .status = f->status, .type = f->type,
	    .body = f->body, .retry_after = f->retry_after, .wall = "" };
	curl_off_t us = 0;

	curl_easy_getinfo(p->curl, CURLINFO_PRIMARY_IP, &a.address);
	if (a.address == NULL || a.address[0] == '\0')
		a.address = p->last;
	curl_easy_getinfo(p->curl, CURLINFO_TOTAL_TIME_T, &us);
	a.ms = (uint32_t)(us / 1000);
	judge(p, f, &a);
	if (a.trouble == CAUSE_FINE) {
		a.location = header(p->curl, "location");
		a.cookies = header(p->curl, "set-cookie").n > 0;
		a.cut = is_cut(p->curl, f);
		a.refresh = header(p->curl, "refresh").n > 0;
		a.wall = find_wall(p->curl);
		a.etag = header(p->curl, "etag");
		a.modified = header(p->curl, "last-modified");
	}
	if (a.trouble == CAUSE_FINE && p->certificate)
		take_certificate(p->curl, &a);
	release(p, p->anew ? 0 : f->retry_after);
	p->done(p->arg, &a);
	curl_slist_free_all(p->headers);
	free(p);
}

/* --- asking ----------------------------------------------------------------- */

static void
prepare(void *arg, CURL *curl)
{
	struct probe *p = arg;
	const struct prober_spec *s = &p->prober->spec;

	p->curl = curl;
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
	curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, p);
	curl_easy_setopt(curl, CURLOPT_ACCEPT_ENCODING, "gzip, deflate");
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, p->headers);
	curl_easy_setopt(curl, CURLOPT_CERTINFO, p->certificate ? 1L : 0L);
	curl_easy_setopt(curl, CURLOPT_FRESH_CONNECT, p->anew ? 1L : 0L);
	curl_easy_setopt(curl, CURLOPT_FORBID_REUSE, p->anew ? 1L : 0L);
	if (p->anew)
		curl_easy_setopt(curl, CURLOPT_DNS_CACHE_TIMEOUT, 0L);
	if (s->cas != NULL && s->cas[0] != '\0')
		curl_easy_setopt(curl, CURLOPT_CAINFO, s->cas);
}

static void
add_header(struct probe *p, const char *name, const char *value)
{
	struct buf b;

	if (value == NULL || value[0] == '\0' ||
	    strpbrk(value, "\r\n") != NULL)
		return;
	buf_init(&b, 1024);
	buf_printf(&b, "%s: %s", name, value);
	if (!b.bad)
		p->headers = curl_slist_append(p->headers, buf_cstr(&b));
	buf_clear(&b);
}

struct probe *
probe_start(struct prober *prober, const struct probe_spec *spec,
    probe_done_fn *done, void *arg)
{
	struct probe *p = mem_new(sizeof(*p));
	struct fetch_spec f = { .url = spec->url, .most = spec->most,
	    .timeout = prober->spec.timeout, .prepare = prepare,
	    .connect_timeout = prober->spec.timeout < CONNECT_MOST ?
	    prober->spec.timeout : CONNECT_MOST };

	p->prober = prober;
	p->done = done;
	p->arg = arg;
	p->certificate = spec->certificate;
	p->anew = spec->anew;
	if (spec->lane != NULL) {
		p->lane[p->lanes++] = spec->lane;
		snprintf(p->held, sizeof(p->held), "%s", spec->address);
	}
	add_header(p, "Accept", "text/html,application/xhtml+xml,*/*;q=0.8");
	add_header(p, "Accept-Language", "zh-CN,zh;q=0.9,en;q=0.5");
	add_header(p, "If-None-Match", spec->etag);
	add_header(p, "If-Modified-Since", spec->modified);
	p->request = fetch_start(prober->fetch, &f, on_answer, p);
	return p;
}

void
probe_cancel(struct probe *p)
{
	if (p == NULL)
		return;
	fetch_cancel(p->request);
	release(p, 0);
	curl_slist_free_all(p->headers);
	free(p);
}

struct prober *
prober_new(struct event_base *base, const struct prober_spec *spec)
{
	struct prober *p = mem_new(sizeof(*p));

	p->spec = *spec;
	p->fetch = fetch_new(base, spec->user_agent);
	return p;
}

void
prober_free(struct prober *p)
{
	if (p == NULL)
		return;
	fetch_free(p->fetch);
	free(p);
}
