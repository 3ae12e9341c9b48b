/*
 * Keys of targets; see target.h. Their rows are in target_row.c; what has
 * become of one is judged in target_judge.c.
 */
#include "hub/target.h"

#include <string.h>

#include "contrib/base/err.h"
#include "contrib/base/lang.h"
#include "protocol/limits.h"
#include "protocol/sha.h"
#include "protocol/url_place.h"

/* A key is the host with its labels reversed, a blank, and the rest of the
 * page (url_place.h). One that is too long is of the place, and ends in a
 * digest of that. */
#define KEY_DIGEST 16
#define KEY_HEAD (TARGET_KEY - KEY_DIGEST)

const char *
target_state_name(enum target_state s)
{
	static const char *const names[TARGET_STATES] = {
		[TARGET_UNKNOWN] = N_("unknown"),
		[TARGET_OUTSIDE] = N_("outside"),
		[TARGET_HERE] = N_("here"),
		[TARGET_MOVED] = N_("moved"),
		[TARGET_WITHDRAWN] = N_("withdrawn"),
		[TARGET_NEVER] = N_("never was"),
	};

	return names[s];
}

/* --- keys ----------------------------------------------------------------- */

static size_t
host_length(struct span place)
{
	size_t n = 0;

	if (place.n > 0 && place.at[0] == '[')
		while (n < place.n && place.at[n] != ']')
			n++;
	while (n < place.n && place.at[n] != ':' && place.at[n] != '/' &&
	    place.at[n] != '?' && place.at[n] != URL_PLACE_INDEX)
		n++;
	return n;
}

void
target_reverse(struct buf *b, struct span host)
{
	size_t end = host.n, at;

	if (host.n > 0 && host.at[0] == '[') {
		buf_span(b, host);
		return;
	}
	for (at = host.n; at > 0; at--) {
		if (host.at[at - 1] != '.')
			continue;
		buf_put(b, host.at + at, end - at);
		buf_byte(b, '.');
		end = at - 1;
	}
	buf_put(b, host.at, end);
}

static void
key_of_place(struct target_key *k, struct span place)
{
	size_t host = host_length(place);
	uint8_t digest[32];
	struct buf b;

	buf_init(&b, LIMIT_URL + 1);
	target_reverse(&b, (struct span){ .at = place.at, .n = host });
	buf_byte(&b, TARGET_HOST_END);
	buf_put(&b, place.at + host, place.n - host);
	must(!b.bad);
	k->n = b.n < TARGET_KEY ? b.n : KEY_HEAD;
	memcpy(k->at, b.at, k->n);
	if (b.n >= TARGET_KEY) {
		sha_of(digest, place);
		memcpy(k->at + KEY_HEAD, digest, KEY_DIGEST);
		k->n = TARGET_KEY;
	}
	buf_clear(&b);
}

static bool
key_of(struct target_key *k, struct span url, struct span index)
{
	struct buf place;
	bool good;

	buf_init(&place, LIMIT_URL);
	good = url_place_page_of(&place, url, index);
	if (good && index.n > 0 && place.n + 1 >= TARGET_KEY) {
		buf_reset(&place);
		good = url_place_page_of(&place, url, SPAN_NONE);
	}
	good = good && !place.bad;
	if (good)
		key_of_place(k, buf_look(&place));
	buf_clear(&place);
	return good;
}

bool
target_key(struct target_key *k, struct span url)
{
	return key_of(k, url, url_place_index(url));
}

bool
target_key_place(struct target_key *k, struct span url)
{
	return key_of(k, url, SPAN_NONE);
}

bool
target_key_pages(struct target_key *k, struct span url)
{
	if (!target_key_place(k, url) || k->n + 1 >= TARGET_KEY)
		return false;
	k->at[k->n++] = URL_PLACE_INDEX;
	return true;
}

/* Puts what a key begins with: of a host, or of what is below it. */
static bool
key_of_host(struct target_key *k, struct span host, char end)
{
	struct buf b;
	bool good;

	buf_init(&b, TARGET_KEY);
	target_reverse(&b, host);
	buf_byte(&b, end);
	good = !b.bad && host.n > 0;
	k->n = good ? b.n : 0;
	if (good)
		memcpy(k->at, b.at, b.n);
	buf_clear(&b);
	return good;
}

/* Puts what stands behind a host to its key, as far as that has room. */
static void
put_path(struct target_key *k, struct span path)
{
	struct buf b;
	size_t n;

	buf_init(&b, LIMIT_URL);
	url_place_spell(&b, path);
	n = k->n + b.n > KEY_HEAD ? KEY_HEAD - k->n : b.n;
	if (n > 0)
		memcpy(k->at + k->n, b.at, n);
	k->n += n;
	buf_clear(&b);
}

bool
target_key_prefix(struct target_key *k, struct span prefix)
{
	struct span bare = url_bare(prefix);
	size_t host = host_length(bare);

	if (bare.n == 0 || bare.at[bare.n - 1] != '/' ||
	    !key_of_host(k, (struct span){ .at = bare.at, .n = host },
	    TARGET_HOST_END))
		return false;
	put_path(k, (struct span){ .at = bare.at + host,
	    .n = bare.n - host });
	return true;
}

bool
target_key_queried(struct target_key *k, struct span url)
{
	struct span part[2], host, rest;

	if (!url_place_parts(part, url) || part[1].n > 0)
		return false;
	host = rest = part[0];
	host.n = host_length(part[0]);
	rest.at += host.n;
	rest.n -= host.n;
	if (!key_of_host(k, host, TARGET_HOST_END))
		return false;
	put_path(k, rest);
	if (k->n < KEY_HEAD)
		k->at[k->n++] = '?';
	return true;
}

bool
target_key_domain(struct target_key *host, struct target_key *below,
    struct span domain)
{
	return key_of_host(host, domain, TARGET_HOST_END) &&
	    key_of_host(below, domain, '.');
}
