/* See crowd.h. */
#include "tests/load/crowd.h"

#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "certs/ca.h"
#include "certs/identity.h"
#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/mem.h"
#include "contrib/base/text.h"
#include "hub/acts.h"
#include "hub/config.h"
#include "hub/enlist.h"
#include "hub/writer.h"
#include "protocol/features.h"
#include "protocol/limits.h"

#define ADDRESSES 50		/* of 127.0.0.x: cities behind one each */
#define DAYS 90
#define DAY INT64_C(86400000)		/* ms */
#define ACTS_A_GROUP 500
#define RANDOM_BEAT 500		/* ms */

static void on_push(void *arg, const struct line_answer *a);
static void on_poll(void *arg, const struct line_answer *a);

double
crowd_now(void)
{
	return (double)clock_mono() / 1e3;
}

static void
after(struct event *timer, uint32_t ms)
{
	struct timeval tv = { .tv_sec = ms / 1000,
	    .tv_usec = ms % 1000 * 1000 };

	event_add(timer, &tv);
}

/* --- telling -------------------------------------------------------------- */

static void
put_changes(struct agent *a)
{
	struct crowd *c = a->crowd;
	uint64_t most = a->credit < LIMIT_BODY ? a->credit : LIMIT_BODY;
	uint64_t seq = a->taken;
	struct change change;

	while (seq < a->head && seq - a->taken < LIMIT_BATCH) {
		size_t before = c->xml.n;

		c->say(c->arg, a, seq + 1, &change);
		change.seq = seq + 1;
		changelist_put(&c->xml, &change);
		if (seq > a->taken && c->xml.n + 1024 > most) {
			buf_cut(&c->xml, before);
			return;
		}
		seq++;
	}
}

static void
on_push_timer(evutil_socket_t fd, short what, void *arg)
{
	struct agent *a = arg;
	struct crowd *c = a->crowd;

	(void)fd, (void)what;
	if (a->push.asking)
		return;
	buf_reset(&c->xml);
	buf_reset(&c->request);
	changelist_begin(&c->xml, &(struct batch){
	    .incarnation = a->incarnation, .instance = a->instance,
	    .first = a->taken + 1, .head = a->head, .now = clock_wall(),
	    .agent = SPAN("load/1"), .features = SPAN(FEATURES_AGENT),
	    .health = { .told = true, .beat = CROWD_BEAT, .sources = 1,
	    .until = clock_wall() + DAYS * DAY, .home_at = clock_wall(),
	    .home_status = a->ill ? 500 : 200, .home_ms = 35 } });
	put_changes(a);
	changelist_end(&c->xml);
	buf_printf(&c->request, "POST /v1/changes HTTP/1.1\r\nHost: hub\r\n"
	    "Content-Type: application/xml\r\nContent-Length: %zu\r\n\r\n",
	    c->xml.n);
	buf_span(&c->request, buf_look(&c->xml));
	must(!c->xml.bad && !c->request.bad);
	line_ask(&a->push, buf_look(&c->request), CROWD_PATIENCE, on_push, a);
}

/* An attribute's number, or 0. */
static uint64_t
number_of(struct span xml, const char *name)
{
	char text[32];
	const char *at;
	struct span digits = { .n = 0 };
	uint64_t n = 0;

	if (xml.n == 0)
		return 0;
	snprintf(text, sizeof(text), " %s=\"", name);
	at = memmem(xml.at, xml.n, text, strlen(text));
	if (at == NULL)
		return 0;
	digits.at = at + strlen(text);
	while (digits.at[digits.n] >= '0' && digits.at[digits.n] <= '9')
		digits.n++;
	return text_number(digits, 0, INT64_MAX, &n) ? n : 0;
}

static void
fail_push(struct agent *a, uint32_t floor)
{
	a->credit = CROWD_CREDIT;
	after(a->push_timer, backoff_next(&a->push_backoff, floor));
}

static bool
has(struct span s, const char *what)
{
	return s.n > 0 && memmem(s.at, s.n, what, strlen(what)) != NULL;
}

static void
go_on(struct agent *a, struct span body)
{
	uint32_t wait = (uint32_t)number_of(body, "after");

	if (wait == 0 && a->taken >= a->head)
		wait = CROWD_BEAT + backoff_random(RANDOM_BEAT);
	after(a->push_timer, wait);
}

