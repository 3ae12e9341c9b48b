/* Looking at files; see look.h. */
#include "agent/look.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/media.h"
#include "agent/page.h"
#include "agent/tidy.h"
#include "contrib/base/buf.h"
#include "contrib/base/charset.h"
#include "contrib/base/clock.h"
#include "contrib/base/lang.h"
#include "contrib/base/mem.h"
#include "contrib/base/text.h"
#include "protocol/limits.h"
#include "protocol/sha.h"

#define CHUNK (256u << 10)

struct look {
	struct page *page;
	struct charset *charset;	/* for names of files */
	size_t page_max;
	char *bytes;		/* of the page, or the chunk being hashed */
	size_t room;
	struct buf title, name, trouble;
	struct sha sum;
};

struct look *
look_new(size_t page_max, int zone)
{
	struct look *l = mem_new(sizeof(*l));
	uint8_t none[32];

	l->page = page_new(zone);
	l->charset = charset_open();
	l->page_max = page_max;
	l->room = CHUNK;
	l->bytes = mem_new(l->room);
	buf_init(&l->title, LIMIT_TEXT);
	buf_init(&l->name, LIMIT_URL);
	buf_init(&l->trouble, LIMIT_TEXT);
	sha_begin(&l->sum);	/* loads what libcrypto needs, once */
	sha_end(&l->sum, none);
	return l;
}

void
look_free(struct look *l)
{
	if (l == NULL)
		return;
	page_free(l->page);
	charset_close(l->charset);
	buf_clear(&l->title);
	buf_clear(&l->name);
	buf_clear(&l->trouble);
	free(l->bytes);
	free(l);
}

/* Reads up to n bytes at `from`; fewer only at the end. -1: errno. */
static ssize_t
read_at(int fd, char *to, size_t n, off_t from)
{
	size_t have = 0;

	while (have < n) {
		ssize_t got = pread(fd, to + have, n - have,
		    from + (off_t)have);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -1;
		if (got == 0)
			break;
		have += (size_t)got;
	}
	return (ssize_t)have;
}

/* Room for all of a page that is looked into, and one byte more that shows
 * whether it grew. */
static void
make_room(struct look *l, off_t size)
{
	size_t want = size > (off_t)l->page_max ? l->page_max :
	    (size_t)size + 1;

	if (want < CHUNK)
		want = CHUNK;
	if (want > l->room || l->room > 4 * want) {
		l->bytes = mem_grow(l->bytes, want, 1);
		l->room = want;
	}
}

/* Hashes all from `from` on; the size that was read, or -1. */
static off_t
hash_rest(struct look *l, int fd, off_t from)
{
	char *chunk = mem_new(CHUNK);
	ssize_t got;

	while ((got = read_at(fd, chunk, CHUNK, from)) > 0) {
		sha_add(&l->sum, chunk, (size_t)got);
		from += got;
	}
	free(chunk);
	return got < 0 ? -1 : from;
}

static void
fail(struct look *l, struct record *r, const char *what)
{
	buf_reset(&l->trouble);
	buf_printf(&l->trouble, _("could not be read: %s"), what);
	r->outcome = RECORD_FAILED;
	r->trouble = text_cut(buf_look(&l->trouble), LIMIT_TEXT);
}

/* Names of files that came from Windows are in its character set. */
static void
name_as_title(struct look *l, struct span name, struct record *r)
{
	struct span file = media_file_name(name);

	buf_reset(&l->title);
	buf_reset(&l->name);
	if (text_is_utf8(file))
		tidy_text(&l->title, file, LIMIT_TEXT);
	else if (charset_read(l->charset, &l->name, file, CHARSET_GB18030))
		tidy_text(&l->title, buf_look(&l->name), LIMIT_TEXT);
	r->word[WORD_TITLE] = buf_look(&l->title);
}

static bool
same_file(const struct stat *a, const struct stat *b)
{
	return a->st_size == b->st_size &&
	    a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	    a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* All of it goes through the hash; the head stays in l->bytes. -1: errno. */
static off_t
read_whole(struct look *l, int fd, off_t size, size_t *head, uint8_t hash[32])
{
	ssize_t got;
	off_t all;

	make_room(l, size);
	got = read_at(fd, l->bytes, l->room, 0);
	if (got < 0)
		return -1;
	*head = (size_t)got;
	sha_begin(&l->sum);
	sha_add(&l->sum, l->bytes, (size_t)got);
	all = (size_t)got < l->room ? got : hash_rest(l, fd, got);
	sha_end(&l->sum, hash);
	return all;
}

/* Files from before 1970 or after 9999 have no time that can be told. */
static int64_t
time_of(const struct stat *st)
{
	if (st->st_mtim.tv_sec < 0 ||
	    st->st_mtim.tv_sec >= clock_civil(10000, 1, 1, 0, 0, 0) / 1000)
		return CLOCK_NONE;
	return (int64_t)st->st_mtim.tv_sec * 1000 +
	    st->st_mtim.tv_nsec / 1000000;
}

static void
look_into(struct look *l, struct span url, size_t head, struct record *r)
{
	size_t n = head < l->page_max ? head : l->page_max;

	page_read(l->page, &(struct page_source){
	    .bytes = { l->bytes, n }, .url = url,
	    .cut = n < r->length }, r);
}

void
look_at(struct look *l, int fd, struct span url, struct span name,
    struct record *r)
{
	struct stat before, after;
	struct media m;
	size_t head;
	off_t all;

	record_init(r);
	if (fstat(fd, &before) != 0 || !S_ISREG(before.st_mode)) {
		fail(l, r, _("it is no regular file"));
		return;
	}
	all = read_whole(l, fd, before.st_size, &head, r->hash);
	if (all < 0) {
		fail(l, r, strerror(errno));
		return;
	}
	if (fstat(fd, &after) != 0 || !same_file(&before, &after) ||
	    all != before.st_size) {
		r->outcome = RECORD_CHANGED;
		return;
	}
	m = media_of(name.n > 0 ? name : url, (struct span){ l->bytes, head });
	r->length = (uint64_t)all;
	r->modified = time_of(&before);
	r->type = span_of(m.type);
	if (m.is_page)
		look_into(l, url, head, r);
	else if (m.is_document)
		name_as_title(l, name, r);
}
