/*
 * Changing a settings file without its owner's editor: a section comes or
 * goes, every other byte stays. The new file is written beside the old one
 * and takes its place, owner and mode; whoever reads meanwhile sees the one
 * or the other.
 */
#include "contrib/base/conf.h"
#include "contrib/base/conf_line.h"
#include "contrib/base/fd.h"
#include "contrib/base/lang.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Fails only where the owner would really change and may not. */
static bool
same_owner(int fd, const struct stat *old)
{
	struct stat st;

	if (fchmod(fd, old->st_mode & 07777) != 0 || fstat(fd, &st) != 0)
		return false;
	return (st.st_uid == old->st_uid && st.st_gid == old->st_gid) ||
	    fchown(fd, old->st_uid, old->st_gid) == 0;
}

static bool
write_beside(const char *beside, const struct stat *old, struct span text)
{
	int fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	bool ok;

	if (fd < 0)
		return false;
	ok = same_owner(fd, old) && fd_write(fd, text) && fsync(fd) == 0;
	return close(fd) == 0 && ok;
}

/* Through a symbolic link to the file itself. */
static bool
replace(const char *path, struct span text, struct buf *why)
{
	char real[PATH_MAX], beside[PATH_MAX + 8];
	struct stat old;
	int error;
	bool ok = realpath(path, real) != NULL && stat(real, &old) == 0;

	if (ok) {
		snprintf(beside, sizeof(beside), "%s.new", real);
		unlink(beside);
		ok = write_beside(beside, &old, text) &&
		    rename(beside, real) == 0;
		error = errno;
		unlink(beside);
		errno = error;
	}
	if (!ok) {
		buf_printf(why, _("%s: can't write it: %s\n"), path,
		    strerror(errno));
		return false;
	}
	(void)fd_sync_dir_of(real);
	return true;
}

static bool
is_header(struct span line, const char *section, const char *label)
{
	struct span a, b;

	return conf_line_parse(line, &a, &b) == CONF_LINE_HEADER &&
	    span_is(a, span_of(section)) && span_is(b, span_of(label));
}

/* Where the header stands, from the start of text; text.n if nowhere. */
static size_t
find(struct span text, const char *section, const char *label)
{
	struct span rest = text;
	size_t at;

	while (rest.n != 0) {
		at = text.n - rest.n;
		if (is_header(conf_line_next(&rest), section, label))
			return at;
	}
	return text.n;
}

bool
conf_add_section(const char *path, const char *section, const char *label,
    const char *lines, struct buf *why)
{
	struct buf text;
	bool ok = false;

	buf_init(&text, CONF_FILE_MAX);
	if (!conf_line_is_label(span_of(label))) {
		buf_printf(why, _("%s: expected a name without brackets and "
		    "of at most %d bytes\n"), path, CONF_LABEL_MAX);
	} else if (!conf_line_load(path, &text, why)) {
		;
	} else if (find(buf_look(&text), section, label) < text.n) {
		buf_printf(why, _("%s: [%s %s] is there already; remove it "
		    "first\n"), path, section, label);
	} else {
		if (text.n != 0 && text.at[text.n - 1] != '\n')
			buf_byte(&text, '\n');
		buf_printf(&text, "\n[%s %s]\n%s", section, label, lines);
		if (text.at[text.n - 1] != '\n')
			buf_byte(&text, '\n');
		ok = !text.bad && replace(path, buf_look(&text), why);
		if (text.bad)
			buf_printf(why, _("%s: it would grow over %u bytes\n"),
			    path, CONF_FILE_MAX);
	}
	buf_clear(&text);
	return ok;
}

/* How much of text, which begins with a header, belongs to that section:
 * comments right above the next header are the next one's. */
static size_t
section_size(struct span text)
{
	struct span rest = text, line, a, b;
	enum conf_line_kind kind;
	size_t comments = 0, at;

	conf_line_next(&rest);
	while (rest.n != 0) {
		at = text.n - rest.n;
		line = conf_line_next(&rest);
		kind = conf_line_parse(line, &a, &b);
		if (kind == CONF_LINE_HEADER)
			return comments != 0 ? comments : at;
		if (line.n == 0 || line.at[0] != '#')
			comments = 0;
		else if (comments == 0)
			comments = at;
	}
	return text.n;
}

bool
conf_remove_section(const char *path, const char *section,
    const char *label, struct buf *why)
{
	struct buf text, left;
	struct span s;
	size_t at, n;
	bool ok = false;

	buf_init(&text, CONF_FILE_MAX);
	buf_init(&left, CONF_FILE_MAX);
	if (conf_line_load(path, &text, why)) {
		s = buf_look(&text);
		at = find(s, section, label);
		if (at == s.n) {
			buf_printf(why, _("%s: there is no [%s %s]\n"), path,
			    section, label);
		} else {
			n = section_size((struct span){ s.at + at, s.n - at });
			buf_put(&left, s.at, at);
			buf_put(&left, s.at + at + n, s.n - at - n);
			ok = replace(path, buf_look(&left), why);
		}
	}
	buf_clear(&text);
	buf_clear(&left);
	return ok;
}