static void
on_push(void *arg, const struct line_answer *l)
{
	struct agent *a = arg;
	uint64_t taken = number_of(l->body, "taken");

	if (l->status == 0 || l->status == 503) {
		a->crowd->busy += l->status == 503;
		fail_push(a, (uint32_t)number_of(l->body, "after"));
		return;
	}
	if (l->status != 200 || (!has(l->body, "verdict=\"taken\"") &&
	    !has(l->body, "verdict=\"known\""))) {
		if (a->crowd->refused++ == 0)
			fprintf(stderr, "refused: %.*s%.*s\n",
			    SPAN_ARGS(l->head), SPAN_ARGS(l->body));
		fail_push(a, 0);
		return;
	}
	backoff_reset(&a->push_backoff);
	if (a->back == 0)
		a->back = crowd_now();
	a->credit = number_of(l->body, "credit");
	if (a->credit == 0)
		a->credit = LIMIT_BODY;
	if (taken > a->taken) {
		a->taken = taken;
		if (a->crowd->taken != NULL)
			a->crowd->taken(a->crowd->arg, a);
	}
	go_on(a, l->body);
}

/* --- letters -------------------------------------------------------------- */

static void
on_poll_timer(evutil_socket_t fd, short what, void *arg)
{
	struct agent *a = arg;
	struct buf b;

	(void)fd, (void)what;
	if (a->poll.asking)
		return;
	buf_init(&b, 1024);
	buf_printf(&b, "GET /v1/letters?after=%llu&wait=%d&instance=%llu "
	    "HTTP/1.1\r\nHost: hub\r\n\r\n", (unsigned long long)a->letters,
	    CROWD_HOLD, (unsigned long long)a->instance);
	a->polled = clock_mono();
	line_ask(&a->poll, buf_look(&b), CROWD_POLL_PATIENCE, on_poll, a);
	buf_clear(&b);
}

static void
on_poll(void *arg, const struct line_answer *l)
{
	struct agent *a = arg;
	bool quick = clock_mono() - a->polled < 1000;

	if (l->status != 200) {
		after(a->poll_timer, backoff_next(&a->poll_backoff, 0));
		return;
	}
	backoff_reset(&a->poll_backoff);
	if (number_of(l->body, "last") > a->letters) {
		a->letters = number_of(l->body, "last");
		quick = false;
	}
	after(a->poll_timer, quick ? 5000 : 0);
}

/* --- its life ------------------------------------------------------------- */

void
crowd_start(struct agent *a, uint32_t push, uint32_t poll)
{
	must(!a->started);
	a->started = true;
	a->instance = (uint64_t)backoff_random(UINT32_MAX) << 20 | 1;
	a->credit = CROWD_CREDIT;
	after(a->push_timer, push);
	after(a->poll_timer, poll);
}

void
crowd_stop(struct agent *a)
{
	a->started = false;
	event_del(a->push_timer);
	event_del(a->poll_timer);
	line_cut(&a->push);
	line_cut(&a->poll);
}

void
crowd_tell(struct agent *a, uint64_t changes)
{
	bool idle = a->taken >= a->head;

	a->head += changes;
	if (a->started && idle && !a->push.asking)
		after(a->push_timer, 0);
}

/* --- sites, keys, certificates -------------------------------------------- */

static void
put_site(struct acts *acts, const struct agent *a)
{
	char code[32], name[64], domain[64];
	struct enlist e = { .odd_code = true };
	uint8_t hash[CA_KEY_HASH], ref[TICKET_REF];
	int64_t now = clock_wall();
	struct buf hex, ref_hex;

	snprintf(code, sizeof(code), "41%08u", a->site);
	snprintf(name, sizeof(name), "测试站点 %u", a->site);
	snprintf(domain, sizeof(domain), "site%u.example", a->site);
	e.code = span_of(code);
	e.name = span_of(name);
	e.domain = span_of(domain);
	acts_put(acts, enlist_act(&e, e.domain, a->site), "bench", "load");
	ca_key_hash(hash, a->owner.key);
	buf_init(&hex, 2 * CA_KEY_HASH + 1);
	text_hex(&hex, hash, CA_KEY_HASH);
	for (size_t i = 0; i < TICKET_REF; i++)
		ref[i] = (uint8_t)(a->site >> (i % 4 * 8));
	buf_init(&ref_hex, 2 * TICKET_REF + 1);
	text_hex(&ref_hex, ref, TICKET_REF);
	acts_put(acts, json_pack("{s:s, s:I, s:s, s:I}", "do", "ticket",
	    "site", (json_int_t)a->site, "ref", buf_cstr(&ref_hex),
	    "expires", (json_int_t)(now + DAY)), "bench", "load");
	acts_put(acts, json_pack("{s:s, s:I, s:s, s:s, s:I}", "do", "enroll",
	    "site", (json_int_t)a->site, "ref", buf_cstr(&ref_hex),
	    "key", buf_cstr(&hex), "until", (json_int_t)(now + DAYS * DAY)),
	    "bench", "load");
	buf_clear(&ref_hex);
	buf_clear(&hex);
}

