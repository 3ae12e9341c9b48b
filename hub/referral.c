/*
 * Rows of referrals; see referral.h.
 */
#include "hub/referral.h"

#include <string.h>

#include "contrib/base/err.h"
#include "contrib/base/lang.h"
#include "contrib/base/text.h"
#include "hub/table.h"
#include "protocol/sha.h"
#include "protocol/url_place.h"
#include "protocol/wire.h"

#define KEY_MOST (8 + TABLE_DIGEST)

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

/* --- rows --------------------------------------------------------------------- */

static size_t
make_key(uint8_t at[KEY_MOST], uint32_t move, uint32_t site,
    struct span target)
{
	struct span part[2];
	uint8_t digest[32];
	struct sha s;

	wire_put_u32(at, move);
	wire_put_u32(at + 4, site);
	if (move != 0)
		return 8;
	sha_begin(&s);
	if (url_place_parts(part, target)) {
		sha_add(&s, part[0].at, part[0].n);
		sha_add(&s, part[1].at, part[1].n);
	}
	sha_end(&s, digest);
	memcpy(at + 8, digest, TABLE_DIGEST);
	return KEY_MOST;
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
	r->pass = read_u32(&in);
	r->letter = read_varint(&in);
	r->last = read_varint(&in);
	r->pages = read_varint(&in);
	r->told = (int64_t)read_u64(&in);
	r->changed = (int64_t)read_u64(&in);
	r->target = read_span(&in);
	r->reason = read_span(&in);
	r->by = read_span(&in);
	if (!reader_done(&in))
		fatal("view: a row of who links to what is damaged: run zqhub "
		    "rebuild");
}

bool
referral_get(struct db_txn *t, uint32_t move, uint32_t site,
    struct span target, struct referral *r)
{
	uint8_t at[KEY_MOST];
	struct span key = { .at = (const char *)at,
	    .n = make_key(at, move, site, target) }, row;

	if (!db_get(t, TABLE_REFERRAL, key, &row))
		return false;
	read_row(r, key, row);
	return true;
}

void
referral_put(struct db_txn *t, const struct referral *r, struct buf *row)
{
	uint8_t at[KEY_MOST];
	struct span key = { .at = (const char *)at,
	    .n = make_key(at, r->move, r->site, r->target) };

	buf_reset(row);
	write_u8(row, (uint8_t)r->state);
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
	db_put(t, TABLE_REFERRAL, key, buf_look(row));
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
