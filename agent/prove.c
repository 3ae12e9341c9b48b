/* See prove.h. The rounds: sum, buckets, hashes (several), names; then the
 * mending. What is long is a work that is called again as long as it says
 * that there is more. */
#include "agent/prove.h"

#include <stdlib.h>
#include <string.h>

#include "agent/hashes.h"
#include "agent/proven.h"
#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/log.h"
#include "contrib/base/mem.h"
#include "protocol/changelist.h"
#include "protocol/limits.h"
#include "protocol/reconcile.h"

#define TIMEOUT 60000		/* ms for one round; the hub may take 10 s */
#define LOGGED 10		/* differing items of an exchange */

typedef bool prove_work_fn(struct prove *p);	/* there is more */

struct prove {
	struct prove_host host;
	struct event *turn;
	struct fetch_request *request;
	prove_work_fn *work;		/* … of the next turn */
	void (*then)(struct prove *p);	/* … when it is done */
	/* what is compared: as of when it began */
	struct digest digest;
	uint64_t incarnation, seq;
	enum reconcile_round round;
	bool wanted[DIGEST_BUCKETS];	/* differ, and weren't listed yet */
	bool group[DIGEST_BUCKETS];	/* … listed in the next document */
	struct known_mark mark;
	struct hashes hashes;
	struct buf names;
	struct repair *repair;
	uint64_t missing, extra, held;	/* that the hub named */
	bool same;
	bool cut;
	bool changed;
};

/* --- turns ------------------------------------------------------------------ */

static void
soon(struct prove *p)
{
	const struct timeval now = { .tv_sec = 0, .tv_usec = 0 };

	must(event_add(p->turn, &now) == 0);
}

static void
work(struct prove *p, prove_work_fn *fn, void (*then)(struct prove *p))
{
	p->work = fn;
	p->then = then;
	soon(p);
}

static void
on_turn(evutil_socket_t fd, short what, void *arg)
{
	struct prove *p = arg;
	void (*then)(struct prove *p) = p->then;

	(void)fd;
	(void)what;
	if (p->work != NULL && p->work(p)) {
		soon(p);
		return;
	}
	p->work = NULL;
	p->then = NULL;
	then(p);
}

/* --- the end ------------------------------------------------------------------ */

static void
clear(struct prove *p)
{
	event_del(p->turn);
	if (p->request != NULL)
		fetch_cancel(p->request);
	p->request = NULL;
	p->work = NULL;
	p->then = NULL;
	hashes_clear(&p->hashes);
	buf_clear(&p->names);
	repair_free(p->repair);
	p->repair = NULL;
	p->round = 0;
}

/* Looking comes last: whoever looks may find news at once. */
static void
end(struct prove *p, const struct prove_end *e)
{
	struct repair *r = p->repair;

	p->repair = NULL;
	clear(p);
	p->host.done(p->host.arg, e);
	repair_look(r);
	repair_free(r);
}

static bool
keep_end(struct store_txn *t, void *arg)
{
	const struct prove *p = arg;
	struct proven was;

	proven_get(t, &was);
	was.tried = clock_wall();
	was.count++;
	was.same = p->same;
	was.missing = p->missing;
	was.extra = p->extra;
	was.held = p->held;
	was.missed += repair_count(p->repair);
	if (was.same) {
		was.at = was.tried;
		was.incarnation = p->incarnation;
		was.seq = p->seq;
		was.items = p->digest.items;
		t->meta.needs_snapshot = false;
	}
	proven_put(t, &was);
	return true;
}

static void
finish(struct prove *p)
{
	struct prove_end e = {
		.outcome = p->same ? PROVE_SAME : PROVE_DIFFERS,
		.whole = !p->cut && repair_is_whole(p->repair),
	};

	if (store_do(p->host.repair.store, keep_end, p) != STORE_DONE)
		e.outcome = PROVE_FULL;
	if (e.outcome == PROVE_DIFFERS)
		log_warn("reconcile seq=%llu differs: missing=%llu extra=%llu "
		    "held=%llu; mending", (unsigned long long)p->seq,
		    (unsigned long long)p->missing,
		    (unsigned long long)p->extra, (unsigned long long)p->held);
	else
		log_debug("reconcile seq=%llu same",
		    (unsigned long long)p->seq);
	end(p, &e);
}

/* --- asking ---------------------------------------------------------------- */

static void on_answer(void *arg, const struct fetch_answer *a);

static void
on_prepare(void *arg, CURL *curl)
{
	struct prove *p = arg;

	line_prepare(p->host.line, curl);
}

static void
begin(struct prove *p, struct buf *xml, enum reconcile_round round, bool more)
{
	struct reconcile head = {
		.round = round, .incarnation = p->incarnation, .seq = p->seq,
		.instance = p->host.instance, .items = p->digest.items,
		.now = clock_wall(), .more = more,
	};

	digest_sum(&p->digest, head.sum);
	p->round = round;
	buf_init(xml, LIMIT_BODY);
	reconcile_begin(xml, &head);
}

