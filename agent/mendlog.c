/*
 * See mendlog.h.
 *
 * The file is a mark and records: length, payload, the head of the payload's
 * SHA-256. A record that was cut off by a crash is the last one, and no page
 * was replaced for it: it goes when the log is opened next. What isn't whole and
 * has whole ones behind it is left out, and they stay, wherever they begin. What
 * is kept in memory is where each record is, and the hashes of what was made.
 */
#include "agent/mendlog.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/mendlog_private.h"
#include "contrib/base/lang.h"
#include "contrib/base/mem.h"
#include "protocol/sha.h"
#include "protocol/wire.h"

#define MARK SPAN("zqmend1\n")
#define AROUND 8		/* bytes of length and hash of a record */
#define OPEN_TRIES 8		/* while others put another in its place */
#define SEEK 65536		/* bytes in which one is sought at a time … */
#define SEEK_HEAD 9		/* … of which each begins with so many: length,
				 * kind, half a number that isn't high */

/* --- records ------------------------------------------------------------ */

static bool
read_at(const struct mendlog *l, uint64_t at, void *out, size_t n)
{
	ssize_t got = pread(l->fd, out, n, (off_t)at);

	return got >= 0 && (size_t)got == n;
}

uint64_t
mendlog_read_record(struct mendlog *l, uint64_t at)
{
	uint8_t head[4], tail[4], hash[32];
	uint32_t n;
	char *room;
	bool ok;

	if (!read_at(l, at, head, sizeof(head)))
		return 0;
	n = wire_get_u32(head);
	if (n == 0 || n > MENDLOG_RECORD_MAX)
		return 0;
	room = mem_new(n);
	ok = read_at(l, at + 4, room, n) &&
	    read_at(l, at + 4 + n, tail, sizeof(tail));
	buf_reset(&l->row);
	if (ok)
		buf_put(&l->row, room, n);
	free(room);
	sha_of(hash, buf_look(&l->row));
	return ok && memcmp(hash, tail, sizeof(tail)) == 0 ? AROUND + n : 0;
}

static bool
write_at(const struct mendlog *l, uint64_t at, struct span s)
{
	while (s.n > 0) {
		ssize_t n = pwrite(l->fd, s.at, s.n, (off_t)at);

		if (n < 0 && errno != EINTR)
			return false;
		if (n > 0) {
			s.at += n;
			s.n -= (size_t)n;
			at += (uint64_t)n;
		}
	}
	return true;
}

bool
mendlog_add_record(struct mendlog *l, struct span payload)
{
	uint8_t hash[32];
	struct buf b;
	bool ok;

	buf_init(&b, MENDLOG_RECORD_MAX + AROUND);
	sha_of(hash, payload);
	write_u32(&b, (uint32_t)payload.n);
	buf_span(&b, payload);
	buf_put(&b, hash, 4);
	errno = EFBIG;
	ok = !b.bad && write_at(l, l->end, buf_look(&b));
	if (ok)
		l->end += b.n;
	buf_clear(&b);
	return ok;
}

/* Durable, or as if it had never been. */
static bool
append(struct mendlog *l, const struct buf *row, struct buf *why)
{
	uint64_t end = l->end;

	errno = EFBIG;
	if (!row->bad && mendlog_add_record(l, buf_look(row)) &&
	    fdatasync(l->fd) == 0)
		return true;
	l->end = end;
	buf_printf(why, _("what is mended can't be written down "
	    "(DIR/mended): %s"), strerror(errno));
	return false;
}

/* --- pages -------------------------------------------------------------- */

/* The slot of such a hash, or the free one where it would be. */
static uint32_t *
find_slot(const struct mendlog *l, const uint8_t after[32], size_t *from)
{
	uint32_t *slot;

	for (;; *from = (*from + 1) % (2 * l->room)) {
		slot = &l->slot[*from];
		if (*slot == 0 || memcmp(l->place[*slot - 1].after, after,
		    32) == 0)
			return slot;
	}
}

