/*
 * Host names in one normal form; see url_host.h. Names in other scripts (人民
 * 政府.政务) become A-labels as UTS #46 says, nontransitional, by libidn2.
 * Numbers are IPv4 addresses in their usual form or nothing: 0x7f.1 and
 * 2130706433 are tricks, not hosts.
 */
#include "protocol/url_host.h"

#include "contrib/base/lang.h"
#include "contrib/base/text.h"

#include <arpa/inet.h>
#include <idn2.h>
#include <stdint.h>

#define HOST_MAX 253
#define LABEL_MAX 63
#define INPUT_MAX 1024		/* bytes before decoding and mapping */

static const char bad_name[] =
    N_("a host name is made of labels of letters, digits and hyphens");
static const char bad_number[] =
    N_("a host of digits must be an IPv4 address such as 192.0.2.1");
static const char bad_six[] =
    N_("a host in brackets must be an IPv6 address such as [2001:db8::1]");

static bool
refuse(const char **why, const char *reason)
{
	if (why != NULL)
		*why = reason;
	return false;
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_label(struct span s)
{
	if (s.n == 0 || s.n > LABEL_MAX || s.at[0] == '-' ||
	    s.at[s.n - 1] == '-')
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!(s.at[i] >= 'a' && s.at[i] <= 'z') &&
		    !is_digit(s.at[i]) && s.at[i] != '-' && s.at[i] != '_')
			return false;
	return true;
}

static struct span
last_label(struct span host)
{
	size_t i = host.n;

	while (i > 0 && host.at[i - 1] != '.')
		i--;
	return (struct span){ .at = host.at + i, .n = host.n - i };
}

/* Would somebody take this for a number? (WHATWG: "ends in a number") */
static bool
ends_in_number(struct span host)
{
	struct span s = last_label(host);
	size_t i = 0;

	if (s.n >= 2 && s.at[0] == '0' && s.at[1] == 'x')
		return true;
	while (i < s.n && is_digit(s.at[i]))
		i++;
	return i == s.n;
}

static bool
is_ipv4(struct span host)
{
	char text[INET_ADDRSTRLEN], again[INET_ADDRSTRLEN];
	struct in_addr a;

	if (host.n >= sizeof(text))
		return false;
	memcpy(text, host.at, host.n);
	text[host.n] = '\0';
	return inet_pton(AF_INET, text, &a) == 1 &&
	    inet_ntop(AF_INET, &a, again, sizeof(again)) != NULL &&
	    strcmp(text, again) == 0;
}

static bool
is_name(struct span host)
{
	size_t from = 0;

	if (host.n == 0 || host.n > HOST_MAX)
		return false;
	for (size_t i = 0; i <= host.n; i++) {
		if (i < host.n && host.at[i] != '.')
			continue;
		if (!is_label((struct span){ host.at + from, i - from }))
			return false;
		from = i + 1;
	}
	return true;
}

bool
url_host_is_normal(struct span host)
{
	return is_name(host) && (!ends_in_number(host) || is_ipv4(host));
}

static bool
put_ipv6(struct buf *out, struct span s, const char **why)
{
	char text[INET6_ADDRSTRLEN];
	struct in6_addr a;

	if (s.n < 2 || s.n - 2 >= sizeof(text) || s.at[s.n - 1] != ']' ||
	    memchr(s.at, '\0', s.n) != NULL)
		return refuse(why, bad_six);
	memcpy(text, s.at + 1, s.n - 2);
	text[s.n - 2] = '\0';
	if (inet_pton(AF_INET6, text, &a) != 1 ||
	    inet_ntop(AF_INET6, &a, text, sizeof(text)) == NULL)
		return refuse(why, bad_six);
	buf_printf(out, "[%s]", text);
	return true;
}

/* Percent-encoding undone, ASCII in lower case: *n bytes and a NUL. False: no
 * such host. */
static bool
decode(char text[INPUT_MAX], size_t *n, struct span s, bool *ascii)
{
	*n = 0;
	*ascii = true;
	if (s.n >= INPUT_MAX)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = (uint8_t)s.at[i];

		if (c == '%') {
			if (s.n - i < 3 || !text_unhex((struct span){
			    s.at + i + 1, 2 }, &c, 1))
				return false;
			i += 2;
		}
		if (c <= ' ' || c == 0x7f)
			return false;
		*ascii &= c < 0x80;
		text[(*n)++] = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
	}
	text[*n] = '\0';
	return *ascii || text_is_utf8((struct span){ text, *n });
}

static bool
put_ascii(struct buf *out, struct span s, const char **why)
{
	if (s.n > 0 && s.at[s.n - 1] == '.')
		s.n--;
	if (!is_name(s))
		return refuse(why, bad_name);
	if (ends_in_number(s) && !is_ipv4(s))
		return refuse(why, bad_number);
	buf_span(out, s);
	return true;
}

bool
url_host_normal(struct buf *out, struct span host, const char **why)
{
	char text[INPUT_MAX], *mapped;
	size_t n;
	bool ascii, good;

	if (url_host_is_normal(host)) {
		buf_span(out, host);
		return true;
	}
	if (host.n > 0 && host.at[0] == '[')
		return put_ipv6(out, host, why);
	if (!decode(text, &n, host, &ascii))
		return refuse(why, bad_name);
	if (ascii)
		return put_ascii(out, (struct span){ text, n }, why);
	if (idn2_to_ascii_8z(text, &mapped,
	    IDN2_NONTRANSITIONAL | IDN2_NFC_INPUT) != IDN2_OK)
		return refuse(why, "a host name that IDNA 2008 doesn't allow");
	good = put_ascii(out, span_of(mapped), why);
	idn2_free(mapped);
	return good;
}

bool
url_host_within(struct span host, struct span domain)
{
	size_t more = host.n - domain.n;

	if (domain.n == 0 || host.n < domain.n ||
	    memcmp(host.at + more, domain.at, domain.n) != 0)
		return false;
	return more == 0 || (host.at[more - 1] == '.' &&
	    !ends_in_number(host));
}
