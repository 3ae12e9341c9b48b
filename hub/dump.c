/*
 * Dump: one pass out, two passes in.
 */
#include "hub/dump.h"

#include <errno.h>
#include <inttypes.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/lang.h"
#include "contrib/base/mem.h"
#include "protocol/limits.h"
#include "protocol/wire.h"

#define HEAD (8 + 8 + 8)
#define ENTRY_HEAD (8 + 8 + 4 + 8 + 8 + JOURNAL_CHAIN + 4)
#define SUM 32
#define AT_ONCE 1000		/* entries in one group, or between tells */

static const uint8_t magic[8] = { 'Z', 'Q', 'D', 'U', 'M', 'P', '1', '\n' };

static EVP_MD_CTX *
sum_begin(void)
{
	EVP_MD_CTX *sum = EVP_MD_CTX_new();

	must(sum != NULL && EVP_DigestInit_ex(sum, EVP_sha256(), NULL) == 1);
	return sum;
}

/* --- out ------------------------------------------------------------------ */

struct out {
	FILE *file;
	EVP_MD_CTX *sum;
	uint64_t done, of;
	bool good;
	int number;		/* errno, of what wasn't good */
};

static void
put(struct out *o, const void *at, size_t n)
{
	if (n == 0)
		return;
	must(EVP_DigestUpdate(o->sum, at, n) == 1);
	if (!o->good || fwrite(at, 1, n, o->file) == n)
		return;
	o->good = false;
	o->number = errno;
}

static void
put_head(struct out *o)
{
	uint8_t head[HEAD];

	memcpy(head, magic, 8);
	wire_put_u64(head + 8, (uint64_t)clock_wall());
	wire_put_u64(head + 16, o->of);
	put(o, head, sizeof(head));
}

static bool
put_entry(void *arg, const struct entry *e)
{
	struct out *o = arg;
	uint8_t head[1 + ENTRY_HEAD], *at = head;

	if (e->place <= o->done)
		return true;	/* again: journals may */
	*at++ = 'E';
	wire_put_u64(at, e->place);
	wire_put_u64(at + 8, (uint64_t)e->at);
	wire_put_u32(at + 16, e->site);
	wire_put_u64(at + 20, e->incarnation);
	wire_put_u64(at + 28, e->seq);
	memcpy(at + 36, e->chain, JOURNAL_CHAIN);
	wire_put_u32(at + 36 + JOURNAL_CHAIN, (uint32_t)e->body.n);
	put(o, head, sizeof(head));
	put(o, e->body.at, e->body.n);
	o->done = e->place;
	return o->good && o->done < o->of;
}

bool
dump_write(struct journal *j, FILE *f, dump_tell_fn *tell, void *arg,
    struct buf *why)
{
	struct out o = { .file = f, .of = journal_last(j), .good = true };
	uint8_t sum[SUM];

	o.sum = sum_begin();
	put_head(&o);
	while (o.good && o.done < o.of) {
		journal_read(j, o.done + 1, AT_ONCE, put_entry, &o);
		if (tell != NULL)
			tell(arg, o.done, o.of);
	}
	put(&o, "Z", 1);
	must(EVP_DigestFinal_ex(o.sum, sum, NULL) == 1);
	EVP_MD_CTX_free(o.sum);
	if (o.good && fwrite(sum, 1, SUM, f) == SUM && fflush(f) == 0)
		return true;
	buf_printf(why, _("the dump could not be written: %s"),
	    strerror(o.good ? errno : o.number));
	return false;
}

/* --- in ------------------------------------------------------------------- */

struct in {
	FILE *file;
	EVP_MD_CTX *sum;
	uint64_t done, of;
	struct buf body;
	struct buf *why;
};

static bool
bad(struct in *in, const char *what)
{
	buf_printf(in->why, _("not a whole dump: %s (after entry %" PRIu64
	    ", at byte %ld)"), what, in->done, ftell(in->file));
	return false;
}

static bool
get(struct in *in, void *at, size_t n)
{
	if (fread(at, 1, n, in->file) != n)
		return bad(in, _("it is cut short"));
	must(EVP_DigestUpdate(in->sum, at, n) == 1);
	return true;
}

static bool
get_head(struct in *in)
{
	uint8_t head[HEAD];

	rewind(in->file);
	in->done = 0;
	if (!get(in, head, sizeof(head)))
		return false;
	if (memcmp(head, magic, 6) != 0)
		return bad(in, _("it does not begin as one"));
	if (memcmp(head, magic, 8) != 0)
		return bad(in, _("it is of a newer version of zqhub"));
	in->of = wire_get_u64(head + 16);
	return true;
}

static bool
get_body(struct in *in, uint32_t n)
{
	char block[4096];

	if (n > LIMIT_CHANGE)
		return bad(in, _("an entry is longer than any can be"));
	buf_reset(&in->body);
	while (n > 0) {
		size_t some = n < sizeof(block) ? n : sizeof(block);

		if (!get(in, block, some))
			return false;
		buf_put(&in->body, block, some);
		n -= (uint32_t)some;
	}
	return true;
}

