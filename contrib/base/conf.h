/*
 * Settings: one table is the parser, the checker, `-n`, and the manual.
 *
 * A file is lines of `name = value`, `#` comments, and `[section label]`
 * headers; UTF-8. A repeated section (source) gets a record per header.
 * Every error names file, line, setting, what was found and what was
 * expected; all errors of a file are reported, not just the first.
 */
#ifndef ZQ_BASE_CONF_H
#define ZQ_BASE_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "contrib/base/buf.h"

#define CONF_VALUE_MAX 8192	/* bytes: longer ones are slips, as in a file
				 * that lost its line ends */

enum conf_type {
	CONF_TEXT,	/* char *, owned by the record */
	CONF_PATH,	/* char *, relative to the file's directory */
	CONF_LIST,	/* char **, NULL-ended; words, blanks between; a first
			 * word "+" stands for those of the preset */
	CONF_NUMBER,	/* uint64_t, least..most */
	CONF_BYTES,	/* uint64_t; 4096, 64k, 256M, 1G */
	CONF_TIME,	/* uint64_t ms; 500ms, 5s, 10m, 24h, 90d */
	CONF_BOOL,	/* bool; yes or no */
};

struct conf_def {
	const char *section;	/* "" for lines before any header */
	const char *name;
	enum conf_type type;
	size_t offset;		/* into the section's record */
	const char *preset;	/* as it would stand in the file; NULL: must
				 * be given */
	uint64_t least, most;	/* for numbers, bytes, times (ms) */
	const char *unit;	/* for the manual: "bytes", "items", NULL */
	const char *about;	/* the manual's paragraph */
};

struct conf_section {
	const char *name;	/* "" is the top */
	size_t size;		/* of its record */
	bool many;		/* one record per header; the label is given */
};

struct conf;	/* a file read: records by section */

/* The tables are kept. NULL if anything was wrong; then `why` (lines) says
 * what. A file that can't be opened is such an error too. */
struct conf *conf_read(const char *path, const struct conf_section *sections,
    size_t section_count, const struct conf_def *defs, size_t def_count,
    struct buf *why);
/* The same for whoever judges on, so that all is said at once: what is wrong
 * has its preset, or is NULL or 0 if there is none. NULL: there is no file to
 * read. *good: nothing was wrong. */
struct conf *conf_read_anyway(const char *path,
    const struct conf_section *sections, size_t section_count,
    const struct conf_def *defs, size_t def_count, struct buf *why,
    bool *good);
void conf_free(struct conf *c);

/* The n-th record of a section, with its label ("" for none), or NULL. A
 * section that isn't `many` always has a record 0, filled with presets. */
const void *conf_get(const struct conf *c, const char *section, size_t n,
    const char **label);

/* The same record for whoever keeps in it what no file says. */
void *conf_record(struct conf *c, const char *section, size_t n);

/* The line of that setting, or of the section if it has none; 0: neither.
 * section and label: "" for the top; name: "" for all of the section. */
size_t conf_line_of(const struct conf *c, const char *section,
    const char *label, const char *name);

/* For whoever finds later what is wrong with a value: "hub.conf:7: ", the path
 * alone if it isn't there; and "hub.conf:7: [rule down]: for: ". */
void conf_place(struct buf *why, const struct conf *c, const char *path,
    const char *section, const char *label, const char *name);
void conf_begin(struct buf *why, const struct conf *c, const char *path,
    const char *section, const char *label, const char *name);

/* The table as mdoc(7) list items (.It Ic name ...), for the manual; and as
 * a commented example file. `most` 0 means no bound. */
void conf_manual(struct buf *b, const struct conf_def *defs, size_t count,
    const char *section);
void conf_example(struct buf *b, const struct conf_def *defs, size_t count,
    const char *section);

/* Edits a file in place, atomically (write beside, fsync, rename), keeping
 * comments: adds or removes a section with its lines. False: why says. */
bool conf_add_section(const char *path, const char *section,
    const char *label, const char *lines, struct buf *why);
bool conf_remove_section(const char *path, const char *section,
    const char *label, struct buf *why);

#endif
