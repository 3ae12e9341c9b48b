/*
 * For tests of the core's parts: a writer over a hub of its own, sites with
 * keys, and what the edge would send for them. Time is what the test says.
 */
#ifndef ZQ_TESTS_COREKIT_H
#define ZQ_TESTS_COREKIT_H

#include <check.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "contrib/base/clock.h"
#include "contrib/base/log.h"
#include "hub/acts.h"
#include "hub/counters.h"
#include "hub/frame.h"
#include "hub/guests.h"
#include "hub/pending.h"
#include "hub/writer.h"
#include "protocol/answer.h"
#include "protocol/changelist.h"
#include "protocol/limits.h"

#define CORE_NOW INT64_C(1795000000000)		/* ms, 2026-11-18 */
#define CORE_MOST (UINT64_C(1) << 30)

struct corekit {
	char dir[64];
	struct config config;
	struct writer writer;
	struct guests guests;
	struct buf why;
};

static inline int
core_remove(const char *path, const struct stat *st, int type, struct FTW *f)
{
	(void)st, (void)type, (void)f;
	return remove(path);
}

static inline void
core_open_writer(struct corekit *k)
{
	ck_assert_msg(writer_open(&k->writer, &k->config, &k->why), "%s",
	    buf_cstr(&k->why));
	ck_assert(writer_catch_up(&k->writer, NULL, NULL));
}

static inline void
core_open(struct corekit *k, uint64_t most)
{
	static char text[][32] = { "测试", "127.0.0.1:7443", "",
		"https://hub.example:7443" };

	*k = (struct corekit){ .dir = "/tmp/zq-core-XXXXXX" };
	ck_assert_ptr_nonnull(mkdtemp(k->dir));
	buf_init(&k->why, 8192);
	k->config = (struct config){ .name = text[0], .listen = text[1],
		.web = text[2], .public = text[3], .dir = k->dir,
		.group = 1000, .store_most = most,
		.gate_items = 50, .gate_percent = 10, .gate_window = 600000,
		.silent_after = 15000, .gone_after = 8000,
		.start_after = 180000, .isolated_share = 30,
		.isolated_least = 3, .flap_count = 5, .flap_window = 1800000,
		.flap_quiet = 900000, .outage_settle = 300000,
		.ticket_life = 24 * 3600 * 1000 };
	clock_set(CORE_NOW, 1000);
	counters_open();
	guests_init(&k->guests);
	core_open_writer(k);
}

static inline void
core_close(struct corekit *k)
{
	writer_close(&k->writer);
	guests_clear(&k->guests);
	buf_clear(&k->why);
	nftw(k->dir, core_remove, 16, FTW_DEPTH | FTW_PHYS);
	stats_close();
	clock_release();
	log_sink(NULL);
}

static inline void
core_act(struct corekit *k, json_t *act)
{
	struct acts a;

	acts_init(&a);
	acts_put(&a, act, "test", "");
	ck_assert(writer_act(&k->writer, &a));
	acts_clear(&a);
}

/* Writes what waits, one after the other, and says that it is done. */
static inline void
core_write(struct corekit *k, struct pending_queue *pending)
{
	struct pending *one;
	struct acts all;

	while ((one = pending_pop(pending)) != NULL) {
		acts_init(&all);
		acts_move(&all, &one->acts);
		ck_assert(writer_act(&k->writer, &all));
		acts_clear(&all);
		one->done(one->arg, journal_last(k->writer.journal));
		pending_free(one);
	}
}

/* The key of site n is n, 32 times. */
static inline void
core_key(uint8_t key[CA_KEY_HASH], uint32_t n)
{
	memset(key, (int)n, CA_KEY_HASH);
}

/* Site n, code 410100000n, www.sn.gov.cn, enrolled with its key. */
static inline void
core_site(struct corekit *k, uint32_t n)
{
	char code[16], domain[32], name[32], ref[21], key[65];

	snprintf(code, sizeof(code), "410100000%u", n);
	snprintf(domain, sizeof(domain), "www.s%u.gov.cn", n);
	snprintf(name, sizeof(name), "site %u", n);
	snprintf(ref, sizeof(ref), "%020u", n);
	for (int i = 0; i < 32; i++)
		snprintf(key + 2 * i, 3, "%02x", n);
	core_act(k, json_pack("{s:s, s:i, s:s, s:s, s:[s], s:s, s:s}",
	    "do", "site-add", "site", n, "code", code, "name", name,
	    "domains", domain, "kind", "", "parent", ""));
	core_act(k, json_pack("{s:s, s:i, s:s, s:I}", "do", "ticket",
	    "site", n, "ref", ref, "expires",
	    (json_int_t)(CORE_NOW + 1000)));
	core_act(k, json_pack("{s:s, s:i, s:s, s:s}", "do", "enroll",
	    "site", n, "ref", ref, "key", key));
}

