/*
 * Rows of who signed, by site; that of site 0 is the roll's.
 */
#include "hub/issued.h"

#include <string.h>

#include "contrib/base/err.h"
#include "contrib/base/lang.h"
#include "contrib/base/text.h"
#include "hub/outbox.h"
#include "hub/site.h"
#include "hub/table.h"
#include "protocol/letter.h"
#include "protocol/limits.h"
#include "protocol/wire.h"

#define ROLL_TEXT "The hub's CA is being replaced: trust the next one as " \
	"well, and get a certificate from it."
#define ROLLED_TEXT "The hub's CA was replaced: trust the new one alone."

bool
issued_by(struct db_txn *t, uint32_t site, uint8_t pin[TICKET_PIN])
{
	struct key k = key_u32(site);
	struct span row;

	memset(pin, 0, TICKET_PIN);
	if (site == 0 || !db_get(t, TABLE_ISSUED, key_look(&k), &row))
		return false;
	if (row.n != TICKET_PIN)
		fatal("view: who signed for site %u is damaged: run zqhub "
		    "rebuild", site);
	memcpy(pin, row.at, TICKET_PIN);
	return true;
}

bool
issued_roll(struct db_txn *t, struct issued_roll *r)
{
	struct key k = key_u32(0);
	struct span row, pin;
	struct reader read;

	*r = (struct issued_roll){ .state = ISSUED_STILL };
	if (!db_get(t, TABLE_ISSUED, key_look(&k), &row))
		return false;
	read = reader_of(row);
	r->state = read_u8(&read);
	r->since = (int64_t)read_u64(&read);
	pin = read_bytes(&read, TICKET_PIN);
	r->trust = read_span(&read);
	if (!reader_done(&read))
		fatal("view: the row of the CA's roll is damaged: run zqhub "
		    "rebuild");
	memcpy(r->pin, pin.at, TICKET_PIN);
	return true;
}

static void
put_roll(struct group *g, const struct issued_roll *r)
{
	struct key k = key_u32(0);

	buf_reset(&g->row);
	write_u8(&g->row, (uint8_t)r->state);
	write_u64(&g->row, (uint64_t)r->since);
	buf_put(&g->row, r->pin, TICKET_PIN);
	write_span(&g->row, r->trust);
	db_put(g->txn, TABLE_ISSUED, key_look(&k), buf_look(&g->row));
}

/* --- letters ------------------------------------------------------------- */

static void
write_to(struct group *g, uint32_t site, int64_t when, struct span trust,
    struct span text)
{
	struct letter l = { .when = when, .kind = SPAN(LETTER_TRUST),
	    .text = text, .body = trust };

	outbox_put(g, site, &l);
}

static void
write_to_all(struct group *g, const struct issued_roll *r, struct span text)
{
	uint32_t last = site_last(g->txn);
	struct site s;

	for (uint32_t n = 1; n <= last; n++)
		if (site_get(g->txn, n, &s) && s.has_key && !s.retired)
			write_to(g, n, r->since, r->trust, text);
}

void
issued_note(struct group *g, const struct entry *e, const json_t *o,
    uint32_t site)
{
	uint8_t pin[TICKET_PIN];
	struct key k = key_u32(site);
	struct issued_roll r;
	struct buf trust;

	must(site != 0);
	if (!text_unhex(act_read_text(o, "ca"), pin, sizeof(pin))) {
		db_del(g->txn, TABLE_ISSUED, key_look(&k));
		memset(pin, 0, sizeof(pin));
	} else {
		db_put(g->txn, TABLE_ISSUED, key_look(&k), (struct span){
		    .at = (const char *)pin, .n = sizeof(pin) });
	}
	if (!issued_roll(g->txn, &r) || r.state != ISSUED_ROLLING ||
	    memcmp(pin, r.pin, TICKET_PIN) == 0 ||
	    !span_is(act_read_text(o, "do"), SPAN("enroll")))
		return;
	/* The row is the store's until the next put. */
	buf_init(&trust, LIMIT_LETTER);
	buf_span(&trust, r.trust);
	write_to(g, site, e->at, buf_look(&trust), SPAN(ROLL_TEXT));
	buf_clear(&trust);
}

/* --- acts ---------------------------------------------------------------- */

static const char *
roll(struct group *g, const struct entry *e, const json_t *o,
    enum issued_state state, struct span text)
{
	struct issued_roll r = { .state = state, .since = e->at,
	    .trust = act_read_text(o, "trust") };

	if (!text_unhex(act_read_text(o, "ca"), r.pin, sizeof(r.pin)))
		return N_("a CA is given as 32 hex digits");
	if (r.trust.n == 0 || r.trust.n > LIMIT_LETTER)
		return N_("the letter about the CA is missing, or too long");
	put_roll(g, &r);
	write_to_all(g, &r, text);
	return NULL;
}

const char *
issued_act_roll(struct group *g, const struct entry *e, const json_t *o)
{
	return roll(g, e, o, ISSUED_ROLLING, SPAN(ROLL_TEXT));
}

const char *
issued_act_rolled(struct group *g, const struct entry *e, const json_t *o)
{
	return roll(g, e, o, ISSUED_ROLLED, SPAN(ROLLED_TEXT));
}
