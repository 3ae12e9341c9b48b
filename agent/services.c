/* See services.h. All of them are one row: the services, newest first. */
#include "agent/services.h"

#include "contrib/base/err.h"
#include "protocol/announcement.h"
#include "protocol/limits.h"
#include "protocol/wire.h"

#define ROW "services"
#define ROW_MAX ((size_t)SERVICES_MOST * (ANNOUNCEMENT_TEXT + 16))

static bool
has_address(struct span service)
{
	struct buf url;
	bool has;

	buf_init(&url, LIMIT_URL);
	has = announcement_address(&url, service);
	buf_clear(&url);
	return has;
}

bool
services_find(struct store_txn *t, struct span name, struct buf *out)
{
	struct span row, one;
	struct reader r;

	if (name.n == 0 || !store_get(t, ROW, &row))
		return false;
	for (r = reader_of(row); reader_left(&r) > 0 && !r.bad;) {
		one = read_span(&r);
		if (span_is(announcement_service(one), name)) {
			buf_span(out, one);
			return true;
		}
	}
	return false;
}

void
services_keep(struct store_txn *t, struct span service)
{
	struct span name = announcement_service(service), row, one;
	struct reader r;
	struct buf all;
	size_t n = 1;

	if (name.n == 0 || name.n == service.n || !has_address(service))
		return;
	buf_init(&all, ROW_MAX);
	write_span(&all, service);
	r = reader_of(store_get(t, ROW, &row) ? row : SPAN_NONE);
	while (reader_left(&r) > 0 && !r.bad && n < SERVICES_MOST) {
		one = read_span(&r);
		if (span_is(announcement_service(one), name))
			continue;
		write_span(&all, one);
		n++;
	}
	must(!all.bad);
	store_put(t, ROW, buf_look(&all));
	buf_clear(&all);
}
