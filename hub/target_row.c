/*
 * Rows of targets; see target_row.h.
 */
#include "hub/target_row.h"

#include <string.h>

#include "contrib/base/err.h"
#include "hub/table.h"
#include "hub/term.h"
#include "protocol/sha.h"
#include "protocol/url_place.h"
#include "protocol/wire.h"

enum flag {
	FLAG_STATE = 7, FLAG_BROKEN = 8, FLAG_SHARED = 16, FLAG_SECURE = 32,
	FLAG_URL = 64, FLAG_LED = 128,
};

static bool
is_secure(struct span url)
{
	return url.n > 5 && url.at[4] == 's';
}

/* The rest of a key, as it stands in an address without a query. */
static void
put_path(struct buf *b, struct span rest)
{
	const char *index = rest.n > 0 ? memchr(rest.at, URL_PLACE_INDEX,
	    rest.n) : NULL;
	size_t n = index != NULL ? (size_t)(index - rest.at) : rest.n;

	buf_put(b, rest.at, n);
	if (rest.n == 0 || index != NULL)
		buf_byte(b, '/');
	if (index != NULL)
		buf_put(b, index + 1, rest.n - n - 1);
}

/* The plainest address that has this key; nothing if the key was cut. */
static void
url_of_key(struct buf *b, const struct target_key *k, bool secure)
{
	const uint8_t *end = memchr(k->at, TARGET_HOST_END, k->n);
	struct span host;

	if (k->n == TARGET_KEY || end == NULL)
		return;
	host = (struct span){ .at = (const char *)k->at,
	    .n = (size_t)(end - k->at) };
	buf_text(b, secure ? "https://" : "http://");
	target_reverse(b, host);
	put_path(b, (struct span){ .at = (const char *)end + 1,
	    .n = k->n - host.n - 1 });
}

void
target_write(struct buf *row, const struct target_key *k,
    const struct target *t, struct buf *room)
{
	bool secure = is_secure(t->url), plain;

	buf_reset(room);
	url_of_key(room, k, secure);
	plain = span_is(buf_look(room), t->url);
	write_u8(row, (uint8_t)(t->state | (t->broken ? FLAG_BROKEN : 0) |
	    (t->shared ? FLAG_SHARED : 0) | (secure ? FLAG_SECURE : 0) |
	    (plain ? 0 : FLAG_URL) | (t->move != 0 ? FLAG_LED : 0)));
	write_varint(row, t->runs);
	if (!t->shared)
		write_varint(row, t->run);
	if (t->move != 0) {
		write_varint(row, t->move);
		write_u32(row, t->end);
	}
	if (!plain)
		buf_span(row, t->url);
}

static void
damaged(const struct target_key *k)
{
	fatal("view: the row of the target %.*s is damaged: run zqhub "
	    "rebuild", (int)k->n, (const char *)k->at);
}

void
target_read(struct span row, const struct target_key *k, struct target *t,
    struct buf *room)
{
	struct reader r = reader_of(row);
	uint8_t flags = read_u8(&r);

	*t = (struct target){
		.state = (enum target_state)(flags & FLAG_STATE),
		.broken = flags & FLAG_BROKEN,
		.shared = flags & FLAG_SHARED,
		.runs = read_varint(&r),
	};
	if (!t->shared)
		t->run = (uint32_t)read_varint(&r);
	if (flags & FLAG_LED) {
		t->move = (uint32_t)read_varint(&r);
		t->end = read_u32(&r);
	}
	if (r.bad || t->state >= TARGET_STATES)
		damaged(k);
	buf_reset(room);
	if (flags & FLAG_URL)
		buf_put(room, r.at, reader_left(&r));
	else
		url_of_key(room, k, flags & FLAG_SECURE);
	t->url = buf_look(room);
}

bool
target_get(struct db_txn *txn, const struct target_key *k, struct target *t,
    struct buf *room)
{
	struct span row;

	if (!db_get(txn, TABLE_TARGET, target_key_look(k), &row))
		return false;
	target_read(row, k, t, room);
	return true;
}

/* --- posting lists -------------------------------------------------------- */

uint64_t
target_term(const struct target_key *k)
{
	struct span s = { .at = (const char *)k->at, .n = k->n };
	uint8_t digest[32];

	sha_of(digest, s);
	return term_of(TARGET_TERM, wire_get_u64(digest));
}
