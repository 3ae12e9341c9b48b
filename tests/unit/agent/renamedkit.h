/*
 * For tests of what is renamed: files that move, and what the changes after a
 * number say.
 */
#ifndef ZQ_TEST_AGENT_RENAMEDKIT_H
#define ZQ_TEST_AGENT_RENAMEDKIT_H

#include "tests/unit/agent/sourcekit.h"
#include "agent/ability.h"
#include "agent/moves.h"
#include "agent/renamed.h"
#include "protocol/features.h"

static inline bool
can_moves(struct store_txn *t, void *arg)
{
	(void)arg;
	store_put(t, "hub features", SPAN("changes moves"));
	return true;
}

static inline void
start_with_moves(void)
{
	start();
	ck_assert_int_eq(store_do(store, can_moves, NULL), STORE_DONE);
}

/* What the changes after `from` say, as "kind id<former successor\n"…. */
static inline void
say_changes(uint64_t from, struct buf *out)
{
	struct store_txn *t = store_look(store);
	struct change c;

	for (uint64_t n = from + 1; spool_get(t, n, &c); n++) {
		buf_printf(out, "%s %.*s", change_kind_name(c.kind),
		    SPAN_ARGS(c.id));
		if (c.word[WORD_FORMER].n > 0)
			buf_printf(out, "<%.*s",
			    SPAN_ARGS(c.word[WORD_FORMER]));
		if (c.word[WORD_SUCCESSOR].n > 0)
			buf_printf(out, " %.*s",
			    SPAN_ARGS(c.word[WORD_SUCCESSOR]));
		buf_byte(out, '\n');
	}
	store_end(t);
}

static inline void
ck_changes(uint64_t from, const char *want)
{
	struct buf got;

	buf_init(&got, 1u << 20);
	say_changes(from, &got);
	ck_assert_str_eq(buf_cstr(&got), want);
	buf_clear(&got);
}

static inline void
move(const char *from, const char *to)
{
	ck_assert_int_eq(rename(at(from), at(to)), 0);
}

#endif
