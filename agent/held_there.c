/* See held_there.h. */
#include "agent/held_there.h"

#include <string.h>

#include "contrib/base/clock.h"
#include "contrib/base/json_text.h"
#include "protocol/letter.h"
#include "protocol/wire.h"

#define WEEK INT64_C(604800000)	/* ms */
#define LOOKED 200		/* letters, the newest */

static json_t *
as_json(const struct letter *l)
{
	char when[CLOCK_TEXT_MAX];
	json_t *o = json_pack("{s:I, s:s}", "number", (json_int_t)l->number,
	    "when", clock_format(when, l->when));

	json_object_set_new(o, "about", json_text_new(l->about));
	json_object_set_new(o, "text", json_text_new(l->text));
	return o;
}

static bool
get(struct store_txn *t, uint64_t number, struct letter *l)
{
	uint8_t key[8];
	struct span row;

	wire_put_u64(key, number);
	return db_get(t->db, STORE_LETTER,
	    (struct span){ (const char *)key, sizeof(key) }, &row) &&
	    letter_read(l, row);
}

/* The hub's gate was closed: what came of that another letter says. */
static bool
is_gate(const struct letter *l)
{
	return l->about.n == 0 && l->text.n > 0 && memmem(l->text.at,
	    l->text.n, LETTER_GATE, strlen(LETTER_GATE)) != NULL;
}

json_t *
held_there(struct store_txn *t, size_t most)
{
	uint64_t first = t->meta.letters > LOOKED ?
	    t->meta.letters - LOOKED : 0;
	int64_t since = clock_wall() - WEEK;
	json_t *list = json_array();
	bool settled = false;
	struct letter l;

	for (uint64_t n = t->meta.letters; n > first &&
	    json_array_size(list) < most; n--) {
		if (!get(t, n, &l) || l.when < since)
			continue;
		settled |= span_is(l.kind, SPAN(LETTER_SETTLED));
		if (span_is(l.kind, SPAN("held")) &&
		    !(settled && is_gate(&l)))
			json_array_insert_new(list, 0, as_json(&l));
	}
	return list;
}
