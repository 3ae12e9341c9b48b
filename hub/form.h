/*
 * Forms by which operators act (permission.h): a POST that carries what shows
 * that it comes from a page of ours, and where to go on afterwards. They work
 * without a script.
 */
#ifndef ZQ_HUB_FORM_H
#define ZQ_HUB_FORM_H

#include "hub/visit.h"

/* next: the path of the page it stands on. */
void form_begin(const struct visit *v, const char *act, const char *next);
void form_hidden(const struct visit *v, const char *name, struct span value);
void form_number(const struct visit *v, const char *name, uint64_t n);
/* A field with a label; a long one grows. must: it has to be filled in. */
void form_text(const struct visit *v, const char *name, const char *label,
    bool must);
void form_time(const struct visit *v, const char *name, const char *label,
    bool must);
/* For how long; the values are read as PERMISSION_DURATION. */
void form_span(const struct visit *v, const char *name, const char *label);
struct form_choice {
	const char *value, *label;
};
void form_choice(const struct visit *v, const char *name, const char *label,
    const struct form_choice *choices, size_t count);
void form_end(const struct visit *v, const char *button);

/* To sign out: not an act. */
void form_sign_out(const struct visit *v);

#endif
