/* See moves_hear.h. */
#include "agent/moves_hear.h"

#include "agent/moves.h"
#include "agent/redirect_map.h"
#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "protocol/limits.h"
#include "protocol/rewrite.h"
#include "protocol/url.h"
#include "protocol/wire.h"

#define ROW "moves heard"		/* which version of the map */
#define HOSTS_MOST (64u << 10)		/* bytes of our hosts' names */
#define RULES_MOST (64u << 20)		/* … of the rules that are ours */

struct hearing {
	struct buf hosts;		/* spans */
	struct buf rules;		/* scope, from, to, at, until: taken */
	struct buf gone;		/* scope, old: those of before */
	moves_hear_own *own;
	const void *all;
};

static uint64_t
version_heard(struct store_txn *t)
{
	struct span row;
	struct reader r;

	if (!store_get(t, ROW, &row))
		return 0;
	r = reader_of(row);
	return read_u64(&r);
}

static void
add_host(void *arg, struct span url)
{
	struct hearing *h = arg;
	struct url u;

	if (url_parse(&u, url))
		write_span(&h->hosts, u.host);
}

static bool
is_ours(const struct hearing *h, struct span url)
{
	struct reader r = reader_of(buf_look(&h->hosts));
	struct url u;

	if (!url_parse(&u, url))
		return false;
	while (reader_left(&r) > 0 && !r.bad)
		if (span_is(read_span(&r), u.host))
			return true;
	return false;
}

static void
take_rule(void *arg, const struct movemap_rule *r)
{
	struct hearing *h = arg;

	if (r->gone || !is_ours(h, r->rule.from))
		return;
	write_span(&h->rules, span_of(rewrite_scope_name(r->rule.scope)));
	write_span(&h->rules, r->rule.from);
	write_span(&h->rules, r->rule.to);
	write_u64(&h->rules, (uint64_t)r->rule.at);
	write_u64(&h->rules, (uint64_t)r->rule.until);
}

static bool
take_heard(void *arg, const struct moved *m)
{
	struct hearing *h = arg;

	if (m->state == MOVES_HEARD) {
		write_span(&h->gone, m->scope);
		write_span(&h->gone, m->old);
	}
	return true;
}

static void
put(struct store_txn *t, struct reader *r)
{
	struct moved old, m = { .state = MOVES_HEARD,
		.when = clock_wall() };

	m.scope = read_span(r);
	m.old = read_span(r);
	m.new = read_span(r);
	m.from = (int64_t)read_u64(r);
	m.until = (int64_t)read_u64(r);
	if (r->bad || (moves_get(t, m.scope, m.old, &old) &&
	    old.state == MOVES_SAID))
		return;			/* our own, come back */
	(void)moves_put(t, &m);
}

/* May be called again from the start: the map had to grow. */
static bool
work(struct store_txn *t, void *arg)
{
	struct hearing *h = arg;
	uint8_t version[8];
	struct reader r;

	buf_reset(&h->hosts);
	buf_reset(&h->rules);
	buf_reset(&h->gone);
	h->own(h->all, add_host, h);
	redirect_map_each(t, take_rule, h);
	moves_each(t, take_heard, h);
	for (r = reader_of(buf_look(&h->gone)); reader_left(&r) > 0;) {
		struct span scope = read_span(&r);

		moves_del(t, scope, read_span(&r));
	}
	for (r = reader_of(buf_look(&h->rules)); reader_left(&r) > 0 &&
	    !r.bad;)
		put(t, &r);
	moves_drop_proposed(t);
	wire_put_u64(version, redirect_map_version(t));
	store_put(t, ROW, (struct span){ .at = (const char *)version,
	    .n = sizeof(version) });
	return true;
}

void
moves_hear(struct store *s, moves_hear_own *own, const void *all)
{
	struct hearing h = { .own = own, .all = all };
	struct store_txn *t = store_look(s);
	bool news = redirect_map_version(t) != version_heard(t);

	store_end(t);
	if (!news)
		return;
	buf_init(&h.hosts, HOSTS_MOST);
	buf_init(&h.rules, RULES_MOST);
	buf_init(&h.gone, RULES_MOST);
	(void)store_do(s, work, &h);	/* else it is tried again */
	buf_clear(&h.hosts);
	buf_clear(&h.rules);
	buf_clear(&h.gone);
}
