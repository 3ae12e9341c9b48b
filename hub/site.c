/*
 * Rows of sites, and finding them; see site.h.
 */
#include "hub/site.h"

#include "contrib/base/err.h"
#include "hub/table.h"
#include "protocol/url.h"
#include "protocol/wire.h"

enum flag { FLAG_BLOCKED = 1, FLAG_FORKED = 2, FLAG_KEY = 4,
	FLAG_OLD_KEY = 8, FLAG_PROVEN = 16, FLAG_QUARANTINED = 32,
	FLAG_RETIRED = 64, FLAG_OLD_SPENT = 128 };

#define HOST_MAX 255		/* bytes of a host that can be a domain */

static void
set_flags(struct site *s, uint8_t flags)
{
	s->blocked = flags & FLAG_BLOCKED;
	s->forked = flags & FLAG_FORKED;
	s->has_key = flags & FLAG_KEY;
	s->has_old_key = flags & FLAG_OLD_KEY;
	s->proven = flags & FLAG_PROVEN;
	s->quarantined = flags & FLAG_QUARANTINED;
	s->retired = flags & FLAG_RETIRED;
	s->old_key_spent = flags & FLAG_OLD_SPENT;
}

static uint8_t
flags_of(const struct site *s)
{
	return (uint8_t)((s->blocked ? FLAG_BLOCKED : 0) |
	    (s->forked ? FLAG_FORKED : 0) | (s->has_key ? FLAG_KEY : 0) |
	    (s->has_old_key ? FLAG_OLD_KEY : 0) |
	    (s->proven ? FLAG_PROVEN : 0) |
	    (s->quarantined ? FLAG_QUARANTINED : 0) |
	    (s->retired ? FLAG_RETIRED : 0) |
	    (s->old_key_spent ? FLAG_OLD_SPENT : 0));
}

static void
read_fork(struct reader *r, struct site *s)
{
	s->cause = read_span(r);
	for (int i = 0; i < 2; i++) {
		s->agent[i].instance = read_u64(r);
		s->agent[i].address = read_span(r);
		s->agent[i].since = (int64_t)read_u64(r);
	}
	s->speaker = read_u8(r);
	s->kept = read_u8(r);
	s->begun = read_u8(r) != 0;
	s->renewed = read_u8(r) != 0;
	s->given_up = read_u64(r);
}

static void
write_fork(struct buf *b, const struct site *s)
{
	write_span(b, s->cause);
	for (int i = 0; i < 2; i++) {
		write_u64(b, s->agent[i].instance);
		write_span(b, s->agent[i].address);
		write_u64(b, (uint64_t)s->agent[i].since);
	}
	write_u8(b, s->speaker);
	write_u8(b, s->kept);
	write_u8(b, s->begun);
	write_u8(b, s->renewed);
	write_u64(b, s->given_up);
}

bool
site_get(struct db_txn *t, uint32_t number, struct site *s)
{
	struct key k = key_u32(number);
	struct span row;
	struct reader r;

	*s = (struct site){ .number = number };
	if (!db_get(t, TABLE_SITE, key_look(&k), &row))
		return false;
	r = reader_of(row);
	s->parent = read_u32(&r);
	set_flags(s, read_u8(&r));
	struct span key = read_bytes(&r, CA_KEY_HASH);
	struct span old = read_bytes(&r, CA_KEY_HASH);
	s->added = (int64_t)read_u64(&r);
	s->enrolled = (int64_t)read_u64(&r);
	s->code = read_span(&r);
	s->name = read_span(&r);
	s->kind = read_span(&r);
	s->reason = read_span(&r);
	s->checked = (int64_t)read_u64(&r);
	s->evidence = read_span(&r);
	s->domains = read_span(&r);
	s->until = (int64_t)read_u64(&r);
	s->cleared = read_u32(&r);
	read_fork(&r, s);
	s->as_of = (int64_t)read_u64(&r);
	if (!reader_done(&r))
		fatal("view: the row of site %u is damaged: run zqhub rebuild",
		    number);
	memcpy(s->key_hash, key.at, CA_KEY_HASH);
	memcpy(s->old_key_hash, old.at, CA_KEY_HASH);
	return true;
}

