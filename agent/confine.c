/* See confine.h. */
#include "agent/confine.h"

#include <libgen.h>
#include <stdlib.h>
#include <string.h>

#include "contrib/base/log.h"
#include "contrib/base/mem.h"

#define SYSTEM_PATHS 16
#define OUT_FILES 3		/* that are written outside of DIR */

/* The directory of a file that is written; it joins the list, which has room.
 * The caller's, or NULL. */
static char *
add_dir(const char *file, const char **list, size_t *n)
{
	const char *slash = strrchr(file, '/');
	char *dir;

	if (slash == NULL)
		return NULL;
	dir = mem_copy(file, slash > file ? (size_t)(slash - file) : 1);
	list[(*n)++] = dir;
	return dir;
}

void
confine(const struct config *c, const char *conf, char got[SANDBOX_GOT_MAX])
{
	static const char *const system_paths[] = { "/etc", "/usr/lib", "/lib",
		"/lib64", "/usr/share", "/usr/local/share", "/run/systemd",
		"/run/resolvconf", "/dev/urandom", "/dev/null", "/proc/self" };
	const char *read[CONFIG_SOURCES_MAX + SYSTEM_PATHS + 2] = { 0 };
	const struct config_top *top = c->top;
	const char *const files[OUT_FILES] = { top->atom, top->map_nginx,
		top->map_apache };
	const char *write[OUT_FILES + 2] = { top->dir };
	char *copy = mem_text(conf), *dir[OUT_FILES];
	size_t n = 0, writes = 1;

	for (size_t i = 0; i < sizeof(system_paths) / sizeof(char *); i++)
		read[n++] = system_paths[i];
	read[n++] = dirname(copy);
	for (size_t i = 0; i < c->count; i++)
		read[n++] = c->source[i].set->root;
	for (size_t i = 0; i < OUT_FILES; i++)
		dir[i] = add_dir(files[i], write, &writes);
	sandbox_enter(&(struct sandbox){
	    .may = SANDBOX_FILES | SANDBOX_ACCEPT | SANDBOX_CONNECT |
	    SANDBOX_CHILDREN, .read = read, .write = write }, got);
	log_info("sandbox %s", got);
	for (size_t i = 0; i < OUT_FILES; i++)
		free(dir[i]);
	free(copy);
}
