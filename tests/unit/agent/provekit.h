/*
 * For tests of proving: a site whose files are a list, and an agent of it
 * beside the hub of provehub.h.
 */
#ifndef ZQ_TEST_AGENT_PROVEKIT_H
#define ZQ_TEST_AGENT_PROVEKIT_H

#include "tests/unit/agent/provehub.h"

#include "agent/proven.h"
#include "agent/push.h"

#define U "http://www.test.gov.cn/"

static struct fetch *fetch;
static struct push *push;
static struct line line;

/* --- the site -------------------------------------------------------------------- */

static inline void
on_retell(void *arg, const char *why)
{
	(void)arg;
	(void)why;
	site.retold++;
}

static inline void
on_nothing(void *arg)
{
	(void)arg;
}

static inline uint64_t
on_held(void *arg)
{
	(void)arg;
	return 0;
}

static inline void
on_trouble(void *arg, struct buf *b)
{
	(void)arg;
	(void)b;
}

static inline bool
on_is_settled(void *arg)
{
	(void)arg;
	return site.settled;
}

static inline bool
site_has(struct span path, int *version)
{
	for (size_t i = 0; i < site.count; i++)
		if (span_is(path, span_of(site.path[i]))) {
			*version = site.version[i];
			return true;
		}
	return false;
}

struct look {
	struct span source, path;
};

static inline bool
withdraw(struct store_txn *t, void *arg)
{
	const struct look *l = arg;

	return compare_gone(t, l->source, l->path, SPAN("file removed"),
	    SPAN_NONE) == COMPARE_DELETED;
}

static inline void
on_look(void *arg, struct span source, struct span path)
{
	struct look l = { .source = source, .path = path };
	char *name;
	int version;

	(void)arg;
	site.looked++;
	if (site.keeps)
		return;
	name = mem_copy(path.at, path.n);
	if (span_is(source, SPAN("www")) && site_has(path, &version))
		(void)kit_tell(store, name, version);
	else
		(void)store_do(store, withdraw, &l);
	free(name);
	push_kick(push);
}

static inline void
on_rescan(void *arg)
{
	(void)arg;
	site.rescans++;
}

static inline void
on_pause(void *arg, bool on)
{
	(void)arg;
	site.pauses += on;
	site.paused = on;
}

static inline void
start_every(uint64_t prove_every)
{
	struct push_host host = { .base = base, .store = store,
	    .line = &line, .beat = 100, .prove_every = prove_every,
	    .instance = 7, .retell = on_retell, .renew = on_nothing,
	    .held = on_held, .trouble = on_trouble,
	    .is_settled = on_is_settled,
	    .look = on_look, .rescan = on_rescan, .pause = on_pause };

	host.fetch = fetch = fetch_new(base, "test");
	push = push_new(&host);
}

static inline void
start(void)
{
	start_every(3600000);
}

static inline void
stop(void)
{
	push_free(push);
	fetch_free(fetch);
}

static inline void
set_up(void)
{
	char url[64];
	struct buf why;

	log_sink(no_log);
	kit_make_dir();
	memset(&hub, 0, sizeof(hub));
	memset(&site, 0, sizeof(site));
	site.settled = true;
	base = event_base_new();
	snprintf(url, sizeof(url), "http://127.0.0.1:%u",
	    http_open("127.0.0.1", 0));
	evhttp_set_cb(http, "/v1/changes", on_changes, NULL);
	evhttp_set_cb(http, "/v1/reconcile", on_reconcile, NULL);
	buf_init(&why, 4096);
	ck_assert_msg(line_init(&line, url, kit_dir, &why), "%s",
	    buf_cstr(&why));
	store = kit_open(64u << 20);
}

static inline void
tear_down(void)
{
	for (size_t i = 0; i < hub.count; i++)
		if (hub.item[i].id != NULL)
			hub_forget(&hub.item[i]);
	store_close(store);
	line_clear(&line);
	http_close();
	event_base_free(base);
	clock_release();
	kit_remove_dir();
}

/* This file is there, and told. */
static inline void
put(const char *path, int version)
{
	site.path[site.count] = path;
	site.version[site.count++] = version;
	(void)kit_tell(store, path, version);
}

static struct proven
proven(void)
{
	struct store_txn *t = store_look(store);
	struct proven p;

	proven_get(t, &p);
	store_end(t);
	return p;
}

/* Both have the same, says a third that has looked at both. */
static inline void
ck_same(void)
{
	struct store_txn *t = store_look(store);
	struct digest ours;

	hub_digest(&ours);
	ck_assert(digest_is(&ours, &t->digest));
	store_end(t);
	kit_is_whole(store);
}

#endif