/* It has no domain, no key and no agent. */
static void
put_last(struct acts *acts, uint32_t number)
{
	struct enlist e = { .odd_code = true, .code = SPAN("99999999"),
	    .name = SPAN("无") };
	json_t *act = enlist_act(&e, SPAN("none.example"), number);

	json_object_set_new(act, "domains", json_array());
	acts_put(acts, act, "bench", "load");
}

static void
make_agent(struct crowd *c, size_t n, const struct ca *ca)
{
	struct agent *a = &c->agent[n];
	const char *why;
	char code[32];

	a->crowd = c;
	a->number = n;
	a->site = (uint32_t)n + 1;
	must(RAND_bytes((unsigned char *)&a->incarnation, 8) == 1);
	a->incarnation >>= 1;
	a->owner.end = &c->end;
	a->owner.address = 0x7f000002 + (uint32_t)(n % ADDRESSES);
	a->owner.key = identity_make_key();
	snprintf(code, sizeof(code), "41%08u", a->site);
	a->owner.cert = ca_issue_site(ca, a->owner.key, a->site, code, DAYS,
	    &why);
	must(a->owner.key != NULL && a->owner.cert != NULL);
	line_init(&a->push, &a->owner);
	line_init(&a->poll, &a->owner);
	a->push_timer = evtimer_new(c->end.base, on_push_timer, a);
	a->poll_timer = evtimer_new(c->end.base, on_poll_timer, a);
	must(a->push_timer != NULL && a->poll_timer != NULL);
	backoff_init(&a->push_backoff, CROWD_PUSH_FIRST, CROWD_LAST);
	backoff_init(&a->poll_backoff, CROWD_POLL_FIRST, CROWD_LAST);
}

static void
enlist(struct crowd *c, const struct config *config)
{
	struct writer w;
	struct acts acts;
	struct view_site last;
	struct buf why;

	buf_init(&why, 4096);
	if (!writer_open(&w, config, &why) ||
	    !writer_catch_up(&w, NULL, NULL))
		fatal("%s", buf_cstr(&why));
	acts_init(&acts);
	for (size_t i = 0; i < c->count; i++) {
		put_site(&acts, &c->agent[i]);
		if (acts.count < ACTS_A_GROUP && i + 1 < c->count)
			continue;
		if (!writer_act(&w, &acts))
			fatal("the disk is full");
		acts_clear(&acts);
		acts_init(&acts);
	}
	must(view_sites(w.view) == c->count &&
	    view_site(w.view, (uint32_t)c->count, &last) && last.has_key);
	if (c->last != 0) {
		put_last(&acts, c->last);
		must(writer_act(&w, &acts) &&
		    view_sites(w.view) == c->last);
	}
	acts_clear(&acts);
	writer_close(&w);
	buf_clear(&why);
}

void
crowd_make(struct crowd *c, struct event_base *base, const char *dir,
    size_t count)
{
	char path[CONFIG_PATH_MAX];
	const struct config *config;
	struct conf *file;
	struct buf why;
	struct ca ca;

	buf_init(&why, 4096);
	config = config_read(config_path(path, dir, CONFIG_FILE), &file,
	    &why);
	if (config == NULL || !ca_open(&ca, config_path(path, dir, CONFIG_CA),
	    &why))
		fatal("%s", buf_cstr(&why));
	c->count = count;
	c->agent = mem_new(count * sizeof(c->agent[0]));
	c->end.base = base;
	c->end.ctx = line_context(config_path(path, dir,
	    CONFIG_CA "/ca.pem"));
	buf_init(&c->xml, 2 * (size_t)LIMIT_BODY);
	buf_init(&c->request, 2 * (size_t)LIMIT_BODY + 1024);
	for (size_t i = 0; i < count; i++)
		make_agent(c, i, &ca);
	enlist(c, config);
	ca_close(&ca);
	conf_free(file);
	buf_clear(&why);
}

void
crowd_free(struct crowd *c)
{
	for (size_t i = 0; i < c->count; i++) {
		struct agent *a = &c->agent[i];

		line_clear(&a->push);
		line_clear(&a->poll);
		event_free(a->push_timer);
		event_free(a->poll_timer);
		SSL_SESSION_free(a->owner.session);
		X509_free(a->owner.cert);
		EVP_PKEY_free(a->owner.key);
	}
	free(c->agent);
	SSL_CTX_free(c->end.ctx);
	buf_clear(&c->xml);
	buf_clear(&c->request);
}
