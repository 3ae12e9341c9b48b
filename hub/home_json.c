/*
 * A look as JSON; see home_json.h.
 */
#include "hub/home_json.h"

#include <stdio.h>
#include <string.h>

#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/text.h"
#include "hub/act_read.h"
#include "hub/json.h"

#define STATUS_MOST 999
#define MS_MOST (24u * 3600 * 1000)

static const char *const kinds[] = {
	[HOP_PERMANENT] = "permanent", [HOP_TEMPORARY] = "temporary",
	[HOP_REFRESH] = "refresh",
};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

/* --- writing ---------------------------------------------------------------- */

static void
put_text(json_t *o, const char *name, const char *text)
{
	if (text[0] != '\0')
		json_object_set_new(o, name, json_span(span_of(text)));
}

static json_t *
write_cert(const struct webcert *c)
{
	json_t *o = json_pack("{s:o}", "digest", json_bytes(c->digest,
	    sizeof(c->digest)));

	json_time(o, "from", c->from);
	json_time(o, "until", c->until);
	put_text(o, "issuer", c->issuer);
	put_text(o, "subject", c->subject);
	put_text(o, "names", c->names);
	return o;
}

static json_t *
write_hop(const struct home_hop *h, bool is_last)
{
	json_t *o = json_pack("{s:o, s:I}", "url", json_span(span_of(h->url)),
	    "ms", (json_int_t)h->ms);

	if (h->status > 0)
		json_object_set_new(o, "status", json_integer(h->status));
	if (!is_last)
		json_object_set_new(o, "kind", json_string(kinds[h->kind]));
	put_text(o, "address", h->address);
	if (h->has_cert)
		json_object_set_new(o, "cert", write_cert(&h->cert));
	return o;
}

static json_t *
write_page(const struct home_look *l)
{
	json_t *o = json_pack("{s:s}", "language",
	    glance_language_name(l->language));

	put_text(o, "title", l->title);
	put_text(o, "code", l->code);
	put_text(o, "domain", l->domain);
	put_text(o, "words", l->bad);
	put_text(o, "parked", l->parked);
	return o;
}

json_t *
home_json(const struct home_look *l)
{
	json_t *hops = json_array(), *dns = json_array();
	json_t *o = json_pack("{s:s, s:I, s:o, s:o}", "cause",
	    cause_name(l->cause), "ms", (json_int_t)l->ms, "dns", dns, "hops",
	    hops);

	must(o != NULL);
	json_time(o, "at", l->at);
	put_text(o, "detail", l->detail);
	if (l->secure != CAUSE_FINE)
		json_object_set_new(o, "secure",
		    json_string(cause_name(l->secure)));
	for (size_t i = 0; i < l->dns_count; i++)
		json_array_append_new(dns, json_span(span_of(l->dns[i])));
	for (size_t i = 0; i < l->hops; i++)
		json_array_append_new(hops, write_hop(&l->hop[i],
		    i + 1 == l->hops));
	if (l->has_page)
		json_object_set_new(o, "page", write_page(l));
	if (l->asked_missing)
		json_object_set_new(o, "missing", json_boolean(l->is_missing));
	return o;
}

json_t *
home_json_shown(const struct home_look *l)
{
	char domain[REGISTRABLE_MAX];
	json_t *o = home_json(l);

	home_end_domain(domain, l);
	put_text(o, "registrable", domain);
	return o;
}

/* --- reading ---------------------------------------------------------------- */

static bool
take_text(const json_t *o, const char *name, char *to, size_t size)
{
	struct span s = act_read_text(o, name);

	if (s.n >= size || (s.n > 0 && memchr(s.at, '\0', s.n) != NULL))
		return false;
	snprintf(to, size, "%.*s", SPAN_ARGS(s));
	return true;
}

static bool
take_time(const json_t *o, const char *name, int64_t *ms)
{
	struct span s = act_read_text(o, name);

	*ms = CLOCK_NONE;
	return s.n == 0 || clock_parse(s.at, s.n, 0, ms);
}

static bool
take_cause(const json_t *o, const char *name, enum cause *c)
{
	struct span s = act_read_text(o, name);

	*c = CAUSE_FINE;
	return s.n == 0 || cause_parse(c, s);
}

