#include "hub/issuer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "certs/ca.h"
#include "certs/enroll.h"
#include "certs/ticket.h"
#include "contrib/base/channel.h"
#include "contrib/base/log.h"
#include "contrib/base/mem.h"
#include "hub/frame.h"

#define UNDER_WAY 256	/* the core answers within a group commit */

struct issuer {
	struct event_base *base;
	struct channel *core;
	struct ca ca;
	struct enroll *enroll;
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
	    .is_renewal = r->is_renewal, .site = r->site };
	struct buf body;

	memcpy(a.ref, r->ref, sizeof(a.ref));
	memcpy(a.key_hash, r->key_hash, sizeof(a.key_hash));
	memcpy(a.old_key_hash, r->old_key_hash, sizeof(a.old_key_hash));
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

struct issuer *
issuer_new(struct event_base *base, const struct config *config, int core_fd,
    struct buf *why)
{
	struct issuer *i = mem_new(sizeof(*i));
	char dir[CONFIG_PATH_MAX];

	if (!ca_open(&i->ca, config_path(dir, config->dir, CONFIG_CA), why)) {
		free(i);
		return NULL;
	}
	i->base = base;
	i->enroll = enroll_new(&i->ca, (int)config->leaf_days);
	for (size_t n = 0; n < UNDER_WAY; n++)
		buf_init(&i->request[n].der, ENROLL_MAX);
	i->core = channel_new(base, core_fd, FRAME_MAX, on_frame,
	    on_core_end, i);
	return i;
}

void
issuer_free(struct issuer *i)
{
	if (i == NULL)
		return;
	channel_free(i->core);
	for (size_t n = 0; n < UNDER_WAY; n++)
		buf_clear(&i->request[n].der);
	enroll_free(i->enroll);
	ca_close(&i->ca);
	free(i);
}