static size_t
first_slot(const struct mendlog *l, const uint8_t after[32])
{
	return (size_t)(wire_get_u64(after) % (2 * l->room));
}

/* Of several with the same hash the last one stays. */
static void
index_place(struct mendlog *l, size_t i)
{
	size_t from = first_slot(l, l->place[i].after);
	uint32_t *slot = find_slot(l, l->place[i].after, &from);

	*slot = (uint32_t)i + 1;
}

static void
make_room(struct mendlog *l)
{
	l->room = l->room > 0 ? l->room * 2 : 64;
	l->place = mem_grow(l->place, l->room, sizeof(*l->place));
	free(l->slot);
	l->slot = mem_new(2 * l->room * sizeof(*l->slot));
	for (size_t i = 0; i < l->count; i++)
		index_place(l, i);
}

void
mendlog_note(struct mendlog *l, const struct mendlog_page *p)
{
	struct mendlog_place *e;

	if (l->count == l->room)
		make_room(l);
	e = &l->place[l->count];
	*e = (struct mendlog_place){ .at = p->place, .run = p->run,
	    .letters = p->letters, .when = p->when };
	memcpy(e->after, p->after, sizeof(e->after));
	index_place(l, l->count++);
	if (p->run > l->last)
		l->last = p->run;
}

static void
write_page(struct buf *b, const struct mendlog_page *p)
{
	write_u8(b, MENDLOG_PAGE);
	write_u64(b, p->run);
	write_u64(b, (uint64_t)p->when);
	write_u64(b, p->letters);
	write_span(b, p->source);
	write_span(b, p->path);
	buf_put(b, p->before, sizeof(p->before));
	buf_put(b, p->after, sizeof(p->after));
	write_varint(b, p->count);
	for (size_t i = 0; i < p->count; i++) {
		write_u64(b, p->edit[i].at);
		write_span(b, p->edit[i].old);
		write_span(b, p->edit[i].new);
	}
}

/* See write_page() for the other side. */
static bool
read_page(struct mendlog *l, struct reader *r, struct mendlog_page *p)
{
	struct span hash;

	p->run = read_u64(r);
	p->when = (int64_t)read_u64(r);
	p->letters = read_u64(r);
	p->source = read_span(r);
	p->path = read_span(r);
	hash = read_bytes(r, sizeof(p->before));
	if (hash.n == sizeof(p->before))
		memcpy(p->before, hash.at, hash.n);
	hash = read_bytes(r, sizeof(p->after));
	if (hash.n == sizeof(p->after))
		memcpy(p->after, hash.at, hash.n);
	p->count = (size_t)read_varint(r);
	p->edit = l->edit;
	if (p->count > MENDPAGE_EDITS_MAX)
		return false;
	for (size_t i = 0; i < p->count; i++) {
		struct mend_edit *e = &l->edit[i];

		*e = (struct mend_edit){ .at = read_u64(r) };
		e->old = read_span(r);
		e->new = read_span(r);
	}
	return reader_done(r);
}

static int
by_place(const void *key, const void *element)
{
	uint64_t at = *(const uint64_t *)key;
	const struct mendlog_place *p = element;

	return (at > p->at) - (at < p->at);
}

static struct mendlog_place *
find_place(struct mendlog *l, uint64_t at)
{
	return l->count == 0 ? NULL : bsearch(&at, l->place, l->count,
	    sizeof(*l->place), by_place);
}

/* --- opening ------------------------------------------------------------ */

static void
take_record(struct mendlog *l, uint64_t at)
{
	struct reader r = reader_of(buf_look(&l->row));
	struct mendlog_page p = { .place = at };
	struct mendlog_place *e;
	uint8_t kind = read_u8(&r);

	if (kind == MENDLOG_PAGE && read_page(l, &r, &p))
		mendlog_note(l, &p);
	if (kind == MENDLOG_LAST)
		l->last = read_u64(&r);
	if (kind == MENDLOG_UNDONE && (e = find_place(l, read_u64(&r))) != NULL)
		e->undone = true;
}

