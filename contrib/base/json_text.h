/*
 * Text in JSON, and members of an object that are text. Spans and strings
 * live as long as the object has them.
 */
#ifndef ZQ_BASE_JSON_TEXT_H
#define ZQ_BASE_JSON_TEXT_H

#include <jansson.h>

#include "contrib/base/span.h"

/* "" if there is none, or it is no text. */
const char *json_text(const json_t *o, const char *name);
struct span json_text_span(const json_t *o, const char *name);

/* A new one, also of an empty span; NULL: it is no UTF-8. */
json_t *json_text_new(struct span s);

#endif
