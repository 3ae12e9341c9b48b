#include "hub/negotiate.h"

#include <string.h>

#include "contrib/base/text.h"

#define HOST_MAX 260	/* 253 of a name, ':' and a port */
#define WEIGHT_ONE 1000

/* What stands before the mark, trimmed; s goes on behind it. */
static struct span
cut(struct span *s, char mark)
{
	const char *at = s->n > 0 ? memchr(s->at, mark, s->n) : NULL;
	struct span part = *s;

	if (at == NULL) {
		*s = SPAN_NONE;
	} else {
		part.n = (size_t)(at - s->at);
		s->at = at + 1;
		s->n -= part.n + 1;
	}
	return text_trim(part);
}

/* --- Accept-Language ----------------------------------------------------- */

/* "0.8" in thousandths; what is no weight counts as none (0). */
static unsigned
weight(struct span s)
{
	unsigned sum = 0, unit = WEIGHT_ONE;

	if (s.n == 0 || s.n > 5 || (s.n > 1 && s.at[1] != '.'))
		return 0;
	for (size_t i = 0; i < s.n; i += i == 0 ? 2 : 1) {
		if (s.at[i] < '0' || s.at[i] > '9')
			return 0;
		sum += (unsigned)(s.at[i] - '0') * unit;
		unit /= 10;
	}
	return sum <= WEIGHT_ONE ? sum : 0;
}

static unsigned
weight_of(struct span parameters)
{
	while (parameters.n > 0) {
		struct span one = cut(&parameters, ';');

		if (one.n >= 2 && (one.at[0] == 'q' || one.at[0] == 'Q') &&
		    one.at[1] == '=')
			return weight((struct span){ .at = one.at + 2,
			    .n = one.n - 2 });
	}
	return WEIGHT_ONE;
}

/* "zh", "zh-CN", "ZH-Hant-TW"; not "zha". */
static bool
is_of(struct span range, const char *language)
{
	struct span main = cut(&range, '-');

	return text_same_nocase(main, span_of(language));
}

const char *
negotiate_language(struct span accept, const char *preset)
{
	const char *best = preset;
	unsigned most = 0;

	while (accept.n > 0) {
		struct span one = cut(&accept, ',');
		struct span range = cut(&one, ';');
		unsigned w = weight_of(one);
		const char *is = is_of(range, "zh") ? "zh" :
		    is_of(range, "en") ? "en" :
		    span_is(range, SPAN("*")) ? preset : NULL;

		if (is != NULL && w > most) {
			most = w;
			best = is;
		}
	}
	return best;
}

/* --- If-None-Match ------------------------------------------------------- */

/* The next tag with its quotes; n is 0 when there is none any more. A tag
 * may hold a comma, so the list can't just be cut at those. */
static struct span
next_tag(struct span *s)
{
	const char *open = s->n > 0 ? memchr(s->at, '"', s->n) : NULL;
	const char *close;
	size_t rest;		/* behind the opening quote */

	if (open == NULL)
		return SPAN_NONE;
	rest = s->n - (size_t)(open - s->at) - 1;
	close = memchr(open + 1, '"', rest);
	if (close == NULL)
		return SPAN_NONE;
	s->at = close + 1;
	s->n = rest - (size_t)(close - open);
	return (struct span){ .at = open, .n = (size_t)(close - open) + 1 };
}

bool
negotiate_has_tag(struct span list, struct span tag)
{
	struct span one;

	if (span_is(text_trim(list), SPAN("*")))
		return true;
	while ((one = next_tag(&list)).n > 0)
		if (span_is(one, tag))
			return true;
	return false;
}

/* --- Host ---------------------------------------------------------------- */

static bool
is_made_of(struct span s, const char *more)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.at[i];

		if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'z') &&
		    !(c >= 'A' && c <= 'Z') &&
		    (c == '\0' || strchr(more, c) == NULL))
			return false;
	}
	return s.n > 0;
}

static bool
is_port(struct span s)
{
	uint64_t n;

	return s.n == 0 || (s.n > 1 && s.at[0] == ':' && text_number(
	    (struct span){ .at = s.at + 1, .n = s.n - 1 }, 1, 65535, &n));
}

bool
negotiate_is_host(struct span host)
{
	bool bracket = host.n > 0 && host.at[0] == '[';
	const char *end = host.n > 0 ?
	    memchr(host.at, bracket ? ']' : ':', host.n) : NULL;
	struct span name = host, port = SPAN_NONE;

	if (host.n > HOST_MAX || (bracket && end == NULL))
		return false;
	if (end != NULL) {
		name.n = (size_t)(end - host.at);
		port = (struct span){ .at = end + bracket,
		    .n = host.n - name.n - bracket };
	}
	if (!is_port(port))
		return false;
	return bracket ? is_made_of((struct span){ .at = name.at + 1,
	    .n = name.n - 1 }, ":.") : is_made_of(name, ".-_");
}
