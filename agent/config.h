/*
 * The agent's settings: DIR/agent.conf, its table, and its edits.
 *
 * The table is the parser, the checker, and zqagent.conf(5). What the table
 * can't say is judged here: the hub's address, the sources' names, and that
 * no two sources tell the same files or the same addresses.
 */
#ifndef ZQ_AGENT_CONFIG_H
#define ZQ_AGENT_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agent/config_defs.h"
#include "contrib/base/buf.h"
#include "contrib/base/conf.h"

#define CONFIG_FILE "agent.conf"
#define CONFIG_DIR "/var/lib/zhanqun/agent"	/* unless --dir */
#define CONFIG_SOURCES_MAX 64
#define CONFIG_WHY_MAX 16384		/* bytes of complaints */

struct config {
	const struct config_top *top;
	size_t count;
	struct {
		const char *name;
		const struct config_source *set;
	} source[CONFIG_SOURCES_MAX];
	struct conf *file;
};

/* NULL: why has a line per error. */
struct config *config_read(const char *path, struct buf *why);
/* The same for who looks what else is wrong (config_look.h): what must be given
 * and isn't is NULL in it. NULL: there is no file to read. */
struct config *config_read_anyway(const char *path, struct buf *why,
    bool *good);
void config_free(struct config *c);

/* A hub's address: https, a host, nothing behind it but "/". Plain http is
 * taken for this machine itself, where tests live. `out`: scheme, host and
 * port without a slash at the end. */
bool config_hub(struct buf *out, const char *text, struct buf *why);

/* A proxy's address, or "" for none; false: why says. */
bool config_proxy(const char *text, struct buf *why);

/* The new file's text, with an example of each setting. */
void config_example(struct buf *out, const char *hub);

/* Edits the file, which must be right before and is right afterwards. NULL
 * lists: the presets. */
struct config_add {
	const char *name, *root, *url;
	const char *include, *exclude, *index;
};
bool config_add_source(const char *path, const struct config_add *a,
    struct buf *why);
bool config_remove_source(const char *path, const char *name,
    struct buf *why);

/* "" or "source": its settings as mdoc. */
void config_manual(struct buf *out, const char *section);

#endif
