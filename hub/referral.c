/*
 * Rows of referrals; see referral.h.
 */
#include "hub/referral.h"

#include <string.h>

#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/lang.h"
#include "contrib/base/text.h"
#include "hub/table.h"
#include "protocol/sha.h"
#include "protocol/wire.h"

#define GONE_KEY (8 + TABLE_DIGEST)
#define WAITS_HEAD 9		/* of the key: "waits", site, level, … */
#define KEY_MOST (WAITS_HEAD + 4 + TABLE_DIGEST)
#define OPEN UINT32_MAX		/* no move's number, … */
#define WAITS (UINT32_MAX - 1)	/* … nor is this, … */
#define NO_MOVE UINT32_MAX	/* … nor this: it comes behind all moves */
#define FORGET 4		/* old rows looked for, for each that ends */

const char *
referral_state_name(enum referral_state s)
{
	static const char *const names[] = {
		[REFERRAL_TOLD] = N_("told"),
		[REFERRAL_WILL_FIX] = N_("will fix"),
		[REFERRAL_REFUSED] = N_("refused"),
		[REFERRAL_FIXED] = N_("fixed"),
		[REFERRAL_OFF] = N_("off"),
	};

	return s >= REFERRAL_TOLD && s <= REFERRAL_OFF ? names[s] : "";
}

const char *
referral_level_name(enum referral_level l)
{
	static const char *const names[REFERRAL_LEVELS] = {
		[REFERRAL_PAGE] = N_("page"),
		[REFERRAL_COLUMN] = N_("column"),
		[REFERRAL_SITE] = N_("site"),
		[REFERRAL_PARENT] = N_("parent"),
	};

	return l < REFERRAL_LEVELS ? names[l] : "";
}

void
referral_open(struct referral *r, int64_t at)
{
	if (r->state != 0 && referral_is_open(r))
		return;
	if (r->state != 0)
		r->told = at;
	r->state = REFERRAL_TOLD;
	r->changed = at;
	r->level = REFERRAL_PAGE;
	r->raised = CLOCK_NONE;
}

/* --- rows ----------------------------------------------------------------- */

struct row_key {
	uint8_t at[KEY_MOST];
	size_t n;
};

static struct span
look(const struct row_key *k)
{
	return (struct span){ .at = (const char *)k->at, .n = k->n };
}

static struct row_key
pair_key(uint32_t a, uint32_t b)
{
	struct row_key k = { .n = 8 };

	wire_put_u32(k.at, a);
	wire_put_u32(k.at + 4, b);
	return k;
}

static struct row_key
gone_key(uint32_t site, const struct target_key *target)
{
	struct row_key k = pair_key(0, site);
	uint8_t digest[32];
	struct sha s;

	sha_begin(&s);
	sha_add(&s, target->at, target->n);
	sha_end(&s, digest);
	memcpy(k.at + 8, digest, TABLE_DIGEST);
	k.n = GONE_KEY;
	return k;
}

static struct row_key
key_of(uint32_t move, uint32_t site, struct span target)
{
	struct target_key t = { .n = 0 };

	if (move != 0)
		return pair_key(move, site);
	(void)target_key(&t, target);
	return gone_key(site, &t);
}

/* Its open ones, by site: rows of which the key is all. */
static struct row_key
open_key(uint32_t site, uint32_t move)
{
	struct row_key k = pair_key(OPEN, site);

	wire_put_u32(k.at + 8, move);
	k.n = 12;
	return k;
}

/* Those that may go on to the next level, by site and level: the same. `of` is
 * the row's key. */
static struct row_key
waits_key(const struct row_key *of, const struct referral *r)
{
	struct row_key k = pair_key(WAITS, r->site);

	k.at[8] = (uint8_t)r->level;
	wire_put_u32(k.at + WAITS_HEAD, r->move != 0 ? r->move : NO_MOVE);
	k.n = WAITS_HEAD + 4;
	if (r->move == 0) {
		memcpy(k.at + k.n, of->at + 8, TABLE_DIGEST);
		k.n += TABLE_DIGEST;
	}
	return k;
}

