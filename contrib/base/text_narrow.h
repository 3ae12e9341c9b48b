/*
 * Narrowing: codes, numbers and times as they would stand there if people had
 * typed them without an input method: full-width digits, letters and marks as
 * ASCII, all dashes as '-', without what nobody sees. It is for the places
 * where people type; programs say what they mean.
 */
#ifndef ZQ_BASE_TEXT_NARROW_H
#define ZQ_BASE_TEXT_NARROW_H

#include <stdbool.h>

#include "contrib/base/buf.h"
#include "contrib/base/span.h"

/* Appends s so. False (and nothing put) if it is no UTF-8. */
bool text_narrow(struct buf *b, struct span s);
/* A word of a command line, in its place: it doesn't get longer. */
void text_narrow_word(char *word);

#endif
