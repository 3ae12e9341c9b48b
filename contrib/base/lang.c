/*
 * Which language to speak, and how to change it in the middle.
 *
 * The locale only has to be one in UTF-8 that is there: C.UTF-8 always is.
 * The language is set apart from it through LANGUAGE, which gettext honours
 * in any locale but "C". So no zh_CN locale needs to be installed, and a
 * switch costs a few hundred nanoseconds. The Chinese catalogue is loaded at
 * once, because a part in its sandbox could not open it any more. Numbers
 * keep their C form everywhere.
 */
#include "contrib/base/lang.h"

#include <langinfo.h>
#include <limits.h>
#include <locale.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DOMAIN "zhanqun"

extern int _nl_msg_cat_cntr;	/* glibc: "forget what you looked up" */

static const char *now = "en";

/* The first of what the environment says, in gettext's order. */
static const char *
wanted_locale(void)
{
	static const char *const names[] = { "LC_ALL", "LC_MESSAGES", "LANG" };
	const char *value;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		value = getenv(names[i]);
		if (value != NULL && value[0] != '\0')
			return value;
	}
	return "";
}

/* LANGUAGE speaks unless the locale is "C" by somebody's own word. */
static const char *
wanted_language(void)
{
	const char *locale = wanted_locale();
	const char *list = getenv("LANGUAGE");

	if (strcmp(locale, "C") == 0 || strcmp(locale, "POSIX") == 0)
		return "en";
	if (list == NULL || list[0] == '\0')
		list = locale;
	return strncmp(list, "zh", 2) == 0 ? "zh" : "en";
}

static void
set_locale(void)
{
	const char *got = setlocale(LC_ALL, "");

	if (got == NULL || strcmp(setlocale(LC_CTYPE, NULL), "C") == 0 ||
	    strcmp(setlocale(LC_MESSAGES, NULL), "C") == 0 ||
	    strcmp(setlocale(LC_MESSAGES, NULL), "POSIX") == 0 ||
	    strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
		setlocale(LC_ALL, "C.UTF-8");
	setlocale(LC_NUMERIC, "C");
}

/* Puts "<dir of the program>/locale" into path; false if there is none. */
static bool
beside_program(const char *program, char path[PATH_MAX + 8])
{
	struct stat st;
	char *slash;

	if (program == NULL || strchr(program, '/') == NULL)
		program = "/proc/self/exe";
	if (realpath(program, path) == NULL ||
	    (slash = strrchr(path, '/')) == NULL)
		return false;
	snprintf(slash, sizeof("/locale"), "/locale");
	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

void
lang_open(const char *program_path)
{
	char path[PATH_MAX + 8];
	const char *language = wanted_language();

	set_locale();
	if (beside_program(program_path, path))
		bindtextdomain(DOMAIN, path);
	else
		bindtextdomain(DOMAIN, ZQ_LOCALEDIR);
	bind_textdomain_codeset(DOMAIN, "UTF-8");
	textdomain(DOMAIN);
	lang_switch("zh");
	(void)gettext(DOMAIN);	/* the catalogue is read now */
	lang_switch(language);
}

void
lang_switch(const char *language)
{
	const char *to = strcmp(language, "zh") == 0 ? "zh" : "en";
	const char *is = getenv("LANGUAGE");
	const char *list = to[0] == 'z' ? "zh_CN" : "en";

	if (is != NULL && strcmp(is, list) == 0 && to == now)
		return;
	setenv("LANGUAGE", list, 1);
	now = to;
	_nl_msg_cat_cntr++;
}

const char *
lang_borrow(const char *language)
{
	const char *before = now;

	if (language != NULL && (strcmp(language, "zh") == 0 ||
	    strcmp(language, "en") == 0))
		lang_switch(language);
	return before;
}

const char *
lang_now(void)
{
	return now;
}
