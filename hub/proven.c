/*
 * Rows of what was proven; see proven.h.
 */
#include "hub/proven.h"

#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/text.h"
#include "hub/site.h"
#include "hub/table.h"
#include "protocol/wire.h"

bool
proven_get(struct db_txn *t, uint32_t site, struct proven *p)
{
	struct key k = key_u32(site);
	struct span row;
	struct reader r;

	*p = (struct proven){ .at = CLOCK_NONE, .tried = CLOCK_NONE };
	if (!db_get(t, TABLE_PROVEN, key_look(&k), &row))
		return false;
	r = reader_of(row);
	p->at = (int64_t)read_u64(&r);
	p->incarnation = read_u64(&r);
	p->seq = read_u64(&r);
	p->tried = (int64_t)read_u64(&r);
	p->same = read_u8(&r) != 0;
	p->missing = read_u64(&r);
	p->extra = read_u64(&r);
	p->differ = read_u64(&r);
	p->held = read_u64(&r);
	p->count = read_u64(&r);
	p->missed = read_u64(&r);
	if (!reader_done(&r))
		fatal("view: what was proven of site %u is damaged: run "
		    "zqhub rebuild", site);
	return true;
}

static void
put(struct group *g, uint32_t site, const struct proven *p)
{
	struct key k = key_u32(site);

	buf_reset(&g->row);
	write_u64(&g->row, (uint64_t)p->at);
	write_u64(&g->row, p->incarnation);
	write_u64(&g->row, p->seq);
	write_u64(&g->row, (uint64_t)p->tried);
	write_u8(&g->row, p->same);
	write_u64(&g->row, p->missing);
	write_u64(&g->row, p->extra);
	write_u64(&g->row, p->differ);
	write_u64(&g->row, p->held);
	write_u64(&g->row, p->count);
	write_u64(&g->row, p->missed);
	db_put(g->txn, TABLE_PROVEN, key_look(&k), buf_look(&g->row));
}

static bool
number_of(const json_t *act, const char *name, uint64_t *n)
{
	const json_t *v = json_object_get(act, name);

	if (!json_is_integer(v) || json_integer_value(v) < 0)
		return false;
	*n = (uint64_t)json_integer_value(v);
	return true;
}

/* 64 bits of chance, in hexadecimal: more than JSON's numbers are good
 * for. */
static bool
incarnation_of(const json_t *act, uint64_t *n)
{
	const json_t *v = json_object_get(act, "incarnation");
	struct span s = { .at = json_string_value(v),
	    .n = json_string_length(v) };
	uint8_t bytes[8];

	if (s.n == 0 || !text_unhex(s, bytes, sizeof(bytes)))
		return false;
	*n = wire_get_u64(bytes);
	return true;
}

static void
note(struct proven *p, const struct proven *now, uint64_t seq, int64_t at)
{
	p->tried = at;
	p->same = now->same;
	p->missing = now->missing;
	p->extra = now->extra;
	p->differ = now->differ;
	p->held = now->held;
	p->count++;
	if (seq > 0)
		p->missed += now->missing + now->extra + now->differ;
	if (!now->same)
		return;
	p->at = at;
	p->incarnation = now->incarnation;
	p->seq = seq;
}

const char *
proven_act(struct group *g, const struct entry *e, const json_t *act)
{
	const json_t *same = json_object_get(act, "same");
	struct proven p, now = { .same = json_is_true(same) };
	struct site site;
	uint64_t number, seq;

	if (!number_of(act, "site", &number) || number > UINT32_MAX ||
	    !site_get(g->txn, (uint32_t)number, &site))
		return "there is no such site";
	if (!json_is_boolean(same))
		return "same is true or false";
	if (!incarnation_of(act, &now.incarnation) ||
	    !number_of(act, "seq", &seq))
		return "a comparison is of an incarnation and a seq";
	if (!number_of(act, "missing", &now.missing) ||
	    !number_of(act, "extra", &now.extra) ||
	    !number_of(act, "differ", &now.differ) ||
	    !number_of(act, "held", &now.held))
		return "missing, extra, differ and held are numbers of items";
	(void)proven_get(g->txn, site.number, &p);
	note(&p, &now, seq, e->at);
	put(g, site.number, &p);
	return NULL;
}
