/* See json_text.h. */
#include "contrib/base/json_text.h"

const char *
json_text(const json_t *o, const char *name)
{
	const char *s = json_string_value(json_object_get(o, name));

	return s != NULL ? s : "";
}

struct span
json_text_span(const json_t *o, const char *name)
{
	const json_t *v = json_object_get(o, name);

	return (struct span){ .at = json_string_value(v),
	    .n = json_string_length(v) };
}

json_t *
json_text_new(struct span s)
{
	return json_stringn(s.n > 0 ? s.at : "", s.n);
}
