/* See outward.h. */
#include "agent/outward.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "contrib/base/mem.h"

#define HOOK_TIME 60000		/* ms */
#define MAIL_TIME 60000
#define RELOAD_TIME 30000
#define MEND_TIME 3600000

/* zqagent, beside this program or where it is installed; NULL: nowhere. */
static char *
find_tool(void)
{
	static const char *const places[] = { "zqagent", "../bin/zqagent" };
	char self[PATH_MAX], path[PATH_MAX + 32], *slash;
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (n <= 0)
		return NULL;
	self[n] = '\0';
	slash = strrchr(self, '/');
	if (slash == NULL)
		return NULL;
	slash[1] = '\0';
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		snprintf(path, sizeof(path), "%s%s", self, places[i]);
		if (access(path, X_OK) == 0)
			return mem_text(path);
	}
	return NULL;
}

static bool
mends_itself(const struct config *c)
{
	for (size_t i = 0; i < c->count; i++)
		if (strcmp(c->source[i].set->mend, "auto") == 0)
			return true;
	return false;
}

struct hand *
outward_open(const struct config *c)
{
	const struct config_top *top = c->top;
	char mend[] = "mend", apply[] = "--apply", automatic[] = "--auto",
	    dir[] = "--dir";
	char *tool = mends_itself(c) ? find_tool() : NULL;
	char *const argv[] = { tool, mend, apply, automatic, dir, top->dir,
		NULL };
	const struct hand_command commands[OUTWARD_COUNT] = {
		[OUTWARD_HOOK] = { top->hook, HOOK_TIME },
		[OUTWARD_MAIL] = { top->mail[0] != '\0' ?
		    top->mail_command : NULL, MAIL_TIME },
		[OUTWARD_RELOAD] = { top->map_reload, RELOAD_TIME },
		[OUTWARD_MEND] = { tool != NULL ? argv : NULL, MEND_TIME },
	};
	struct hand *h = NULL;
	bool any = false;

	for (size_t i = 0; i < OUTWARD_COUNT; i++)
		any |= commands[i].argv != NULL &&
		    commands[i].argv[0] != NULL;
	if (any)
		h = hand_new(commands, OUTWARD_COUNT, top->dir);
	free(tool);
	return h;
}
