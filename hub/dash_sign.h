/*
 * The page where people sign in.
 */
#ifndef ZQ_HUB_DASH_SIGN_H
#define ZQ_HUB_DASH_SIGN_H

#include "hub/visit.h"

void dash_sign(struct visit *v);	/* /signin?next=PATH */
/* The same, and why the last try was none: a sentence in the language. */
void dash_sign_again(struct visit *v, int status, const char *why);

#endif
