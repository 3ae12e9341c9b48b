/*
 * Forms by which operators act (permission.h): a POST that carries what shows
 * that it comes from a page of ours, and where to go on afterwards. They work
 * without a script.
 *
 * One that was refused comes back (again.h) filled in as it was, open, and
 * with the sentence at the field that it is about, where the focus is.
 */
#ifndef ZQ_HUB_FORM_H
#define ZQ_HUB_FORM_H

#include "hub/visit.h"

#define FORM_KEYS 2

/* What it is about, unseen: a text, or a number if there is none. */
struct form_key {
	const char *name;
	struct span text;
	uint64_t number;
};

struct form_spec {
	const char *act;
	const char *next;	/* the path of the page it stands on */
	const char *fold;	/* it opens by this; NULL: it is open */
	struct form_key key[FORM_KEYS];	/* those without a name are none */
};

struct form {			/* from form_begin() to form_end() */
	struct buf *out;
	struct again *again;	/* NULL: it isn't the one that comes back */
	bool folds;
	bool focused;
};

void form_begin(struct form *f, const struct visit *v,
    const struct form_spec *s);
/* Fields with a label; a long one grows. must: it has to be filled in. What
 * stands in a label behind ':', ';' or a bracket is an aside. */
void form_text(struct form *f, const char *name, const char *label,
    bool must);
void form_time(struct form *f, const char *name, const char *label,
    bool must);
/* For how long; the values are read as FIELD_DURATION. */
void form_span(struct form *f, const char *name, const char *label);
struct form_choice {
	const char *value, *label;
};
void form_choice(struct form *f, const char *name, const char *label,
    const struct form_choice *choices, size_t count);
void form_end(struct form *f, const char *button);

/* A field nobody sees, of any form. */
void form_hidden(const struct visit *v, const char *name, struct span value);
/* To sign out: not an act. */
void form_sign_out(const struct visit *v);

#endif
