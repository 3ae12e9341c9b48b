#include "hub/issuer.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "certs/ca.h"
#include "certs/enroll.h"
#include "certs/issue.h"
#include "certs/keep.h"
#include "certs/roll.h"
#include "certs/signed.h"
#include "certs/ticket.h"
#include "contrib/base/channel.h"
#include "contrib/base/err.h"
#include "contrib/base/lang.h"
#include "contrib/base/log.h"
#include "contrib/base/mem.h"
#include "hub/counters.h"
#include "hub/frame.h"
#include "hub/tls.h"
#include "protocol/sha.h"

#define UNDER_WAY 256	/* the core answers within a group commit */
#define LOOK 3600	/* s between looks at the files */

struct issuer {
	struct event_base *base;
	const struct config *config;
	struct channel *core;
	struct channel *edge;	/* NULL: nobody is told of certificates */
	struct event *timer;	/* until the files are looked at again */
	struct ca ca, next;	/* next.cert is NULL unless one is there */
	struct tls_hosts hosts;
	struct enroll *enroll;
	uint8_t told[32];	/* hash of what the edge knows */
	struct request {	/* asked of the core; der.n 0: vacant */
		uint64_t number;
		struct buf der;
	} request[UNDER_WAY];
};

static void
answer(struct issuer *i, uint64_t number, const struct frame_answer *a)
{
	struct buf body;

	buf_init(&body, FRAME_MAX);
	frame_answer_write(&body, a);
	channel_send(i->core, FRAME_ANSWER, number, buf_look(&body));
	buf_clear(&body);
}

static void
refuse(struct issuer *i, uint64_t number, uint16_t status, const char *why)
{
	char line[256];
	int n = snprintf(line, sizeof(line), "%s\n", why);

	answer(i, number, &(struct frame_answer){ .status = status,
	    .retry_after = status == 503 ? 5 : 0,
	    .type = SPAN("text/plain; charset=utf-8"),
	    .body = { .at = line, .n = n < (int)sizeof(line) ?
	    (size_t)n : sizeof(line) - 1 } });
}

static void
reply(struct issuer *i, uint64_t number, struct span der, uint32_t site,
    const char *code, const char *refusal)
{
	struct buf out;

	buf_init(&out, ENROLL_MAX);
	if (enroll_answer(i->enroll, der, site, code, refusal, &out))
		answer(i, number, &(struct frame_answer){ .status = 200,
		    .type = SPAN(ENROLL_TYPE), .body = buf_look(&out) });
	else
		refuse(i, number, 500, "no CMP answer could be made");
	buf_clear(&out);
}

static struct request *
find(struct issuer *i, uint64_t number)
{
	for (size_t n = 0; n < UNDER_WAY; n++)
		if (i->request[n].der.n > 0 &&
		    i->request[n].number == number)
			return &i->request[n];
	return NULL;
}

static struct request *
vacant(struct issuer *i)
{
	for (size_t n = 0; n < UNDER_WAY; n++)
		if (i->request[n].der.n == 0)
			return &i->request[n];
	return NULL;
}

static void
ask(struct issuer *i, uint64_t number, const struct enroll_request *r)
{
	struct frame_ask a = { .has_ref = r->has_ref,
	    .mac_good = r->mac_good, .code = span_of(r->code),
	    .is_renewal = r->is_renewal, .site = r->site,
	    .expired = r->expired, .issued = r->issued,
	    .until = r->until };
	struct buf body;

	memcpy(a.ref, r->ref, sizeof(a.ref));
	memcpy(a.key_hash, r->key_hash, sizeof(a.key_hash));
	memcpy(a.old_key_hash, r->old_key_hash, sizeof(a.old_key_hash));
	memcpy(a.ca, r->ca, sizeof(a.ca));
	buf_init(&body, 1024);
	frame_ask_write(&body, &a);
	channel_send(i->core, FRAME_ASK, number, buf_look(&body));
	buf_clear(&body);
}

static void
take_cmp(struct issuer *i, const struct frame *f)
{
	struct enroll_request r = { .has_ref = false };
	struct request *mine;
	const char *why = NULL;

	if (f->body.n == 0 || f->body.n > ENROLL_MAX) {
		refuse(i, f->number, 400, "expected a PKIMessage in DER");
	} else if (!enroll_read(i->enroll, f->body, &r, &why)) {
		refuse(i, f->number, 400, why);
	} else if (r.is_confirm) {
		reply(i, f->number, f->body, 0, "", NULL);
	} else if ((mine = vacant(i)) == NULL) {
		refuse(i, f->number, 503, "too many enrolments under way");
	} else {
		mine->number = f->number;
		buf_span(&mine->der, f->body);
		ask(i, f->number, &r);
	}
}

