/*
 * What a trip to a home page comes to as an answer: is there a page, and if
 * not, why? A finding (finding.h) knows of no site; here a redirect, or what
 * the page says, is left to home_judge.h, and a page that has nothing in it
 * is none. Pure.
 */
#ifndef ZQ_HUB_HOME_ANSWER_H
#define ZQ_HUB_HOME_ANSWER_H

#include "hub/home.h"

/* Cause, detail and page of the look. */
void home_answer(struct home_look *l, const struct trail *t);

#endif