/* The row's, of such a key; false: it is none. */
static bool
key_waiting(struct row_key *k, struct span waits)
{
	const uint8_t *at = (const uint8_t *)waits.at;
	uint32_t move;

	if (waits.n < WAITS_HEAD + 4)
		return false;
	move = wire_get_u32(at + WAITS_HEAD);
	*k = pair_key(move != NO_MOVE ? move : 0, wire_get_u32(at + 4));
	if (move != NO_MOVE)
		return waits.n == WAITS_HEAD + 4;
	if (waits.n != KEY_MOST)
		return false;
	memcpy(k->at + 8, at + WAITS_HEAD + 4, TABLE_DIGEST);
	k->n = GONE_KEY;
	return true;
}

static void
read_row(struct referral *r, struct span key, struct span row)
{
	struct reader in = reader_of(row);

	must(key.n >= 8);
	*r = (struct referral){
		.move = wire_get_u32((const uint8_t *)key.at),
		.site = wire_get_u32((const uint8_t *)key.at + 4),
		.state = (enum referral_state)read_u8(&in),
	};
	r->level = (enum referral_level)read_u8(&in);
	r->raised = (int64_t)read_u64(&in);
	r->pass = read_u32(&in);
	r->letter = read_varint(&in);
	r->last = read_varint(&in);
	r->pages = read_varint(&in);
	r->told = (int64_t)read_u64(&in);
	r->changed = (int64_t)read_u64(&in);
	r->target = read_span(&in);
	r->reason = read_span(&in);
	r->by = read_span(&in);
	if (!reader_done(&in) || r->level >= REFERRAL_LEVELS)
		fatal("view: a row of who links to what is damaged: run zqhub "
		    "rebuild");
}

static bool
get(struct db_txn *t, const struct row_key *k, struct referral *r)
{
	struct span row;

	if (!db_get(t, TABLE_REFERRAL, look(k), &row))
		return false;
	read_row(r, look(k), row);
	return true;
}

bool
referral_get(struct db_txn *t, uint32_t move, uint32_t site,
    struct span target, struct referral *r)
{
	struct row_key k = key_of(move, site, target);

	return get(t, &k, r);
}

bool
referral_of_key(struct db_txn *t, uint32_t site,
    const struct target_key *target, struct referral *r)
{
	struct row_key k = gone_key(site, target);

	return get(t, &k, r);
}

/* What a site has refused goes no further, and closings don't. */
static bool
waits(const struct referral *r)
{
	return r->state < REFERRAL_REFUSED &&
	    (r->move & REFERRAL_CLOSING) == 0;
}

static void
list_waiting(struct db_txn *t, const struct row_key *k,
    const struct referral *r)
{
	struct row_key key;
	struct referral was;

	if (get(t, k, &was) && waits(&was)) {
		key = waits_key(k, &was);
		db_del(t, TABLE_REFERRAL, look(&key));
	}
	if (!waits(r))
		return;
	key = waits_key(k, r);
	db_put(t, TABLE_REFERRAL, look(&key), SPAN_NONE);
}

/* Behind this one, in the order of digests: so each has its chance. */
static void
forget_old(struct db_txn *t, const struct row_key *k, int64_t now)
{
	struct db_cursor *c = db_cursor_open(t, TABLE_REFERRAL);
	struct span key = look(k), row;
	struct referral r;

	if (db_cursor_get(c, MDB_SET_RANGE, &key, &row))
		for (int i = 0; i < FORGET && db_cursor_get(c, MDB_NEXT, &key,
		    &row) && memcmp(key.at, k->at, 4) == 0; i++) {
			read_row(&r, key, row);
			if (!referral_is_open(&r) &&
			    now - r.changed > REFERRAL_KEEP)
				db_cursor_del(c);
		}
	db_cursor_close(c);
}

