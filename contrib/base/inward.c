/*
 * Inward: every address as 128 bits, and a table of networks; see inward.h.
 */
#include "contrib/base/inward.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "contrib/base/lang.h"
#include "contrib/base/text.h"

#define V4(bits) (96 + (bits))

struct network {
	const char *at;
	unsigned bits;
};

/* IANA's registries of special-purpose addresses, what isn't global. */
static const struct network inside[] = {
	{ "::ffff:0.0.0.0", V4(8) }, { "::ffff:10.0.0.0", V4(8) },
	{ "::ffff:100.64.0.0", V4(10) }, { "::ffff:127.0.0.0", V4(8) },
	{ "::ffff:169.254.0.0", V4(16) }, { "::ffff:172.16.0.0", V4(12) },
	{ "::ffff:192.0.0.0", V4(24) }, { "::ffff:192.0.2.0", V4(24) },
	{ "::ffff:192.168.0.0", V4(16) }, { "::ffff:198.18.0.0", V4(15) },
	{ "::ffff:198.51.100.0", V4(24) }, { "::ffff:203.0.113.0", V4(24) },
	{ "::ffff:224.0.0.0", V4(4) }, { "::ffff:240.0.0.0", V4(4) },
	{ "::", 96 },		/* unspecified, the machine itself, and
				 * IPv4 in its old clothes */
	{ "64:ff9b:1::", 48 }, { "100::", 64 },
	{ "2001::", 23 },	/* Teredo and others of the protocols' own */
	{ "2001:db8::", 32 }, { "3fff::", 20 }, { "5f00::", 16 },
	{ "fc00::", 7 }, { "fe80::", 10 }, { "fec0::", 10 },
	{ "ff00::", 8 },
};

static bool
is_in(const uint8_t a[16], const uint8_t network[16], unsigned bits)
{
	unsigned whole = bits / 8, rest = bits % 8;

	return memcmp(a, network, whole) == 0 && (rest == 0 ||
	    (a[whole] ^ network[whole]) >> (8 - rest) == 0);
}

static bool
is_inside(const uint8_t a[16])
{
	uint8_t network[16];

	for (size_t i = 0; i < sizeof(inside) / sizeof(inside[0]); i++) {
		if (inet_pton(AF_INET6, inside[i].at, network) == 1 &&
		    is_in(a, network, inside[i].bits))
			return true;
	}
	return false;
}

static void
map_v4(uint8_t out[16], const void *v4)
{
	memset(out, 0, 10);
	out[10] = out[11] = 0xff;
	memcpy(out + 12, v4, 4);
}

static bool
bytes_of(uint8_t out[16], const struct sockaddr *a)
{
	if (a->sa_family == AF_INET) {
		struct sockaddr_in in;

		memcpy(&in, a, sizeof(in));
		map_v4(out, &in.sin_addr);
		return true;
	}
	if (a->sa_family == AF_INET6) {
		struct sockaddr_in6 in;

		memcpy(&in, a, sizeof(in));
		memcpy(out, &in.sin6_addr, 16);
		return true;
	}
	return false;
}

/* The IPv4 address that an IPv6 address leads to, if it does. */
static bool
leads_to(uint8_t out[16], const uint8_t a[16])
{
	static const uint8_t nat64[12] = { 0, 0x64, 0xff, 0x9b };

	if (memcmp(a, nat64, sizeof(nat64)) == 0)
		map_v4(out, a + 12);
	else if (a[0] == 0x20 && a[1] == 0x02)	/* 6to4 */
		map_v4(out, a + 2);
	else
		return false;
	return true;
}

bool
inward_may(const struct inward *w, const struct sockaddr *a)
{
	uint8_t at[16], within[16];

	if (!bytes_of(at, a))
		return false;
	for (size_t i = 0; i < w->count; i++) {
		if (is_in(at, w->allowed[i].at, w->allowed[i].bits))
			return true;
	}
	return !is_inside(at) && !(leads_to(within, at) && is_inside(within));
}

bool
inward_allow(struct inward *w, struct span network, struct buf *why)
{
	const char *slash = network.n > 0 ?
	    memchr(network.at, '/', network.n) : NULL;
	size_t n = slash != NULL ? (size_t)(slash - network.at) : network.n;
	struct span length = { slash != NULL ? slash + 1 : "",
	    slash != NULL ? network.n - n - 1 : 0 };
	char text[INET6_ADDRSTRLEN] = "";
	uint8_t at[16], v4[4];
	uint64_t bits = 128;
	bool is_v4;

	if (w->count == INWARD_ALLOWED) {
		buf_printf(why, _("more than %d networks"), INWARD_ALLOWED);
		return false;
	}
	if (n < sizeof(text))
		snprintf(text, sizeof(text), "%.*s", (int)n, network.at);
	is_v4 = inet_pton(AF_INET, text, v4) == 1;
	if (is_v4) {
		map_v4(at, v4);
		bits = 32;
	}
	if ((!is_v4 && inet_pton(AF_INET6, text, at) != 1) ||
	    (slash != NULL && !text_number(length, 0, bits, &bits))) {
		buf_printf(why, _("\"%.*s\": expected a network like "
		    "10.20.0.0/16"), SPAN_ARGS(text_cut(network, 64)));
		return false;
	}
	memcpy(w->allowed[w->count].at, at, 16);
	w->allowed[w->count++].bits = (unsigned)bits + (is_v4 ? 96 : 0);
	return true;
}

bool
inward_allow_all(struct inward *w, const char *networks, struct buf *why)
{
	while (*networks != '\0') {
		size_t n = strcspn(networks, " \t,");

		if (n > 0 && !inward_allow(w, (struct span){ networks, n },
		    why))
			return false;
		networks += n + (networks[n] != '\0');
	}
	return true;
}