bool
mendlog_mark(struct mendlog *l)
{
	char mark[16];
	struct stat st;

	if (fstat(l->fd, &st) != 0)
		return false;
	if (st.st_size == 0 && !write_at(l, 0, MARK))
		return false;
	errno = EINVAL;
	return read_at(l, 0, mark, MARK.n) &&
	    memcmp(mark, MARK.at, MARK.n) == 0;
}

/* What root makes in the agent's directory is the agent's. */
static void
give_away(const struct mendlog *l)
{
	struct stat st;

	if (geteuid() == 0 && fstat(l->dir, &st) == 0 && st.st_uid != 0 &&
	    fchown(l->fd, st.st_uid, st.st_gid) != 0)
		return;		/* it is still root's to read */
}

/* Who may write into the directory, and nowhere else, could have put another
 * name of somebody's file there: root gives away none such. */
static bool
has_other_names(const struct mendlog *l)
{
	struct stat st;

	return fstat(l->fd, &st) != 0 || !S_ISREG(st.st_mode) ||
	    st.st_nlink > 1;
}

/* Has nobody put another in its place since it was opened? */
static bool
is_in_place(const struct mendlog *l, const char *name)
{
	struct stat here, there;

	return fstat(l->fd, &here) == 0 && fstatat(l->dir, name, &there,
	    AT_SYMLINK_NOFOLLOW) == 0 && here.st_ino == there.st_ino &&
	    here.st_dev == there.st_dev;
}

bool
mendlog_open_file(struct mendlog *l, const char *name, int flags)
{
	for (int i = 0; i < OPEN_TRIES; i++) {
		l->fd = openat(l->dir, name, O_RDWR | O_CREAT | O_NOFOLLOW |
		    O_CLOEXEC | flags, 0600);
		if (l->fd < 0)
			return false;
		errno = EMLINK;
		if (has_other_names(l))
			return false;
		give_away(l);
		if (flock(l->fd, LOCK_EX | LOCK_NB) != 0)
			return false;
		if (is_in_place(l, name))
			return true;
		close(l->fd);
		l->fd = -1;
	}
	errno = EWOULDBLOCK;
	return false;
}

struct mendlog *
mendlog_new(int dir)
{
	struct mendlog *l = mem_new(sizeof(*l));

	buf_init(&l->row, MENDLOG_RECORD_MAX);
	l->dir = dir;
	l->fd = -1;
	l->end = MARK.n;
	return l;
}

/* How long the one is that stands at the end of what was read and isn't whole,
 * if there is a whole one behind it: no crash does that, but a bad disk. */
static uint64_t
skip_damaged(struct mendlog *l)
{
	uint8_t head[4];
	uint64_t n;

	if (!read_at(l, l->end, head, sizeof(head)))
		return 0;
	n = (uint64_t)AROUND + wire_get_u32(head);
	return mendlog_read_record(l, l->end + n) > 0 ? n : 0;
}

/* Could a record begin so? */
static bool
may_begin(const uint8_t head[SEEK_HEAD])
{
	uint32_t n = wire_get_u32(head), high = wire_get_u32(head + 5);

	if (head[4] == MENDLOG_PAGE)
		return high == 0 && n <= MENDLOG_RECORD_MAX;
	return high == 0 && n == 1 + sizeof(uint64_t) &&
	    (head[4] == MENDLOG_UNDONE || head[4] == MENDLOG_LAST);
}

/* The next whole one, where the length can't be believed, either: *n bytes
 * behind what was read; 0: there is none. False: nobody knows, it can't be
 * read. */
static bool
seek_whole(struct mendlog *l, uint64_t *n)
{
	uint8_t *room = mem_new(SEEK);
	uint64_t at = l->end;
	ssize_t got = 0;

	*n = 0;
	while (*n == 0 && (got = pread(l->fd, room, SEEK, (off_t)at)) >=
	    SEEK_HEAD) {
		for (ssize_t i = 0; *n == 0 && i + SEEK_HEAD <= got; i++)
			if (may_begin(room + i) && mendlog_read_record(l,
			    at + (uint64_t)i) > 0)
				*n = at + (uint64_t)i - l->end;
		at += (uint64_t)got - SEEK_HEAD + 1;
	}
	free(room);
	return *n > 0 || got >= 0;
}

