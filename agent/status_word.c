/* status_word() of status.h: words that programs read in JSON, for people. */
#include "agent/status.h"

#include <string.h>

#include "contrib/base/lang.h"

static const char *const words[] = {
	/* how the hub answered (protocol/answer.h) */
	N_("taken"), N_("known"), N_("early"), N_("forked"), N_("blocked"),
	N_("busy"), N_("bad"),
	/* how a source is */
	N_("fine"), N_("no-root"), N_("disk-full"), N_("spool-full"),
	N_("first-scan"), N_("held"), N_("partly-hidden"), N_("unreadable"),
	N_("astray"), N_("anew"), N_("looking"),
	N_("down"), N_("kept"),
};

const char *
status_word(const char *word)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(words[i], word) == 0)
			return _(words[i]);
	return word;
}
