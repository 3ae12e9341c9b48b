/*
 * Prove: one request after the other; see prove.h.
 */
#include "hub/prove.h"

#include <event2/event.h>
#include <stdio.h>
#include <string.h>

#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/fetch.h"
#include "contrib/base/lang.h"
#include "contrib/base/text.h"
#include "protocol/url.h"

#define CONNECT_LIMIT 5000	/* ms: leaves time for the other scheme */
#define AGENT "zqhub/" ZQ_VERSION

void
prove_init(struct prove *p)
{
	*p = (struct prove){ .count = 0 };
	buf_init(&p->file, PROOF_MAX);
	for (size_t i = 0; i < PROVE_TRIES; i++)
		buf_init(&p->at[i].url, LIMIT_URL);
}

void
prove_clear(struct prove *p)
{
	for (size_t i = 0; i < PROVE_TRIES; i++)
		buf_clear(&p->at[i].url);
	buf_clear(&p->file);
}

/* --- one request ---------------------------------------------------------- */

struct asking {
	struct prove *prove;
	struct prove_try *now;
	struct event_base *base;
	CURL *curl;
	struct buf next;	/* where it sends us; "" */
};

static void
keep_handle(void *arg, CURL *curl)
{
	struct asking *a = arg;

	a->curl = curl;
}

static void
note_redirect(struct asking *a)
{
	const char *to = NULL, *why = NULL;
	struct url here, there;

	curl_easy_getinfo(a->curl, CURLINFO_REDIRECT_URL, &to);
	if (to == NULL || !url_normal(&a->next, span_of(to), &why) ||
	    !url_parse(&there, buf_look(&a->next)) ||
	    !url_parse(&here, buf_look(&a->now->url))) {
		snprintf(a->now->trouble, sizeof(a->now->trouble), "%s",
		    _("a redirect to nowhere"));
		buf_reset(&a->next);
		return;
	}
	if (span_is(here.host, there.host)) {
		snprintf(a->now->trouble, sizeof(a->now->trouble), "%s",
		    _("a redirect"));
		return;
	}
	snprintf(a->now->trouble, sizeof(a->now->trouble),
	    _("a redirect to another host, %.*s: not followed"),
	    SPAN_ARGS(text_cut(there.host, 128)));
	buf_reset(&a->next);
}

static void
on_answer(void *arg, const struct fetch_answer *f)
{
	struct asking *a = arg;
	struct prove_try *now = a->now;

	now->status = f->status;
	if (f->code != CURLE_OK)
		snprintf(now->trouble, sizeof(now->trouble), "%s", f->error);
	else if (f->status >= 300 && f->status < 400)
		note_redirect(a);
	else if (f->status != 200)
		snprintf(now->trouble, sizeof(now->trouble), "%s",
		    f->status == 404 || f->status == 410 ?
		    _("no such file") : _("the server gives no file"));
	if (now->trouble[0] == '\0') {
		a->prove->got = true;
		buf_span(&a->prove->file, f->body);
	}
	event_base_loopexit(a->base, NULL);
}

static void
ask_once(struct asking *a, struct fetch *f, struct span url, int64_t until)
{
	int64_t from = clock_mono();
	struct fetch_spec spec = { .most = PROOF_MAX,
	    .timeout = (uint32_t)(until > from ? until - from : 1),
	    .connect_timeout = CONNECT_LIMIT, .prepare = keep_handle };

	must(a->prove->count < PROVE_TRIES);
	a->now = &a->prove->at[a->prove->count++];
	buf_span(&a->now->url, url);
	buf_reset(&a->next);
	spec.url = buf_cstr(&a->now->url);
	fetch_start(f, &spec, on_answer, a);
	event_base_dispatch(a->base);
	a->now->took = clock_mono() - from;
}

/* --- one server ----------------------------------------------------------- */