void
site_put(struct db_txn *t, const struct site *s)
{
	struct key k = key_u32(s->number);
	struct buf b;

	buf_init(&b, SITE_ROW_MAX);
	write_u32(&b, s->parent);
	write_u8(&b, flags_of(s));
	buf_put(&b, s->key_hash, CA_KEY_HASH);
	buf_put(&b, s->old_key_hash, CA_KEY_HASH);
	write_u64(&b, (uint64_t)s->added);
	write_u64(&b, (uint64_t)s->enrolled);
	write_span(&b, s->code);
	write_span(&b, s->name);
	write_span(&b, s->kind);
	write_span(&b, s->reason);
	write_u64(&b, (uint64_t)s->checked);
	write_span(&b, s->evidence);
	write_span(&b, s->domains);
	write_u64(&b, (uint64_t)s->until);
	write_u32(&b, s->cleared);
	write_fork(&b, s);
	write_u64(&b, (uint64_t)s->as_of);
	must(!b.bad);
	db_put(t, TABLE_SITE, key_look(&k), buf_look(&b));
	buf_clear(&b);
}

uint32_t
site_last(struct db_txn *t)
{
	return table_last(t, TABLE_SITE);
}

static bool
get_number(struct db_txn *t, enum table table, struct span key,
    uint32_t *number)
{
	struct span row;

	if (key.n == 0 || key.n > HOST_MAX || !db_get(t, table, key, &row))
		return false;
	*number = wire_get_u32((const uint8_t *)row.at);
	return true;
}

bool
site_by_code(struct db_txn *t, struct span code, uint32_t *number)
{
	return get_number(t, TABLE_CODE, code, number);
}

bool
site_by_domain(struct db_txn *t, struct span domain, uint32_t *number)
{
	return get_number(t, TABLE_DOMAIN, domain, number);
}

bool
site_of_host(struct db_txn *t, struct span host, uint32_t *number)
{
	const char *dot;

	while (!site_by_domain(t, host, number)) {
		dot = host.n > 0 ? memchr(host.at, '.', host.n) : NULL;
		if (dot == NULL)
			return false;
		host.n -= (size_t)(dot + 1 - host.at);
		host.at = dot + 1;
	}
	return true;
}

bool
site_has_domain(struct db_txn *t, uint32_t number, struct span said,
    struct buf *host)
{
	const char *why;
	uint32_t owner;

	return said.n > 0 && url_host_normal(host, said, &why) &&
	    site_by_domain(t, buf_look(host), &owner) && owner == number;
}

static void
put_number(struct db_txn *t, enum table table, struct span key,
    uint32_t number)
{
	struct key value = key_u32(number);

	must(key.n > 0 && key.n <= HOST_MAX);
	db_put(t, table, key, key_look(&value));
}

void
site_put_code(struct db_txn *t, struct span code, uint32_t number)
{
	put_number(t, TABLE_CODE, code, number);
}

void
site_put_domain(struct db_txn *t, struct span domain, uint32_t number)
{
	put_number(t, TABLE_DOMAIN, domain, number);
}

void
site_free_domain(struct db_txn *t, struct span domain)
{
	must(domain.n > 0 && domain.n <= HOST_MAX);
	db_del(t, TABLE_DOMAIN, domain);
	db_del(t, TABLE_DOMAIN_UNTIL, domain);
}

bool
site_is_above(struct db_txn *t, uint32_t site, uint32_t other)
{
	struct site s;

	for (int level = 0; level < SITE_LEVELS && other != 0; level++) {
		if (other == site)
			return true;
		other = site_get(t, other, &s) ? s.parent : 0;
	}
	return other != 0;
}

bool
site_domain_next(struct span *domains, struct span *domain)
{
	struct reader r = reader_of(*domains);

	if (domains->n == 0)
		return false;
	*domain = read_span(&r);
	*domains = (struct span){ .at = (const char *)r.at,
	    .n = reader_left(&r) };
	return !r.bad;
}

void
site_why_not(struct db_txn *t, uint32_t number, struct span host,
    struct buf *why)
{
	const char *lead;
	struct span domain;
	struct site s, other;
	uint32_t owner;
	bool none = !site_get(t, number, &s) || s.domains.n == 0;

	buf_span(why, host);
	if (site_of_host(t, host, &owner) && owner != number &&
	    site_get(t, owner, &other)) {
		buf_text(why, " is not a domain of this site, it belongs to "
		    "site ");
		buf_span(why, other.code);
		lead = none ? ": it has none" : "; this site has ";
	} else {
		lead = none ? " is not a domain of this site: it has none" :
		    " is not a domain of this site; it has ";
	}
	if (none) {
		buf_text(why, lead);
		return;
	}
	for (; site_domain_next(&s.domains, &domain); lead = ", ") {
		buf_text(why, lead);
		buf_span(why, domain);
	}
}
