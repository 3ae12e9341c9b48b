/*
 * The note that a journal was lost. See lost.h.
 */
#include "hub/lost.h"

#include <fcntl.h>
#include <unistd.h>

#include "contrib/base/lang.h"
#include "hub/config.h"

#define NOTE "journal.lost"

static bool
is_there(const char *dir, const char *name)
{
	char path[CONFIG_PATH_MAX];

	return access(config_path(path, dir, name), F_OK) == 0;
}

/* The directory is as old as the CA: zqhub init makes both. The view's mark
 * is younger than the journal: a hub opens them in that order. */
void
lost_look(const char *dir)
{
	if (!is_there(dir, CONFIG_JOURNAL) ||
	    (!is_there(dir, CONFIG_JOURNAL "/data.mdb") &&
	    is_there(dir, CONFIG_VIEW "/mark")))
		lost_note(dir);
}

/* A disk that has no room for it leaves the log's line. */
void
lost_note(const char *dir)
{
	char path[CONFIG_PATH_MAX];
	int fd = open(config_path(path, dir, NOTE), O_WRONLY | O_CREAT |
	    O_CLOEXEC, 0600);

	if (fd < 0)
		return;
	(void)!write(fd, "\n", 1);
	close(fd);
}

bool
lost_is_noted(const char *dir)
{
	return is_there(dir, NOTE);
}

const char *
lost_text(void)
{
	return _("the journal is new, but this hub had one: no site is known "
	    "any more, and agents are refused. The register of sites is put "
	    "back with zqhub restore FILE (its daemon stopped), or with "
	    "zqhub site import and site reissue --all");
}
