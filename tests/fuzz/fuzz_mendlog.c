/*
 * A mending log as a disk or a hand has left it: any bytes, or (behind an 'r')
 * records with good sums, each with its length before it. It is opened or
 * refused; what it has is within it; a page that is put is the newest one when
 * it is opened again, and stays when the log is shortened.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/mendlog.h"
#include "contrib/base/err.h"
#include "protocol/sha.h"
#include "protocol/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char dir[] = "/tmp/zq-fuzz-mendlog-XXXXXX";
static char file[64];

static void
tidy(void)
{
	(void)unlink(file);
	(void)rmdir(dir);
}

static void
put(struct span bytes)
{
	int fd;

	if (file[0] == '\0') {
		must(mkdtemp(dir) != NULL);
		(void)snprintf(file, sizeof(file), "%s/mended", dir);
		atexit(tidy);
	}
	fd = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	must(fd >= 0 && write(fd, bytes.at, bytes.n) == (ssize_t)bytes.n);
	close(fd);
}

static void
put_records(struct span bytes)
{
	struct reader r = reader_of(bytes);
	uint8_t hash[32];
	struct span record;
	struct buf b;

	buf_init(&b, 2u << 20);
	buf_text(&b, "zqmend1\n");
	while (reader_left(&r) > 0 && !r.bad) {
		record = read_span(&r);
		sha_of(hash, record);
		write_u32(&b, (uint32_t)record.n);
		buf_span(&b, record);
		buf_put(&b, hash, 4);
	}
	put(buf_look(&b));
	buf_clear(&b);
}

struct seen {
	uint64_t run, place;
	size_t count;
};

/* Newest first. */
static bool
on_page(void *arg, const struct mendlog_page *p)
{
	struct seen *s = arg;

	must(s->count == 0 || p->place < s->place);
	for (size_t i = 0; i < p->count; i++)
		must(p->edit[i].old.n + p->edit[i].new.n < 2u << 20);
	if (s->count++ == 0)
		s->run = p->run;
	s->place = p->place;
	return true;
}

static struct seen
look(struct mendlog *l)
{
	struct seen s = { .run = 0 };

	mendlog_each(l, on_page, &s);
	return s;
}

static void
add(struct mendlog *l, struct buf *why)
{
	const struct mend_edit edit = { .at = 3, .old = SPAN("a"),
	    .new = SPAN("bc") };
	const struct mendlog_page p = { .run = mendlog_last(l) + 1, .when = 5,
	    .letters = 9, .source = SPAN("www"), .path = SPAN("a.html"),
	    .after = "one that nobody else has", .edit = &edit, .count = 1 };
	uint64_t letters, dropped;
	int64_t when;

	must(mendlog_put(l, &p, why));
	must(look(l).run == p.run && mendlog_last(l) >= p.run);
	must(mendlog_made(l, p.after, &letters, &when) && letters == 9 &&
	    when == 5);
	must(mendlog_trim(l, INT64_MAX, 0, &dropped, why));
	must(look(l).run == p.run);
	must(mendlog_undone(l, look(l).place, why));
}

static void
open_it(struct buf *why)
{
	struct mendlog *l = mendlog_open(dir, why);
	struct seen before, now;
	uint64_t last;

	must((l == NULL) == (why->n > 0));
	if (l == NULL)
		return;
	before = look(l);
	last = mendlog_last(l);
	mendlog_close(l);
	l = mendlog_open(dir, why);
	must(l != NULL && mendlog_last(l) == last);
	now = look(l);
	must(now.count == before.count && now.run == before.run);
	if (last < UINT64_MAX)
		add(l, why);
	mendlog_close(l);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span s = { (const char *)data, size };
	struct buf why;

	if (size > 1u << 20)
		return 0;
	if (size > 0 && data[0] == 'r')
		put_records((struct span){ s.at + 1, s.n - 1 });
	else
		put(s);
	buf_init(&why, 65536);
	open_it(&why);
	buf_clear(&why);
	return 0;
}
