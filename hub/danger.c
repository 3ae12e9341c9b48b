/*
 * Rows of danger: by target, and by host; see danger.h.
 */
#include "hub/danger.h"

#include <string.h>

#include "contrib/base/buf.h"
#include "contrib/base/err.h"
#include "hub/link_news.h"
#include "hub/links_range.h"
#include "hub/table.h"
#include "hub/target_row.h"
#include "protocol/limits.h"
#include "protocol/wire.h"

#define ROW_MAX (LIMIT_URL + 4096)

static bool
is_of_host(enum cause c)
{
	return c == CAUSE_FOR_SALE || c == CAUSE_OTHER_OWNER ||
	    c == CAUSE_OTHER_LANGUAGE || c == CAUSE_OTHER_CERTIFICATE;
}

/* What the keys of all its addresses begin with. */
static bool
host_of(const struct target_key *k, struct target_key *host)
{
	const uint8_t *end = memchr(k->at, TARGET_HOST_END, k->n);

	if (end == NULL)
		return false;
	host->n = (size_t)(end - k->at) + 1;
	memcpy(host->at, k->at, host->n);
	return true;
}

static bool
get(struct db_txn *t, const struct target_key *k, struct danger *d)
{
	struct danger found;
	struct span row, cause;
	struct reader r;

	if (!db_get(t, TABLE_DANGER, target_key_look(k), &row))
		return false;
	r = reader_of(row);
	cause = read_span(&r);
	found.url = read_span(&r);
	found.detail = read_span(&r);
	if (!reader_done(&r) || !cause_parse(&found.cause, cause))
		fatal("view: a row of danger is damaged: run zqhub rebuild");
	if (d != NULL)
		*d = found;
	return true;
}

bool
danger_of(struct db_txn *t, const struct target_key *k, struct danger *d)
{
	struct target_key host;

	return db_count(t, TABLE_DANGER) > 0 && (get(t, k, d) ||
	    (host_of(k, &host) && get(t, &host, d)));
}

/* All targets of the host have turned. */
static void
tell_host(struct db_txn *t, const struct target_key *host)
{
	struct links_range range = { .key = *host };
	struct target_key k = *host;
	int left = DANGER_TOLD;
	bool behind = false;

	while (left-- > 0 && links_range_next(t, &range, behind, &k)) {
		link_news_put(t, 0, &k);
		behind = true;
	}
}

static void
put(struct db_txn *t, const struct target_key *k, const struct danger *d)
{
	struct buf row;

	buf_init(&row, ROW_MAX);
	write_span(&row, span_of(cause_name(d->cause)));
	write_span(&row, d->url);
	write_span(&row, d->detail);
	must(!row.bad);
	db_put(t, TABLE_DANGER, target_key_look(k), buf_look(&row));
	buf_clear(&row);
}

void
danger_set(struct db_txn *t, const struct danger *d)
{
	struct target_key k, host;
	struct danger was;

	if (!target_key(&k, d->url))
		return;
	if (!get(t, &k, &was) || was.cause != d->cause)
		link_news_put(t, 0, &k);
	put(t, &k, d);
	if (!is_of_host(d->cause) || !host_of(&k, &host) ||
	    get(t, &host, NULL))
		return;
	put(t, &host, d);
	tell_host(t, &host);
}

void
danger_clear(struct db_txn *t, struct span url)
{
	struct target_key k, host;
	struct danger d;

	if (!target_key(&k, url) || !get(t, &k, NULL))
		return;
	db_del(t, TABLE_DANGER, target_key_look(&k));
	link_news_put(t, 0, &k);
	if (!host_of(&k, &host) || !get(t, &host, &d) || !span_is(d.url, url))
		return;
	db_del(t, TABLE_DANGER, target_key_look(&host));
	tell_host(t, &host);
}
