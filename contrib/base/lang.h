/*
 * Words in the reader's language: gettext, Chinese and English.
 *
 * Messages stand in the source in English inside _(); contrib/po holds the
 * Chinese. Programs follow LANGUAGE, LC_ALL, LC_MESSAGES, LANG; the web part
 * switches per request, and the core answers an operator in theirs. A catalogue beside the program (build tree) is
 * preferred to the installed one.
 */
#ifndef ZQ_BASE_LANG_H
#define ZQ_BASE_LANG_H

#include <libintl.h>

#define _(text) gettext(text)
#define N_(text) text

void lang_open(const char *program_path);	/* argv[0] */
void lang_switch(const char *language);		/* "zh" or "en" */
const char *lang_now(void);			/* "zh" or "en" */
/* For a while: as lang_switch(), but what is neither "zh" nor "en" (also NULL)
 * changes nothing. What was spoken before, for lang_switch() when it is over. */
const char *lang_borrow(const char *language);

#endif
