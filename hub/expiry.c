/*
 * Rows of when domains run out; see expiry.h.
 */
#include "hub/expiry.h"

#include "contrib/base/buf.h"
#include "contrib/base/clock.h"
#include "contrib/base/text.h"
#include "hub/site.h"
#include "hub/table.h"
#include "protocol/wire.h"

#define HOST_ROOM 256		/* bytes of a host, with some to spare */

int64_t
expiry_of(struct db_txn *t, struct span domain)
{
	struct span row;

	if (domain.n == 0 || !db_get(t, TABLE_DOMAIN_UNTIL, domain, &row))
		return CLOCK_NONE;
	return (int64_t)wire_get_u64((const uint8_t *)row.at);
}

static void
put(struct db_txn *t, struct span domain, int64_t until)
{
	struct key value = key_u64((uint64_t)until);

	if (until > 0)
		db_put(t, TABLE_DOMAIN_UNTIL, domain, key_look(&value));
	else
		db_del(t, TABLE_DOMAIN_UNTIL, domain);
}

bool
expiry_first(struct db_txn *t, struct span domains, struct span *domain,
    int64_t *until)
{
	struct span one;
	int64_t ms;

	*until = CLOCK_NONE;
	*domain = SPAN_NONE;
	while (site_domain_next(&domains, &one)) {
		ms = expiry_of(t, one);
		if (ms == CLOCK_NONE || (*until != CLOCK_NONE && ms >= *until))
			continue;
		*until = ms;
		*domain = one;
	}
	return *until != CLOCK_NONE;
}

const char *
expiry_act(struct group *g, const struct entry *e, const json_t *o)
{
	struct site s;
	struct buf host;
	uint64_t until;
	bool good;

	(void)e;
	if (!act_read_site(g, o, &s))
		return ACT_READ_NO_SITE;
	if (!act_read_number(o, "expires", INT64_MAX, &until))
		return "expires is a time in milliseconds since 1970, or 0";
	buf_init(&host, HOST_ROOM);
	good = site_has_domain(g->txn, s.number, act_read_text(o, "domain"),
	    &host);
	if (good)
		put(g->txn, buf_look(&host), (int64_t)until);
	buf_clear(&host);
	return good ? NULL : "the domain is not the site's";
}

/* --- the register --------------------------------------------------------- */

json_t *
expiry_list(struct db_txn *t, struct span domains)
{
	json_t *list = NULL;
	struct span one;
	int64_t ms;

	while (site_domain_next(&domains, &one)) {
		if ((ms = expiry_of(t, one)) == CLOCK_NONE)
			continue;
		if (list == NULL)
			list = json_object();
		json_object_setn_new(list, one.at, one.n, json_integer(ms));
	}
	return list;
}

void
expiry_restore(struct group *g, uint32_t site, const json_t *list)
{
	struct buf host;
	const char *name;
	json_t *one;

	buf_init(&host, HOST_ROOM);
	json_object_foreach((json_t *)(uintptr_t)list, name, one) {
		buf_reset(&host);
		if (json_is_integer(one) && json_integer_value(one) > 0 &&
		    site_has_domain(g->txn, site, span_of(name), &host))
			put(g->txn, buf_look(&host), json_integer_value(one));
	}
	buf_clear(&host);
}