/* Takes xml. */
static void
post(struct prove *p, struct buf *xml)
{
	struct buf url;
	struct fetch_spec spec = {
		.type = CHANGELIST_TYPE, .most = LIMIT_BODY,
		.timeout = TIMEOUT, .connect_timeout = LINE_CONNECT,
		.prepare = on_prepare,
	};

	reconcile_end(xml);
	must(!xml->bad);
	buf_init(&url, LIMIT_URL);
	buf_printf(&url, "%s/v1/reconcile", p->host.line->hub);
	spec.url = buf_cstr(&url);
	spec.body = buf_look(xml);
	p->request = fetch_start(p->host.fetch, &spec, on_answer, p);
	buf_clear(&url);
	buf_clear(xml);
}

static void
ask_sum(struct prove *p)
{
	struct buf xml;

	begin(p, &xml, RECONCILE_SUM, false);
	post(p, &xml);
}

static void
ask_buckets(struct prove *p)
{
	struct buf xml;

	begin(p, &xml, RECONCILE_BUCKETS, false);
	reconcile_put_buckets(&xml, &p->digest);
	post(p, &xml);
}

/* --- hashes: a group of buckets after the other ------------------------------- */

static bool
is_any_wanted(const struct prove *p)
{
	for (unsigned i = 0; i < DIGEST_BUCKETS; i++)
		if (p->wanted[i])
			return true;
	return false;
}

/* As many buckets as will have room in one document, if items are spread as
 * hashes spread them. */
static void
choose_group(struct prove *p)
{
	uint64_t each = p->digest.items / DIGEST_BUCKETS + 1;
	uint64_t most = RECONCILE_HASHES_MOST * 9 / 10 / each;

	memset(p->group, 0, sizeof(p->group));
	if (most == 0)
		most = 1;
	for (unsigned i = 0; i < DIGEST_BUCKETS && most > 0; i++)
		if (p->wanted[i]) {
			p->group[i] = true;
			most--;
		}
}

/* What has no room after all waits for the next document. */
static void
fit_group(struct prove *p)
{
	size_t sum = 0, count;
	bool any = false;

	for (unsigned i = 0; i < DIGEST_BUCKETS; i++) {
		if (!p->group[i])
			continue;
		(void)hashes_bucket(&p->hashes, i, &count);
		sum += count;
		if (any && sum > RECONCILE_HASHES_MOST)
			p->group[i] = false;
		any = true;
	}
}

static void
ask_hashes(struct prove *p)
{
	struct buf xml;
	size_t count;

	if (p->changed) {
		end(p, &(struct prove_end){ .outcome = PROVE_CHANGED });
		return;
	}
	hashes_sort(&p->hashes);
	fit_group(p);
	for (unsigned i = 0; i < DIGEST_BUCKETS; i++)
		if (p->group[i])
			p->wanted[i] = false;
	begin(p, &xml, RECONCILE_HASHES, is_any_wanted(p));
	for (unsigned i = 0; i < DIGEST_BUCKETS; i++)
		if (p->group[i]) {
			const uint8_t *at = hashes_bucket(&p->hashes, i,
			    &count);

			reconcile_put_hashes(&xml, i, at, count);
		}
	hashes_clear(&p->hashes);
	post(p, &xml);
}

static bool
gather(struct prove *p)
{
	struct store_txn *t = store_look(p->host.repair.store);
	bool more = false;

	p->changed = t->meta.incarnation != p->incarnation ||
	    t->meta.next != p->seq + 1 || !digest_is(&t->digest, &p->digest);
	if (!p->changed)
		more = hashes_gather(&p->hashes, t, &p->mark, p->group);
	store_end(t);
	return more;
}

static void
next_group(struct prove *p)
{
	choose_group(p);
	p->mark = (struct known_mark){ .n = 0 };
	work(p, gather, ask_hashes);
}

/* --- names, and mending -------------------------------------------------------- */

static bool
adopt(struct prove *p)
{
	return repair_adopt(p->repair);
}

static bool
tell(struct prove *p)
{
	return repair_tell(p->repair);
}

static void
mend(struct prove *p)
{
	work(p, tell, finish);
}

static bool
name(struct prove *p)
{
	return repair_name(p->repair, &p->names);
}

/* None of it may be here any more. */
static void
ask_names(struct prove *p)
{
	if (repair_has_named(p->repair))
		post(p, &p->names);
	else
		mend(p);
}

/* All buckets were listed, and what is extra is adopted. */
static void
after_hashes(struct prove *p)
{
	if (is_any_wanted(p)) {
		next_group(p);
	} else if (p->missing > 0) {
		begin(p, &p->names, RECONCILE_NAMED, false);
		work(p, name, ask_names);
	} else {
		finish(p);
	}
}

/* --- answers -------------------------------------------------------------------- */

static void
tell_item(struct prove *p, const char *how, struct span id)
{
	char quoted[LOG_QUOTE_MAX];

	if (p->missing + p->extra + p->held <= LOGGED)
		log_info("reconcile %s id=%s", how,
		    log_quote(quoted, id.at, id.n));
}