static bool
get_entry(struct in *in, struct entry *e)
{
	uint8_t head[1 + ENTRY_HEAD], *at = head + 1;

	if (!get(in, head, sizeof(head)))
		return false;
	*e = (struct entry){
		.place = wire_get_u64(at),
		.at = (int64_t)wire_get_u64(at + 8),
		.site = wire_get_u32(at + 16),
		.incarnation = wire_get_u64(at + 20),
		.seq = wire_get_u64(at + 28),
	};
	memcpy(e->chain, at + 36, JOURNAL_CHAIN);
	if (head[0] != 'E' || e->place != in->done + 1)
		return bad(in, _("an entry was expected"));
	if (!get_body(in, wire_get_u32(at + 36 + JOURNAL_CHAIN)))
		return false;
	e->body = buf_look(&in->body);
	in->done++;
	return true;
}

static bool
get_end(struct in *in)
{
	uint8_t mark, sum[SUM], expected[SUM];

	if (!get(in, &mark, 1))
		return false;
	if (mark != 'Z')
		return bad(in, _("its end was expected"));
	must(EVP_DigestFinal_ex(in->sum, expected, NULL) == 1);
	if (fread(sum, 1, SUM, in->file) != SUM)
		return bad(in, _("it is cut short"));
	if (memcmp(sum, expected, SUM) != 0)
		return bad(in, _("its checksum does not fit: it was damaged"));
	if (fgetc(in->file) != EOF)
		return bad(in, _("something follows its end"));
	return true;
}

static void
open_in(struct in *in, FILE *f, struct buf *why)
{
	*in = (struct in){ .file = f, .why = why };
	in->sum = sum_begin();
	buf_init(&in->body, LIMIT_CHANGE);
}

static void
close_in(struct in *in)
{
	EVP_MD_CTX_free(in->sum);
	buf_clear(&in->body);
}

bool
dump_check(FILE *f, uint64_t *entries, dump_tell_fn *tell, void *arg,
    struct buf *why)
{
	struct entry e;
	struct in in;
	bool good;

	open_in(&in, f, why);
	good = get_head(&in);
	while (good && in.done < in.of) {
		good = get_entry(&in, &e);
		if (tell != NULL && in.done % AT_ONCE == 0)
			tell(arg, in.done, in.of);
	}
	good = good && get_end(&in);
	*entries = in.of;
	close_in(&in);
	rewind(f);
	return good;
}

/* --- into the journal ----------------------------------------------------- */

/* Steps over what an interrupted load has taken already. */
static bool
skip(struct in *in, struct journal *j)
{
	uint64_t last = journal_last(j);
	uint8_t chain[JOURNAL_CHAIN];
	struct entry e = { .place = 0 };

	if (last == 0)
		return true;
	journal_head(j, chain);
	while (in->done < last && in->done < in->of) {
		if (!get_entry(in, &e))
			return false;
	}
	if (last < in->of && e.place == last &&
	    memcmp(e.chain, chain, JOURNAL_CHAIN) == 0)
		return true;
	buf_text(in->why, _("this hub's journal is not empty: a dump is "
	    "loaded into a new hub (zqhub init --dir …)"));
	return false;
}

/* Up to AT_ONCE entries from here; true once they are durable. */
static bool
load_group(struct in *in, struct journal *j)
{
	struct entry e;

	journal_begin(j);
	for (int n = 0; n < AT_ONCE && in->done < in->of; n++) {
		if (!get_entry(in, &e) || !journal_restore(j, &e)) {
			if (in->why->n == 0)
				bad(in, _("an entry does not continue the "
				    "chain: it was changed"));
			journal_commit(j);
			return false;
		}
	}
	return true;
}

static bool
load_all(struct in *in, struct journal *j, dump_tell_fn *tell, void *arg)
{
	while (in->done < in->of) {
		long at = ftell(in->file);
		uint64_t done = in->done;
		enum db_result r;

		if (!load_group(in, j))
			return false;
		r = journal_commit(j);
		if (r == DB_FULL) {
			buf_text(in->why, _("the disk is full: make space "
			    "and load again, it goes on from here"));
			return false;
		}
		if (r == DB_AGAIN) {
			fseek(in->file, at, SEEK_SET);
			in->done = done;
		} else if (tell != NULL) {
			tell(arg, in->done, in->of);
		}
	}
	return true;
}

bool
dump_load(struct journal *j, FILE *f, dump_tell_fn *tell, void *arg,
    struct buf *why)
{
	struct in in;
	bool good;

	open_in(&in, f, why);
	good = get_head(&in) && skip(&in, j) && load_all(&in, j, tell, arg);
	close_in(&in);
	return good;
}
