/*
 * For tests of words in Chinese: a catalogue of some messages, as msgfmt would
 * write it, beside a program that is none.
 */
#ifndef ZQ_TESTS_LANGKIT_H
#define ZQ_TESTS_LANGKIT_H

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "contrib/base/lang.h"

/* English and Chinese; path: for lang_open(), below dir. */
static inline void
langkit_write_all(char path[600], const char *dir,
    const char *const (*words)[2], size_t n)
{
	char command[1800];
	FILE *po;

	snprintf(path, 600, "%s/words.po", dir);
	ck_assert_ptr_nonnull(po = fopen(path, "w"));
	fprintf(po, "msgid \"\"\nmsgstr \"Content-Type: text/plain; "
	    "charset=UTF-8\\n\"\n");
	for (size_t i = 0; i < n; i++)
		fprintf(po, "msgid \"%s\"\nmsgstr \"%s\"\n", words[i][0],
		    words[i][1]);
	fclose(po);
	snprintf(command, sizeof(command), "cd %s && mkdir -p "
	    "locale/zh_CN/LC_MESSAGES && msgfmt -o "
	    "locale/zh_CN/LC_MESSAGES/zhanqun.mo words.po && touch prog", dir);
	ck_assert_int_eq(system(command), 0);
	snprintf(path, 600, "%s/prog", dir);
}

static inline void
langkit_write(char path[600], const char *dir, const char *english,
    const char *chinese)
{
	const char *const words[][2] = { { english, chinese } };

	langkit_write_all(path, dir, words, 1);
}

#endif