static void
on_bucket(void *arg, unsigned bucket)
{
	struct prove *p = arg;

	if (p->round == RECONCILE_BUCKETS)
		p->wanted[bucket] = true;
}

static void
on_missing(void *arg, const uint8_t hash[RECONCILE_HASH])
{
	struct prove *p = arg;

	if (p->round != RECONCILE_HASHES)
		return;
	p->missing++;
	repair_missing(p->repair, hash);
}

static void
on_extra(void *arg, const uint8_t hash[RECONCILE_HASH],
    const uint8_t *rest, struct span id, struct span url)
{
	uint8_t whole[RECONCILE_HASH + RECONCILE_REST] = { 0 };
	struct prove *p = arg;

	if (rest != NULL) {
		memcpy(whole, hash, RECONCILE_HASH);
		memcpy(whole + RECONCILE_HASH, rest, RECONCILE_REST);
	}
	if (p->round != RECONCILE_HASHES)
		return;
	p->extra++;
	tell_item(p, "extra", id);
	repair_extra(p->repair, whole, id, url);
}

static void
on_held(void *arg, struct span id, struct span url, struct span why)
{
	struct prove *p = arg;

	(void)why;
	if (p->round < RECONCILE_HASHES)
		return;
	if (p->round == RECONCILE_NAMED && repair_held(p->repair, id, url))
		p->missing--;	/* it was taken for that */
	p->held++;
	tell_item(p, "held", id);
}

/* A round is over, and the hub says: go on. */
static void
go_on(struct prove *p)
{
	switch (p->round) {
	case RECONCILE_SUM:
		ask_buckets(p);
		return;
	case RECONCILE_BUCKETS:
		if (is_any_wanted(p))
			next_group(p);
		else		/* only the counts differ: a hub's bug */
			end(p, &(struct prove_end){ .outcome = PROVE_BROKEN,
			    .why = "sums differ, and no bucket does" });
		return;
	case RECONCILE_HASHES:
		work(p, adopt, after_hashes);
		return;
	default:
		mend(p);
		return;
	}
}

static void
judge(struct prove *p, const struct reconcile_answer *a)
{
	struct prove_end e = { .verdict = a->verdict, .cause = a->cause,
	    .reason = a->reason, .after = a->after };

	p->cut |= a->cut;
	switch (a->outcome) {
	case RECONCILE_SAME:
		p->same = p->round < RECONCILE_HASHES;
		if (p->same)
			finish(p);
		else
			go_on(p);	/* of what was listed now */
		return;
	case RECONCILE_DIFFERS:
		go_on(p);
		return;
	case RECONCILE_LATER:
		e.outcome = PROVE_LATER;
		break;
	default:
		e.outcome = PROVE_REFUSED;
		break;
	}
	end(p, &e);
}

static void
on_answer(void *arg, const struct fetch_answer *a)
{
	static const struct reconcile_answer_reader reader = {
		.bucket = on_bucket, .missing = on_missing,
		.extra = on_extra, .held = on_held,
	};
	struct prove *p = arg;
	struct reconcile_answer answer;
	struct prove_end e = { .outcome = PROVE_BROKEN, .got = a, .why = "" };
	struct buf keep;

	p->request = NULL;
	buf_init(&keep, LIMIT_ANSWER);
	if (a->code == CURLE_OK && !a->too_long &&
	    reconcile_answer_read(&answer, &keep, a->body, &reader, p,
	    &e.why)) {
		judge(p, &answer);
	} else {
		if (a->code == CURLE_OK && (a->status == 404 ||
		    a->status == 405))
			e.outcome = PROVE_UNSPOKEN;
		end(p, &e);
	}
	buf_clear(&keep);
}

/* --- life ------------------------------------------------------------------------ */

struct prove *
prove_new(const struct prove_host *host)
{
	struct prove *p = mem_new(sizeof(*p));

	p->host = *host;
	p->turn = event_new(host->base, -1, 0, on_turn, p);
	must(p->turn != NULL);
	return p;
}

void
prove_free(struct prove *p)
{
	if (p == NULL)
		return;
	clear(p);
	event_free(p->turn);
	free(p);
}

void
prove_begin(struct prove *p)
{
	struct store_txn *t = store_look(p->host.repair.store);

	must(p->round == 0);
	must(t->meta.confirmed + 1 == t->meta.next);
	p->digest = t->digest;
	p->incarnation = t->meta.incarnation;
	p->seq = t->meta.confirmed;
	store_end(t);
	memset(p->wanted, 0, sizeof(p->wanted));
	p->missing = p->extra = p->held = 0;
	p->same = p->cut = p->changed = false;
	p->repair = repair_new(&p->host.repair);
	p->round = RECONCILE_SUM;
	work(p, NULL, ask_sum);
}

void
prove_cancel(struct prove *p)
{
	clear(p);	/* what was adopted the next one finds again */
}

bool
prove_is_on(const struct prove *p)
{
	return p->round != 0;
}

bool
prove_is_mending(const struct prove *p)
{
	return p->work == tell;
}