static void
take_grant(struct issuer *i, const struct frame *f)
{
	struct request *mine = find(i, f->number);
	struct frame_grant g;
	char *code, *refusal;

	if (mine == NULL || !frame_grant_read(&g, f->body))
		return;
	code = mem_copy(g.code.at != NULL ? g.code.at : "", g.code.n);
	refusal = g.refusal.n > 0 ? mem_copy(g.refusal.at, g.refusal.n) :
	    NULL;
	reply(i, f->number, buf_look(&mine->der), g.site, code, refusal);
	buf_clear(&mine->der);
	free(code);
	free(refusal);
}

static void
take_mint(struct issuer *i, const struct frame *f)
{
	struct ticket t;
	struct buf body;

	ticket_mint(&t, i->ca.ticket_key, i->ca.pin);
	buf_init(&body, 1024);
	buf_put(&body, t.ref, sizeof(t.ref));
	ticket_format(&body, &t);
	channel_send(i->core, FRAME_MINTED, f->number, buf_look(&body));
	buf_clear(&body);
}

/* --- the files ------------------------------------------------------------ */

/* False: what was there before stays in use. */
static bool
open_cas(struct issuer *i, struct buf *why)
{
	char dir[CONFIG_PATH_MAX];
	struct ca now, next;

	config_path(dir, i->config->dir, CONFIG_CA);
	if (!ca_open(&now, dir, why))
		return false;
	if (!roll_open(&next, dir, why)) {
		ca_close(&now);
		return false;
	}
	ca_close(&i->ca);
	ca_close(&i->next);
	i->ca = now;
	i->next = next;
	if (i->enroll != NULL)
		enroll_roll(i->enroll, next.cert != NULL ? &i->next : NULL);
	return true;
}

static void
tell_edge(struct issuer *i, const struct tls_pem *pem)
{
	struct buf b;

	if (i->edge == NULL)
		return;
	buf_init(&b, FRAME_MAX);
	frame_tls_write(&b, &(struct frame_tls){
	    .chain = buf_look(&pem->chain), .key = buf_look(&pem->key),
	    .cas = buf_look(&pem->cas) });
	channel_send(i->edge, FRAME_TLS, 0, buf_look(&b));
	OPENSSL_cleanse(b.at, b.n);
	buf_clear(&b);
}

/* Whether that is other than what the edge was told last; by its hash. */
static bool
is_news(struct issuer *i, const struct tls_pem *pem)
{
	const struct buf *all[] = { &pem->chain, &pem->key, &pem->cas };
	uint8_t hash[32];
	struct sha s;
	bool news;

	sha_begin(&s);
	for (size_t n = 0; n < 3; n++)
		sha_add(&s, all[n]->at, all[n]->n);
	sha_end(&s, hash);
	news = memcmp(hash, i->told, sizeof(hash)) != 0;
	memcpy(i->told, hash, sizeof(hash));
	return news;
}

static void
note_expiry(struct issuer *i, struct span chain)
{
	STACK_OF(X509) *certs;
	struct buf quiet;

	buf_init(&quiet, 1024);
	certs = keep_parse_certs("", chain, &quiet);
	stats_set(COUNTER_CA_EXPIRY, (uint64_t)issue_time(
	    X509_get0_notAfter(i->ca.cert)) / 1000);
	if (certs != NULL)
		stats_set(COUNTER_HUB_EXPIRY, (uint64_t)issue_time(
		    X509_get0_notAfter(sk_X509_value(certs, 0))) / 1000);
	keep_free_certs(certs);
	buf_clear(&quiet);
}

/* The edge reads these by itself when it starts. */
static void
note_start(struct issuer *i)
{
	struct tls_pem pem;
	struct buf quiet;

	buf_init(&quiet, 1024);
	if (tls_read(&pem, i->config->dir, &quiet)) {
		note_expiry(i, buf_look(&pem.chain));
		(void)is_news(i, &pem);
		tls_pem_clear(&pem);
	}
	buf_clear(&quiet);
}

/* Looks at all of it again: the CAs, the hub's certificate, which is made
 * anew when its time comes, and tells the edge. */
static bool
reread(struct issuer *i, struct buf *why)
{
	struct tls_pem pem;

	if (!open_cas(i, why))
		return false;
	switch (tls_look(i->config, &i->hosts, why)) {
	case TLS_NO_CA:
	case TLS_FAILED:
		return false;
	case TLS_MADE_ANEW:
	case TLS_OTHER_CA:
		log_info("made a new certificate for the hub");
		break;
	case TLS_GOOD:
		break;
	}
	if (!tls_read(&pem, i->config->dir, why))
		return false;
	note_expiry(i, buf_look(&pem.chain));
	if (is_news(i, &pem))
		tell_edge(i, &pem);
	tls_pem_clear(&pem);
	return true;
}