static bool
read_cert(struct webcert *c, const json_t *o)
{
	return text_unhex(act_read_text(o, "digest"), c->digest,
	    sizeof(c->digest)) && take_time(o, "from", &c->from) &&
	    take_time(o, "until", &c->until) &&
	    take_text(o, "issuer", c->issuer, sizeof(c->issuer)) &&
	    take_text(o, "subject", c->subject, sizeof(c->subject)) &&
	    take_text(o, "names", c->names, sizeof(c->names));
}

static bool
read_kind(enum hop_kind *kind, const json_t *o)
{
	struct span s = act_read_text(o, "kind");

	*kind = HOP_PERMANENT;
	for (size_t i = 0; i < KINDS; i++) {
		if (span_is(s, span_of(kinds[i]))) {
			*kind = (enum hop_kind)i;
			return true;
		}
	}
	return s.n == 0;
}

static bool
read_hop(struct home_hop *h, const json_t *o)
{
	const json_t *cert = json_object_get(o, "cert");
	uint64_t status = 0, ms;

	if (!take_text(o, "url", h->url, sizeof(h->url)) ||
	    h->url[0] == '\0' || !act_read_number(o, "ms", MS_MOST, &ms) ||
	    (json_object_get(o, "status") != NULL &&
	    !act_read_number(o, "status", STATUS_MOST, &status)) ||
	    !read_kind(&h->kind, o) ||
	    !take_text(o, "address", h->address, sizeof(h->address)))
		return false;
	h->status = (long)status;
	h->ms = (uint32_t)ms;
	h->has_cert = cert != NULL;
	return cert == NULL || read_cert(&h->cert, cert);
}

static bool
read_hops(struct home_look *l, const json_t *array)
{
	l->hops = json_array_size(array);
	if (l->hops == 0 || l->hops > HOME_HOPS)
		return false;
	for (size_t i = 0; i < l->hops; i++)
		if (!read_hop(&l->hop[i], json_array_get(array, i)))
			return false;
	return true;
}

static bool
read_dns(struct home_look *l, const json_t *array)
{
	l->dns_count = json_array_size(array);
	if (l->dns_count > HOME_ADDRESSES)
		return false;
	for (size_t i = 0; i < l->dns_count; i++) {
		const json_t *one = json_array_get(array, i);
		size_t n = json_string_length(one);

		if (!json_is_string(one) || n >= sizeof(l->dns[i]))
			return false;
		snprintf(l->dns[i], sizeof(l->dns[i]), "%s",
		    json_string_value(one));
	}
	return true;
}

static bool
read_page(struct home_look *l, const json_t *o)
{
	l->has_page = o != NULL;
	return o == NULL || (glance_language_parse(&l->language,
	    act_read_text(o, "language")) &&
	    take_text(o, "title", l->title, sizeof(l->title)) &&
	    take_text(o, "code", l->code, sizeof(l->code)) &&
	    take_text(o, "domain", l->domain, sizeof(l->domain)) &&
	    take_text(o, "words", l->bad, sizeof(l->bad)) &&
	    take_text(o, "parked", l->parked, sizeof(l->parked)));
}

bool
home_json_read(struct home_look *l, const json_t *o)
{
	const json_t *missing = json_object_get(o, "missing");
	uint64_t ms;

	*l = (struct home_look){ .at = CLOCK_NONE };
	if (!json_is_object(o) || !take_time(o, "at", &l->at) ||
	    !take_cause(o, "cause", &l->cause) ||
	    !take_cause(o, "secure", &l->secure) ||
	    !take_text(o, "detail", l->detail, sizeof(l->detail)) ||
	    !act_read_number(o, "ms", MS_MOST, &ms))
		return false;
	l->ms = (uint32_t)ms;
	l->asked_missing = json_is_boolean(missing);
	l->is_missing = json_is_true(missing);
	return read_hops(l, json_object_get(o, "hops")) &&
	    read_dns(l, json_object_get(o, "dns")) &&
	    read_page(l, json_object_get(o, "page"));
}
