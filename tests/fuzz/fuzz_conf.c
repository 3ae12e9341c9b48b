/*
 * A settings file, whatever its bytes are: it is read, and then each number is
 * within its bounds and no word is missing, or there are complaints. To one
 * that is good a section can be added, and taken out again, and it is good
 * still.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "contrib/base/conf.h"
#include "contrib/base/err.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct top {
	char *text, *path;
	char **list;
	uint64_t number, bytes, time;
	bool yes;
};

struct source {
	char *root;
	uint64_t every;
};

static const struct conf_section sections[] = {
	{ .name = "", .size = sizeof(struct top) },
	{ .name = "source", .size = sizeof(struct source), .many = true },
};

#define TOP(m) .section = "", .offset = offsetof(struct top, m)
#define SOURCE(m) .section = "source", .offset = offsetof(struct source, m)

static const struct conf_def defs[] = {
	{ TOP(text), .name = "text", .type = CONF_TEXT, .preset = "a b" },
	{ TOP(path), .name = "path", .type = CONF_PATH, .preset = "x" },
	{ TOP(list), .name = "list", .type = CONF_LIST, .preset = "" },
	{ TOP(number), .name = "number", .type = CONF_NUMBER, .preset = "7",
	  .least = 5, .most = 500 },
	{ TOP(bytes), .name = "bytes", .type = CONF_BYTES, .preset = "64k",
	  .least = 4096 },
	{ TOP(time), .name = "time", .type = CONF_TIME, .preset = "5s",
	  .least = 500, .most = 86400000 },
	{ TOP(yes), .name = "yes", .type = CONF_BOOL, .preset = "no" },
	{ SOURCE(root), .name = "root", .type = CONF_PATH },
	{ SOURCE(every), .name = "every", .type = CONF_TIME, .preset = "1h",
	  .least = 1000, .most = 0 },
};

static char dir[] = "/tmp/zq-fuzz-conf-XXXXXX";
static char file[64];

static void
tidy(void)
{
	(void)unlink(file);
	(void)rmdir(dir);
}

static void
put(const uint8_t *data, size_t size)
{
	int fd;

	if (file[0] == '\0') {
		must(mkdtemp(dir) != NULL);
		(void)snprintf(file, sizeof(file), "%s/f.conf", dir);
		atexit(tidy);
	}
	fd = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	must(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	close(fd);
}

static void
judge_top(const struct top *t)
{
	must(t != NULL && t->text != NULL && t->path != NULL);
	for (char **word = t->list; word != NULL && *word != NULL; word++)
		must(**word != '\0' && strpbrk(*word, " \t") == NULL);
	must(t->number >= 5 && t->number <= 500 && t->bytes >= 4096);
	must(t->time >= 500 && t->time <= 86400000);
}

/* How many sources there are; -1: the file isn't good. */
static int
read_it(bool *has_label)
{
	struct buf why;
	struct conf *c;
	const struct source *s;
	const char *label;
	int n = 0;

	buf_init(&why, 1u << 20);
	*has_label = false;
	c = conf_read(file, sections, COUNT(sections), defs, COUNT(defs),
	    &why);
	must((c == NULL) == (why.n > 0) && !why.bad);
	buf_clear(&why);
	if (c == NULL)
		return -1;
	judge_top(conf_get(c, "", 0, NULL));
	while ((s = conf_get(c, "source", (size_t)n, &label)) != NULL) {
		must(s->root != NULL && s->every >= 1000 && label[0] != '\0');
		if (strcmp(label, "fuzz") == 0)
			*has_label = true;
		n++;
	}
	conf_free(c);
	return n;
}

static void
change(int n)
{
	struct buf why;
	bool has;

	buf_init(&why, 65536);
	if (!conf_add_section(file, "source", "fuzz", "root = /x\n", &why)) {
		must(why.n > 0);
	} else {
		must(read_it(&has) == n + 1 && has);
		must(conf_remove_section(file, "source", "fuzz", &why));
		must(read_it(&has) == n && !has);
	}
	buf_clear(&why);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	bool has;
	int n;

	put(data, size);
	n = read_it(&has);
	if (n >= 0 && n < 900 && !has && size < 65536)
		change(n);
	return 0;
}