void
referral_put(struct db_txn *t, const struct referral *r, struct buf *row)
{
	struct row_key k = key_of(r->move, r->site, r->target);

	buf_reset(row);
	write_u8(row, (uint8_t)r->state);
	write_u8(row, (uint8_t)r->level);
	write_u64(row, (uint64_t)r->raised);
	write_u32(row, r->pass);
	write_varint(row, r->letter);
	write_varint(row, r->last);
	write_varint(row, r->pages);
	write_u64(row, (uint64_t)r->told);
	write_u64(row, (uint64_t)r->changed);
	write_span(row, r->target);
	write_span(row, text_cut(r->reason, REFERRAL_TEXT));
	write_span(row, text_cut(r->by, REFERRAL_TEXT));
	must(!row->bad);
	list_waiting(t, &k, r);
	db_put(t, TABLE_REFERRAL, look(&k), buf_look(row));
	if (r->move == 0 && !referral_is_open(r))
		forget_old(t, &k, r->changed);
	if (r->move == 0 || (r->move & REFERRAL_CLOSING) != 0)
		return;
	k = open_key(r->site, r->move);
	if (referral_is_open(r))
		db_put(t, TABLE_REFERRAL, look(&k), SPAN_NONE);
	else
		db_del(t, TABLE_REFERRAL, look(&k));
}

size_t
referral_moves(struct db_txn *t, uint32_t site, uint32_t from,
    uint32_t *move, size_t most)
{
	struct db_cursor *c = db_cursor_open(t, TABLE_REFERRAL);
	struct row_key first = open_key(site, from);
	struct span key = look(&first), none;
	size_t n = 0;

	for (bool more = db_cursor_get(c, MDB_SET_RANGE, &key, &none);
	    more && n < most && key.n == first.n &&
	    memcmp(key.at, first.at, 8) == 0;
	    more = db_cursor_get(c, MDB_NEXT, &key, &none))
		move[n++] = wire_get_u32((const uint8_t *)key.at + 8);
	db_cursor_close(c);
	return n;
}

void
referral_each(struct db_txn *t, uint32_t move, uint32_t site,
    referral_fn *each, void *arg)
{
	struct db_cursor *c = db_cursor_open(t, TABLE_REFERRAL);
	struct key first = { .n = 8 };
	size_t heads = move != 0 ? 4 : 8;
	struct span key, row;
	struct referral r;
	bool more;

	wire_put_u32(first.at, move);
	wire_put_u32(first.at + 4, site);
	key = key_look(&first);
	more = db_cursor_get(c, MDB_SET_RANGE, &key, &row);
	while (more && key_heads(&first, heads, key)) {
		read_row(&r, key, row);
		more = each(arg, &r) && db_cursor_get(c, MDB_NEXT, &key,
		    &row);
	}
	db_cursor_close(c);
}

void
referral_waiting(struct db_txn *t, uint32_t site, enum referral_level level,
    referral_fn *each, void *arg)
{
	struct db_cursor *c = db_cursor_open(t, TABLE_REFERRAL);
	struct row_key first = pair_key(WAITS, site), k;
	struct span key, none;
	struct referral r;
	bool more;

	first.at[8] = (uint8_t)level;
	first.n = WAITS_HEAD;
	key = look(&first);
	more = db_cursor_get(c, MDB_SET_RANGE, &key, &none);
	while (more && key.n > first.n &&
	    memcmp(key.at, first.at, first.n) == 0) {
		if (!key_waiting(&k, key) || !get(t, &k, &r))
			fatal("view: a list of who links to what is damaged: "
			    "run zqhub rebuild");
		more = each(arg, &r) && db_cursor_get(c, MDB_NEXT, &key,
		    &none);
	}
	db_cursor_close(c);
}