/* False: some of it can't be read, which is no end. */
static bool
take_records(struct mendlog *l)
{
	for (;;) {
		uint64_t n = mendlog_read_record(l, l->end);
		bool whole = n > 0;

		if (whole)
			take_record(l, l->end);
		else if ((n = skip_damaged(l)) == 0 && !seek_whole(l, &n))
			return false;
		if (n == 0)
			return true;
		l->damaged += !whole;
		l->end += n;
	}
}

struct mendlog *
mendlog_open(const char *dir, struct buf *why)
{
	struct mendlog *l = mendlog_new(open(dir, O_RDONLY | O_DIRECTORY |
	    O_CLOEXEC));

	if (l->dir >= 0 && mendlog_open_file(l, MENDLOG_NAME, 0) &&
	    fsync(l->dir) == 0 && mendlog_mark(l) && take_records(l) &&
	    ftruncate(l->fd, (off_t)l->end) == 0)
		return l;
	if (errno == EWOULDBLOCK)
		buf_text(why, _("another zqagent mend is at work; try "
		    "again when it is done"));
	else
		buf_printf(why, "%s/mended: %s", dir,
		    strerror(errno));
	mendlog_close(l);
	return NULL;
}

void
mendlog_close(struct mendlog *l)
{
	if (l == NULL)
		return;
	if (l->fd >= 0)
		close(l->fd);
	if (l->dir >= 0)
		close(l->dir);
	buf_clear(&l->row);
	free(l->place);
	free(l->slot);
	free(l);
}

/* --- asking and writing ------------------------------------------------- */

uint64_t
mendlog_agent(const struct mendlog *l)
{
	struct stat st;

	return fstat(l->dir, &st) == 0 ? (uint64_t)st.st_ino ^
	    (uint64_t)st.st_dev << 48 : 0;
}

uint64_t
mendlog_last(const struct mendlog *l)
{
	return l->last;
}

uint64_t
mendlog_damaged(const struct mendlog *l)
{
	return l->damaged;
}

bool
mendlog_put(struct mendlog *l, const struct mendlog_page *p,
    struct buf *why)
{
	struct mendlog_page kept = *p;

	kept.place = l->end;
	buf_reset(&l->row);
	write_page(&l->row, p);
	if (!append(l, &l->row, why))
		return false;
	mendlog_note(l, &kept);
	return true;
}

bool
mendlog_undone(struct mendlog *l, uint64_t at, struct buf *why)
{
	struct mendlog_place *e = find_place(l, at);
	struct buf row;
	bool ok;

	buf_init(&row, 64);	/* a page that is looked at stays */
	write_u8(&row, MENDLOG_UNDONE);
	write_u64(&row, at);
	ok = append(l, &row, why);
	if (ok && e != NULL)
		e->undone = true;
	buf_clear(&row);
	return ok;
}

bool
mendlog_made(const struct mendlog *l, const uint8_t hash[32],
    uint64_t *letters, int64_t *when)
{
	size_t from;
	const uint32_t *slot;

	*letters = 0;
	*when = 0;
	if (l->count == 0)
		return false;
	from = first_slot(l, hash);
	slot = find_slot(l, hash, &from);
	if (*slot != 0) {
		*letters = l->place[*slot - 1].letters;
		*when = l->place[*slot - 1].when;
	}
	return *slot != 0;
}

void
mendlog_each(struct mendlog *l, mendlog_fn *fn, void *arg)
{
	size_t count = l->count;
	bool more = true;

	for (size_t i = count; i-- > 0 && more;) {
		struct mendlog_page p = { .place = l->place[i].at };
		struct reader r;

		if (l->place[i].undone || mendlog_read_record(l, p.place) == 0)
			continue;
		r = reader_of(buf_look(&l->row));
		if (read_u8(&r) == MENDLOG_PAGE && read_page(l, &r, &p))
			more = fn(arg, &p);
	}
}
