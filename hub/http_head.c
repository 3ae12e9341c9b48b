#include "hub/http_head.h"

#include "contrib/base/text.h"

/* RFC 9110 §5.6.2 */
static bool
is_token(struct span s)
{
	static const char others[] = "!#$%&'*+-.^_`|~";

	for (size_t i = 0; i < s.n; i++) {
		char c = s.at[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') &&
		    !(c >= '0' && c <= '9') &&
		    (c == '\0' || strchr(others, c) == NULL))
			return false;
	}
	return s.n > 0;
}

/* A header's value: no controls but the tab. */
static bool
is_value(struct span s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.at[i];

		if ((c < 0x20 && c != '\t') || c == 0x7f)
			return false;
	}
	return true;
}

/* Visible, or part of UTF-8 that a client didn't encode. */
static bool
is_target(struct span s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.at[i];

		if (c <= 0x20 || c == 0x7f || c == '#')
			return false;
	}
	return s.n > 0;
}

/* What stands before c; the rest, behind it, is left in *s. False and
 * nothing moved if there is no c. */
static bool
split(struct span *s, char c, struct span *before)
{
	const char *at = s->n > 0 ? memchr(s->at, c, s->n) : NULL;

	if (at == NULL)
		return false;
	*before = (struct span){ .at = s->at, .n = (size_t)(at - s->at) };
	s->n -= before->n + 1;
	s->at = at + 1;
	return true;
}

/* A line ends in CR LF, and has neither inside. */
static bool
next_line(struct span *s, struct span *line)
{
	if (!split(s, '\n', line) || line->n == 0 ||
	    line->at[line->n - 1] != '\r')
		return false;
	line->n--;
	return true;
}

static struct span
trim(struct span s)
{
	while (s.n > 0 && (s.at[0] == ' ' || s.at[0] == '\t'))
		s.at++, s.n--;
	while (s.n > 0 && (s.at[s.n - 1] == ' ' || s.at[s.n - 1] == '\t'))
		s.n--;
	return s;
}

/* "http://host/path" is as good as "/path" (RFC 9112 §3.2.2). */
static bool
without_authority(struct span *target)
{
	size_t skip = text_starts(*target, "http://") ? 7 :
	    text_starts(*target, "https://") ? 8 : 0;
	const char *slash;

	if (skip == 0)
		return target->at[0] == '/';
	slash = memchr(target->at + skip, '/', target->n - skip);
	if (slash == NULL ||
	    memchr(target->at, '?', (size_t)(slash - target->at)) != NULL)
		return false;
	target->n -= (size_t)(slash - target->at);
	target->at = slash;
	return true;
}

static int
read_request_line(struct http_head *h, struct span line, const char **why)
{
	struct span target;

	*why = "the request line must be METHOD, blank, path, blank, version";
	if (!split(&line, ' ', &h->method) || !is_token(h->method) ||
	    !split(&line, ' ', &target) || !is_target(target))
		return 400;
	if (!span_is(line, SPAN("HTTP/1.1")) &&
	    !span_is(line, SPAN("HTTP/1.0"))) {
		*why = "the version must be HTTP/1.1 or HTTP/1.0";
		return text_starts(line, "HTTP/") ? 505 : 400;
	}
	h->old = line.at[7] == '0';
	*why = "the path must begin with a slash";
	if (!without_authority(&target))
		return 400;
	if (split(&target, '?', &h->path))
		h->query = target;
	else
		h->path = target;
	return 0;
}

static int
read_field(struct http_head *h, struct span line, const char **why)
{
	struct http_field *f = &h->field[h->fields];

	if (h->fields == HTTP_FIELDS) {
		*why = "more than 64 header lines";
		return 431;
	}
	*why = "a header line must be NAME, colon, value; "
	    "folded lines are not taken";
	if (!split(&line, ':', &f->name) || !is_token(f->name))
		return 400;
	*why = "a header has a control character in its value";
	if (!is_value(line))
		return 400;
	f->value = trim(line);
	h->fields++;
	return 0;
}

/* The one header of that name; false if there are two. */
static bool
only(const struct http_head *h, const char *name, const struct span **value)
{
	*value = NULL;
	for (size_t i = 0; i < h->fields; i++) {
		if (!text_same_nocase(h->field[i].name, span_of(name)))
			continue;
		if (*value != NULL)
			return false;
		*value = &h->field[i].value;
	}
	return true;
}

static int
judge_host(struct http_head *h, const char **why)
{
	const struct span *host;

	*why = "there must be exactly one Host header";
	if (!only(h, "Host", &host) || (host == NULL && !h->old))
		return 400;
	if (host != NULL)
		h->host = *host;
	return 0;
}

/* How long the body is: the place where requests are smuggled. */
static int
judge_length(struct http_head *h, const char **why)
{
	const struct span *length, *coding;

	*why = "Content-Length must be given once, in decimal digits, and not "
	    "together with Transfer-Encoding";
	if (!only(h, "Content-Length", &length))
		return 400;
	if (length != NULL &&
	    !text_number(*length, 0, (uint64_t)INT64_MAX, &h->length))
		return 400;
	if (!only(h, "Transfer-Encoding", &coding) ||
	    (coding != NULL && (length != NULL || h->old)))
		return 400;
	if (coding == NULL)
		return 0;
	*why = "the only Transfer-Encoding taken is chunked";
	h->chunked = text_same_nocase(*coding, SPAN("chunked"));
	return h->chunked ? 0 : 501;
}

/* Is word in a comma-separated list? */
static bool
has_word(struct span list, struct span word)
{
	struct span one;

	while (split(&list, ',', &one))
		if (text_same_nocase(trim(one), word))
			return true;
	return text_same_nocase(trim(list), word);
}

static int
judge_rest(struct http_head *h, const char **why)
{
	struct span connection = http_head_get(h, "Connection");
	struct span expect = http_head_get(h, "Expect");
	struct span type = http_head_get(h, "Content-Type");

	if (!split(&type, ';', &h->type))
		h->type = type;
	h->type = trim(h->type);
	h->keep = h->old ? has_word(connection, SPAN("keep-alive")) :
	    !has_word(connection, SPAN("close"));
	*why = "the only Expect taken is 100-continue";
	if (expect.n > 0 && !text_same_nocase(expect, SPAN("100-continue")))
		return 417;
	h->expects = expect.n > 0 && !h->old;
	return 0;
}

int
http_head_read(struct http_head *h, struct span bytes, const char **why)
{
	struct span line;
	int status;

	*h = (struct http_head){ .old = false };
	*why = "lines of the head must end in CR LF";
	if (!next_line(&bytes, &line))
		return 400;
	if ((status = read_request_line(h, line, why)) != 0)
		return status;
	for (;;) {
		*why = "lines of the head must end in CR LF";
		if (!next_line(&bytes, &line))
			return 400;
		if (line.n == 0)
			break;
		if ((status = read_field(h, line, why)) != 0)
			return status;
	}
	if ((status = judge_host(h, why)) != 0 ||
	    (status = judge_length(h, why)) != 0)
		return status;
	return judge_rest(h, why);
}

struct span
http_head_get(const struct http_head *h, const char *name)
{
	for (size_t i = 0; i < h->fields; i++)
		if (text_same_nocase(h->field[i].name, span_of(name)))
			return h->field[i].value;
	return SPAN_NONE;
}
