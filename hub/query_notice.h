/*
 * Questions about notices and states, for zqhub, the web and the API.
 */
#ifndef ZQ_HUB_QUERY_NOTICE_H
#define ZQ_HUB_QUERY_NOTICE_H

#include <jansson.h>

#include "hub/history.h"
#include "hub/notice.h"
#include "hub/query.h"
#include "hub/referral.h"

struct notice_spec {
	uint32_t site;			/* 0: all */
	bool open;			/* only what isn't over */
	size_t limit;
};

struct notice_info {
	struct notice notice;		/* spans live until the query ends */
	char code[CODE_MAX + 1];	/* of its site */
	enum notice_phase phase;	/* now */
	int64_t well;			/* of NOTICE_UNSAID: ms, the site is well
					 * since; else CLOCK_NONE */
	bool has_window;
	struct notice_window window;	/* the one that is now, or the next */
	int64_t ahead;			/* ms that a closing is due before */
};

/* Newest first; false: stop. */
typedef bool query_notice_fn(void *arg, const struct notice_info *n);
void query_notices(struct query *q, const struct notice_spec *spec,
    query_notice_fn *each, void *arg);
bool query_notice(struct query *q, uint32_t number, struct notice_info *n);
/* What there is to know of one, now. ahead: closing_notice, ms. */
void query_notice_info(struct db_txn *t, const struct notice *n, int64_t now,
    int64_t ahead, struct notice_info *i);

/* Each site that was told of this closing, by number; false: stop. */
struct notice_told {
	struct referral said;		/* spans live until the query ends */
	char code[CODE_MAX + 1];
	bool seen;			/* its agent has fetched that letter */
};
typedef bool query_told_fn(void *arg, const struct notice_told *t);
void query_notice_told(struct query *q, uint32_t number, query_told_fn *each,
    void *arg);

/* States of a site (0: of the hub), newest first, `limit` at most. */
void query_states(struct query *q, uint32_t site, size_t limit,
    history_fn *each, void *arg);

/* "coming", "current" …: of json_notice(). NOTICE_PHASES: none of these. */
const char *query_phase_name(enum notice_phase p);
enum notice_phase query_phase_named(struct span name);

/* New objects, the caller's. */
json_t *json_notice(const struct notice_info *info);
json_t *json_notice_told(const struct notice_told *t);
json_t *json_history(const struct history *h);

#endif
