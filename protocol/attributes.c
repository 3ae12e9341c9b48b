/*
 * Attributes, read or refused; see attributes.h.
 */
#include "protocol/attributes.h"

#include "contrib/base/clock.h"
#include "contrib/base/text.h"
#include "protocol/namespaces.h"

#include <inttypes.h>

bool
attributes_number(struct xml *x, const char *name, uint64_t least,
    uint64_t most, uint64_t *n)
{
	if (text_number(xml_attribute(x, NULL, name), least, most, n))
		return true;
	if (most == UINT64_MAX)
		xml_fail(x, "%s: expected a number from %" PRIu64, name,
		    least);
	else
		xml_fail(x, "%s: expected a number from %" PRIu64 " to %"
		    PRIu64, name, least, most);
	return false;
}

bool
attributes_hex(struct xml *x, const char *name, void *out, size_t n)
{
	struct span s = xml_attribute(x, NULL, name);

	if (s.at != NULL && text_unhex(s, out, n))
		return true;
	xml_fail(x, "%s: expected %zu digits of hexadecimal", name, 2 * n);
	return false;
}

bool
attributes_count(struct xml *x, const char *name, uint64_t most, uint64_t *n)
{
	return xml_attribute(x, NULL, name).at == NULL ||
	    attributes_number(x, name, 0, most, n);
}

bool
attributes_time(struct xml *x, const char *name, int64_t *ms)
{
	struct span s = xml_attribute(x, NULL, name);

	if (s.at == NULL || clock_parse(s.at, s.n, 0, ms))
		return true;
	xml_fail(x, "%s: expected a time such as 2026-11-21T08:00:00Z", name);
	return false;
}

bool
attributes_are_critical(const struct xml *x)
{
	struct span s = xml_attribute(x, NS_ZQ, "critical");

	return span_is(s, SPAN("true")) || span_is(s, SPAN("1"));
}