/* --- frames as the edge makes them ----------------------------------------- */

static inline struct frame_peer
core_peer(uint32_t site, const char *address)
{
	struct frame_peer p = { .site = site, .address = span_of(address) };

	core_key(p.key_hash, site);
	return p;
}

static inline void
core_batch_head(struct buf *b, uint32_t site, uint64_t incarnation,
    uint64_t first)
{
	struct frame_peer p = core_peer(site, "203.0.113.7:5000");
	struct batch h = { .incarnation = incarnation, .first = first,
		.head = first, .now = CORE_NOW, .agent = SPAN("test/1") };

	buf_init(b, FRAME_MAX);
	frame_batch_begin(b, &p, &h, clock_mono());
}

static inline void
core_batch_put(struct buf *b, uint64_t seq, const char *url,
    const char *title)
{
	struct change c;
	struct buf row;

	change_init(&c);
	c.seq = seq;
	c.kind = CHANGE_CREATED;
	c.when = CORE_NOW;
	c.url = span_of(url);
	c.word[WORD_TITLE] = span_of(title);
	buf_init(&row, LIMIT_CHANGE);
	change_write(&row, &c);
	frame_batch_change(b, seq, buf_look(&row));
	buf_clear(&row);
}

/* --- answers --------------------------------------------------------------- */

#define CORE_ANSWERS 64

struct core_answer {
	uint64_t number;
	unsigned status;
	unsigned retry;
	struct answer answer;	/* of a batch, or a refusal */
	bool is_answer;
	size_t complaints;
	char complaint[512];	/* the last one */
	char body[8192];
	struct buf keep;
};

struct core_answers {
	struct core_answer at[CORE_ANSWERS];
	size_t n;
};

static inline void
core_complaint(void *arg, const struct complaint *c)
{
	struct core_answer *a = arg;

	a->complaints++;
	snprintf(a->complaint, sizeof(a->complaint), "%.*s",
	    SPAN_ARGS(c->why));
}

/* A reply_send_fn. */
static inline void
core_send(void *arg, uint64_t number, struct span body)
{
	struct core_answers *all = arg;
	struct core_answer *a;
	struct frame_answer f;
	const char *why;

	ck_assert_uint_lt(all->n, CORE_ANSWERS);
	a = &all->at[all->n++];
	ck_assert(frame_answer_read(&f, body));
	a->number = number;
	a->status = f.status;
	a->retry = f.retry_after;
	a->complaints = 0;
	snprintf(a->body, sizeof(a->body), "%.*s", SPAN_ARGS(f.body));
	buf_init(&a->keep, LIMIT_ANSWER);
	a->is_answer = answer_read(&a->answer, &a->keep, f.body,
	    core_complaint, a, &why);
}

static inline void
core_forget(struct core_answers *all)
{
	for (size_t i = 0; i < all->n; i++)
		buf_clear(&all->at[i].keep);
	all->n = 0;
}

/* --- what the log said ------------------------------------------------------ */

static char core_log[16384];

static inline void
core_log_sink(enum log_level level, const char *line)
{
	size_t n = strlen(core_log);

	if (level == LOG_LEVEL_DEBUG)
		return;
	snprintf(core_log + n, sizeof(core_log) - n, "%s\n", line);
}

static inline void
core_log_begin(void)
{
	core_log[0] = '\0';
	log_open("test", LOG_LEVEL_INFO);
	log_sink(core_log_sink);
}

static inline bool
core_logged(const char *what)
{
	return strstr(core_log, what) != NULL;
}

/* Runs one case's tests; main() returns it. */
static inline int
core_run_suite(const char *name, void (*add)(TCase *))
{
	Suite *s = suite_create(name);
	TCase *t = tcase_create(name);
	SRunner *r;
	int failed;

	tcase_set_timeout(t, 60);
	add(t);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}

#endif