static void
ask_server(struct prove *p, struct span url, int64_t until)
{
	struct asking a = { .prove = p, .base = event_base_new() };
	struct fetch *f;
	struct buf at;

	if (a.base == NULL)
		fatal("out of memory for an event loop");
	f = fetch_new(a.base, AGENT);
	buf_init(&a.next, LIMIT_URL);
	buf_init(&at, LIMIT_URL);
	buf_span(&at, url);
	for (int hop = 0; hop <= PROVE_HOPS; hop++) {
		ask_once(&a, f, buf_look(&at), until);
		if (a.next.n == 0)
			break;
		a.now->hop = hop < PROVE_HOPS;
		buf_reset(&at);
		buf_span(&at, buf_look(&a.next));
	}
	buf_clear(&at);
	buf_clear(&a.next);
	fetch_free(f);
	event_base_free(a.base);
}

/* The file's address below a server's; or the file's itself. */
static bool
file_address(struct buf *out, const char *url, const char **why)
{
	struct buf raw;
	struct span s = span_of(url);
	bool good;

	while (s.n > 0 && s.at[s.n - 1] == '/')
		s.n--;
	buf_init(&raw, LIMIT_URL);
	buf_span(&raw, s);
	if (s.n < strlen(PROOF_PATH) || strncmp(s.at + s.n -
	    strlen(PROOF_PATH), PROOF_PATH, strlen(PROOF_PATH)) != 0)
		buf_text(&raw, "/" PROOF_PATH);
	*why = _("too long");
	good = !raw.bad && url_normal(out, buf_look(&raw), why);
	buf_clear(&raw);
	return good;
}

bool
prove_ask(struct prove *p, const char *domain, const char *url,
    const char **why)
{
	static const char *const schemes[] = { "https", "http" };
	int64_t until = clock_mono() + PROVE_LIMIT;
	struct buf at, server;
	bool good = true;

	buf_init(&at, LIMIT_URL);
	buf_init(&server, LIMIT_URL);
	if (url != NULL) {
		good = file_address(&at, url, why);
		if (good)
			ask_server(p, buf_look(&at), until);
	}
	for (int i = 0; url == NULL && i < 2 && good && !p->got; i++) {
		buf_reset(&at);
		buf_reset(&server);
		buf_printf(&server, "%s://%s", schemes[i], domain);
		good = file_address(&at, buf_cstr(&server), why);
		if (good)
			ask_server(p, buf_look(&at), until);
	}
	buf_clear(&server);
	buf_clear(&at);
	return good;
}

/* --- the outcome ---------------------------------------------------------- */

/* Of the site's own domain the scheme says enough. In English, for it goes
 * into the journal. */
static void
put_try(struct buf *out, const struct prove_try *t, const char *domain)
{
	struct url u;

	if (url_parse(&u, buf_look(&t->url)) &&
	    span_is(u.host, span_of(domain)))
		buf_span(out, u.scheme);
	else
		buf_span(out, text_cut(buf_look(&t->url), 80));
	if (t->status != 0)
		buf_printf(out, " %ld", t->status);
	else
		buf_printf(out, ": %.80s", t->trouble);
}

static void
put_verdict(struct buf *out, enum proof_verdict verdict,
    const struct proof *found)
{
	switch (verdict) {
	case PROOF_FITS:
		buf_text(out, ", key fits");
		break;
	case PROOF_OTHER_KEY:
		buf_text(out, ", another key: ");
		text_hex(out, found->key, PROOF_KEY);
		break;
	case PROOF_OTHER_SITE:
		buf_printf(out, ", another site: %.*s",
		    SPAN_ARGS(found->code));
		break;
	case PROOF_NONE:
		buf_text(out, ", no proof in the file");
		break;
	}
}

enum proof_verdict
prove_judge(const struct prove *p, const char *domain,
    const struct proof *wanted, struct proof *found, struct buf *evidence)
{
	enum proof_verdict verdict = PROOF_NONE;

	must(p->count > 0);
	/* Hops on the way are left out: the journal has room for the ends. */
	for (size_t i = 0; i < p->count; i++) {
		if (p->at[i].hop)
			continue;
		if (evidence->n > 0)
			buf_text(evidence, "; ");
		put_try(evidence, &p->at[i], domain);
	}
	if (p->got) {
		verdict = proof_judge(buf_look(&p->file), wanted, found);
		put_verdict(evidence, verdict, found);
	} else {
		buf_text(evidence, ", no file");
	}
	return verdict;
}
