/*
 * For tests of operators' acts: a hub with one site, tickets to give away, and
 * an act that is run as desk and errand do it.
 */
#ifndef ZQ_TESTS_OPERATEKIT_H
#define ZQ_TESTS_OPERATEKIT_H

#include "hub/operate.h"
#include "hub/site.h"
#include "tests/unit/hub/corekit.h"

static struct corekit kit;
static struct ask a;
static struct ask_ticket tickets[8];

static inline void
set_up(void)
{
	core_open(&kit, CORE_MOST);
	core_site(&kit, 1);
	for (size_t i = 0; i < 8; i++) {
		memset(tickets[i].ref, (int)(0x70 + i), TICKET_REF);
		snprintf(tickets[i].text, sizeof(tickets[i].text),
		    "zq1.ticket%zu", i);
	}
}

static inline void
tear_down(void)
{
	core_close(&kit);
}

/* As desk and errand do it: rehearse, mint, run, write. */
static inline bool
run(json_t *said)
{
	bool good;

	ask_init(&a);
	a.view = kit.writer.view;
	a.config = &kit.config;
	a.said = said;
	a.now = CORE_NOW;
	snprintf(a.actor, sizeof(a.actor), "wang");
	good = operate_run(&a);
	if (good && a.wanted > 0) {
		ck_assert_uint_le(a.wanted, 8);
		a.tickets = a.wanted;
		a.ticket = tickets;
		good = operate_run(&a);
	}
	if (good && a.acts.count > 0)
		ck_assert(writer_act(&kit.writer, &a.acts));
	return good;
}

static inline void
end(json_t *said)
{
	ask_clear(&a);
	json_decref(said);
}

static inline json_t *
site(const char *code, const char *name, const char *domain)
{
	return json_pack("{s:s, s:s, s:s, s:s}", "do", "site-add",
	    "code", code, "name", name, "domain", domain);
}

static inline void
refused(json_t *said, const char *word)
{
	uint64_t before = journal_last(kit.writer.journal);

	ck_assert_msg(!run(said), "not refused: %s", word);
	ck_assert_msg(strstr(buf_cstr(&a.error), word) != NULL,
	    "\"%s\" is not in: %s", word, buf_cstr(&a.error));
	ck_assert_uint_eq(journal_last(kit.writer.journal), before);
	end(said);
}

static inline json_t *
with(json_t *said, const char *name, const char *value)
{
	json_object_set_new(said, name, json_string(value));
	return said;
}

/* "name|kind|parent's number" */
static inline const char *
site_is(uint32_t number)
{
	static char text[256];
	struct db_txn *t = view_read(kit.writer.view);
	struct site s;

	ck_assert(site_get(t, number, &s));
	snprintf(text, sizeof(text), "%.*s|%.*s|%u", SPAN_ARGS(s.name),
	    SPAN_ARGS(s.kind), (unsigned)s.parent);
	db_abort(t);
	return text;
}

#endif