static void
take_reread(struct issuer *i, const struct frame *f)
{
	const char *lang = span_is(f->body, SPAN("zh")) ? "zh" : "en";
	const char *before = lang_borrow(f->body.n > 0 ? lang : NULL);
	struct buf why;

	buf_init(&why, 4096);
	if (reread(i, &why))
		log_info("the CA's files were read again");
	else
		log_error("certificates: %s", buf_cstr(&why));
	channel_send(i->core, FRAME_REREAD, f->number, buf_look(&why));
	buf_clear(&why);
	lang_switch(before);
}

static void
look_again(struct issuer *i)
{
	struct buf why;

	buf_init(&why, 4096);
	if (!reread(i, &why))
		log_error("certificates: %s", buf_cstr(&why));
	buf_clear(&why);
}

/* With the hub's own key, which lies beside the CA's: a document that the
 * core made. */
static void
take_sign(struct issuer *i, const struct frame *f)
{
	struct buf der, why, body;
	struct tls_pem pem;
	bool good = false;

	buf_init(&der, FRAME_MAX - 1024);
	buf_init(&why, 4096);
	buf_init(&body, FRAME_MAX);
	if (tls_read(&pem, i->config->dir, &why)) {
		good = signed_make(&der, f->body, buf_look(&pem.chain),
		    buf_look(&pem.key), &why) && !der.bad;
		tls_pem_clear(&pem);
	}
	frame_signed_write(&body, good, good ? buf_look(&der) :
	    buf_look(&why));
	channel_send(i->core, FRAME_SIGNED, f->number, buf_look(&body));
	buf_clear(&der);
	buf_clear(&why);
	buf_clear(&body);
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what;
	look_again(arg);
}

void
issuer_reread(struct issuer *i)
{
	log_info("SIGHUP: reads the CA's and the hub's certificates again; "
	    "settings are read at a start only");
	look_again(i);
}

static void
on_frame(void *arg, struct channel *c, const struct frame *f)
{
	struct issuer *i = arg;

	(void)c;
	switch (f->kind) {
	case FRAME_CMP:
		take_cmp(i, f);
		break;
	case FRAME_GRANT:
		take_grant(i, f);
		break;
	case FRAME_MINT:
		take_mint(i, f);
		break;
	case FRAME_REREAD:
		take_reread(i, f);
		break;
	case FRAME_SIGN:
		take_sign(i, f);
		break;
	default:
		log_warn("part=core sent a frame of kind %u, which the ca "
		    "doesn't know", f->kind);
	}
}

static void
on_core_end(void *arg, struct channel *c)
{
	struct issuer *i = arg;

	(void)c;
	log_debug("part=core is gone");
	event_base_loopbreak(i->base);
}

static void
on_edge_frame(void *arg, struct channel *c, const struct frame *f)
{
	(void)arg, (void)c;
	log_warn("part=edge sent a frame of kind %u, which the ca doesn't "
	    "know", f->kind);
}

static void
on_edge_end(void *arg, struct channel *c)
{
	struct issuer *i = arg;

	(void)c;
	log_debug("part=edge is gone");
	event_base_loopbreak(i->base);
}

struct issuer *
issuer_new(struct event_base *base, const struct config *config, int core_fd,
    struct buf *why)
{
	const struct timeval often = { .tv_sec = LOOK };
	struct issuer *i = mem_new(sizeof(*i));

	i->base = base;
	i->config = config;
	tls_gather(&i->hosts, config);
	if (!open_cas(i, why)) {
		free(i);
		return NULL;
	}
	i->enroll = enroll_new(&i->ca, (int)config->leaf_days);
	enroll_roll(i->enroll, i->next.cert != NULL ? &i->next : NULL);
	for (size_t n = 0; n < UNDER_WAY; n++)
		buf_init(&i->request[n].der, ENROLL_MAX);
	i->core = channel_new(base, core_fd, FRAME_MAX, on_frame,
	    on_core_end, i);
	i->timer = event_new(base, -1, EV_PERSIST, on_timer, i);
	must(i->timer != NULL);
	event_add(i->timer, &often);
	note_start(i);
	return i;
}

void
issuer_tell_edge(struct issuer *i, int fd)
{
	i->edge = channel_new(i->base, fd, FRAME_MAX, on_edge_frame,
	    on_edge_end, i);
}

void
issuer_free(struct issuer *i)
{
	if (i == NULL)
		return;
	event_free(i->timer);
	channel_free(i->core);
	if (i->edge != NULL)
		channel_free(i->edge);
	for (size_t n = 0; n < UNDER_WAY; n++)
		buf_clear(&i->request[n].der);
	enroll_free(i->enroll);
	ca_close(&i->ca);
	ca_close(&i->next);
	free(i);
}
