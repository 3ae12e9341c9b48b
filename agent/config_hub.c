/* See config_hub.h. */
#include "agent/config_hub.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/config.h"
#include "certs/keep.h"
#include "contrib/base/mem.h"

#define CONF_MAX (1u << 20)
#define MODE 0644		/* of a new one */
#define BOM "\xef\xbb\xbf"	/* as Notepad puts before the first line */

bool
config_hub_can(const char *path, struct buf *why)
{
	if (access(path, R_OK) == 0 || errno == ENOENT)
		return true;
	buf_printf(why, "%s: %s", path, strerror(errno));
	return false;
}

static bool
fail(const char *path, struct buf *why)
{
	buf_printf(why, "%s: %s\n", path, strerror(errno));
	return false;
}

/* Nothing, if it isn't there. */
static bool
read_file(const char *path, struct buf *out, struct buf *why)
{
	char bytes[4096];
	FILE *f = fopen(path, "re");
	size_t n;
	bool ok;

	if (f == NULL)
		return errno == ENOENT || fail(path, why);
	while ((n = fread(bytes, 1, sizeof(bytes), f)) > 0)
		buf_put(out, bytes, n);
	ok = !ferror(f);
	if (out->bad) {
		errno = EFBIG;
		ok = false;
	}
	if (!ok)
		(void)fail(path, why);
	fclose(f);
	return ok;
}

static bool
sets(const char *line, const char *name)
{
	if (strncmp(line, BOM, strlen(BOM)) == 0)
		line += strlen(BOM);
	line += strspn(line, " \t");
	if (strncmp(line, name, strlen(name)) != 0)
		return false;
	line += strlen(name);
	return line[strspn(line, " \t")] == '=';
}

static bool
has_hub(const char *text)
{
	const char *end;

	for (; !sets(text, "hub"); text = end + 1)
		if ((end = strchr(text, '\n')) == NULL)
			return false;
	return true;
}

static void
put_hub(struct buf *out, const char *hub, const char *proxy)
{
	buf_printf(out, "hub = %s", hub);
	if (proxy != NULL)
		buf_printf(out, "\nproxy = %s", proxy);
}

/* The old settings with another hub, and another proxy if there is one. Who
 * prepared them before may have left the hub out: it goes before all
 * sections. */
static void
change(struct buf *out, char *old, const char *hub, const char *proxy)
{
	bool done = !has_hub(old);
	char *line;

	if (done) {
		if (strncmp(old, BOM, strlen(BOM)) == 0)
			old += strlen(BOM);
		put_hub(out, hub, proxy);
		buf_byte(out, '\n');
	}
	while ((line = strsep(&old, "\n")) != NULL) {
		if (!done && sets(line, "hub")) {
			put_hub(out, hub, proxy);
			done = true;
		} else if (proxy == NULL || !sets(line, "proxy")) {
			buf_text(out, line);
		} else {
			continue;
		}
		if (old != NULL)
			buf_byte(out, '\n');
	}
}

static mode_t
mode_of(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? st.st_mode & 0777 : MODE;
}

bool
config_hub_set(const char *path, const char *hub, const char *proxy,
    struct buf *why)
{
	struct buf old, text;
	char *copy;
	bool ok;

	buf_init(&old, CONF_MAX);
	buf_init(&text, 2 * CONF_MAX);
	ok = read_file(path, &old, why);
	if (ok && old.n == 0)
		config_example(&old, hub);
	copy = mem_text(buf_cstr(&old));
	change(&text, copy, hub, proxy);
	free(copy);
	ok = ok && keep_put(path, mode_of(path), KEEP_REPLACE,
	    buf_look(&text), why);
	buf_clear(&old);
	buf_clear(&text);
	return ok;
}
