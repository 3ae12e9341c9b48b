/*
 * Addresses: "address" or "base LF reference". What is normal stays as it
 * is, comes apart, and the short way agrees with the long one.
 */
#include "contrib/base/err.h"
#include "protocol/limits.h"
#include "protocol/url.h"

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n);

static void
check(struct span normal)
{
	struct url u;
	struct buf b;

	must(normal.n <= LIMIT_URL);
	must(url_is_normal(normal));
	must(url_parse(&u, normal));
	must(u.host.n > 0 && u.path.n > 0 && u.path.at[0] == '/');
	must(url_host_within(u.host, u.host));
	buf_init(&b, 8 * LIMIT_URL);
	must(url_normal(&b, normal, NULL));
	must(span_is(buf_look(&b), normal));
	buf_reset(&b);
	must(u.host.at[0] == '[' || url_host_normal(&b, u.host, NULL));
	buf_reset(&b);
	url_show(&b, normal);
	buf_clear(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
	const char *text = (const char *)at;
	const char *line = n > 0 ? memchr(text, '\n', n) : NULL;
	size_t first = line != NULL ? (size_t)(line - text) : n;
	struct span s = { text, first };
	struct buf b, resolved;

	buf_init(&b, 2 * LIMIT_URL);
	buf_init(&resolved, 2 * LIMIT_URL);
	if (url_normal(&b, s, NULL)) {
		check(buf_look(&b));
		must(url_is_normal(s) == span_is(buf_look(&b), s));
		if (line != NULL && url_resolve(&resolved, buf_look(&b),
		    (struct span){ line + 1, n - first - 1 }, NULL))
			check(buf_look(&resolved));
	} else {
		must(!url_is_normal(s));
		must(b.n == 0);
	}
	buf_clear(&b);
	buf_clear(&resolved);
	return 0;
}
