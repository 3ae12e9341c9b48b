/*
 * A dump from anywhere: refused with a sentence, and then what was taken of it
 * is a journal nevertheless. Mended, so that count, places, chain and sum fit
 * what it has, it is taken whole, through a journal that fails now and then;
 * then it is written again as it was, and shown.
 *
 * The first byte is the journal's bad luck; the file follows.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/dump.h"
#include "hub/journal_backend.h"
#include "protocol/sha.h"
#include "protocol/wire.h"
#include "tests/fuzz/viewkit.h"

#define HEAD (8 + 8 + 8)
#define ENTRY (1 + 8 + 8 + 4 + 8 + 8 + JOURNAL_CHAIN + 4)
#define SUM 32
#define INPUT 16384
#define TRIES 64		/* to load through failing commits */

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n);

/* --- mending --------------------------------------------------------------- */

/* Of the entry with this head, as journal.c has it. */
static void
chain_on(uint8_t chain[JOURNAL_CHAIN], const uint8_t *head, struct span body)
{
	struct sha s;

	sha_begin(&s);
	sha_add(&s, chain, JOURNAL_CHAIN);
	sha_add(&s, head + 1, 8 + 8 + 4 + 8 + 8);
	sha_add(&s, body.at, body.n);
	sha_end(&s, chain);
}

static size_t
body_of(const uint8_t *head, size_t rest)
{
	size_t n = wire_get_u32(head + ENTRY - 4) & 0xfff;

	return n < rest ? n : rest;
}

/* The file as a hub would have written it, of the entries that it has, or the
 * first so many; how many they are. A journal in memory has room for few
 * sites. */
static uint64_t
mend(struct buf *out, const uint8_t *at, size_t n, uint64_t most)
{
	uint8_t chain[JOURNAL_CHAIN] = { 0 }, head[ENTRY], sum[SUM];
	uint64_t place = 0;

	buf_put(out, at, HEAD);
	memcpy(out->at, "ZQDUMP1\n", 8);
	for (at += HEAD, n -= HEAD; n >= ENTRY && place < most;) {
		size_t body = body_of(at, n - ENTRY);

		memcpy(head, at, ENTRY);
		head[0] = 'E';
		wire_put_u64(head + 1, ++place);
		memset(head + 17, 0, 3);
		chain_on(chain, head, (struct span){
		    .at = (const char *)at + ENTRY, .n = body });
		memcpy(head + 37, chain, JOURNAL_CHAIN);
		wire_put_u32(head + ENTRY - 4, (uint32_t)body);
		buf_put(out, head, ENTRY);
		buf_put(out, at + ENTRY, body);
		at += ENTRY + body;
		n -= ENTRY + body;
	}
	wire_put_u64((uint8_t *)out->at + 16, place);
	buf_byte(out, 'Z');
	sha_of(sum, buf_look(out));
	buf_put(out, sum, SUM);
	must(!out->bad);
	return place;
}

/* --- judging --------------------------------------------------------------- */

static struct journal *
open_journal(uint64_t seed)
{
	struct journal *j;

	journal_mem_seed(seed);
	j = journal_open(&journal_mem, "", true, FUZZ_MOST, NULL);
	must(j != NULL);
	return j;
}

/* Commits fail, so it is tried more than once. Whole: there is no other
 * reason that it is not taken. */
static bool
load(struct journal *j, struct span s, bool whole)
{
	FILE *f = fmemopen((void *)(uintptr_t)s.at, s.n, "rb");
	struct buf why;
	uint64_t entries;
	bool good = false;

	must(f != NULL);
	buf_init(&why, 4096);
	if (dump_check(f, &entries, NULL, NULL, &why)) {
		for (int i = 0; !good && i < TRIES; i++) {
			buf_reset(&why);
			good = dump_load(j, f, NULL, NULL, &why);
			must(good || !whole || strstr(buf_cstr(&why),
			    "the disk is full") != NULL);
		}
		must(!good || journal_last(j) == entries);
	}
	must(good == (why.n == 0));
	fclose(f);
	buf_clear(&why);
	must(journal_verify(j) == 0);
	return good;
}

/* But for when it was made, and the sum over that, which was right. */
static void
judge_same(struct journal *j, struct span was)
{
	uint8_t sum[SUM];
	struct buf why;
	size_t n;
	char *is;
	FILE *f = open_memstream(&is, &n);

	buf_init(&why, 4096);
	must(dump_write(j, f, NULL, NULL, &why) && why.n == 0);
	fclose(f);
	must(n == was.n && memcmp(is + 16, was.at + 16, n - 16 - SUM) == 0);
	free(is);
	was.n -= SUM;
	sha_of(sum, was);
	must(memcmp(sum, was.at + was.n, SUM) == 0);
	buf_clear(&why);
}

/* Whatever it is. */
static void
judge(struct span s, uint8_t luck)
{
	struct journal *j = open_journal(luck);

	if (load(j, s, false))
		judge_same(j, s);
	journal_close(j);
}

/* A good one; its beginning was loaded before. */
static void
judge_mended(const uint8_t *at, size_t n, uint8_t luck)
{
	struct journal *j = open_journal(luck);
	struct buf whole, part;
	uint64_t entries;

	buf_init(&whole, 2 * INPUT);
	buf_init(&part, 2 * INPUT);
	entries = mend(&whole, at, n, UINT64_MAX);
	mend(&part, at, n, entries > 0 ? luck % entries : 0);
	must(load(j, buf_look(&part), true));
	must(load(j, buf_look(&whole), true));
	judge_same(j, buf_look(&whole));
	viewkit_again(j, 1000);
	must(entries == 0 || !load(j, buf_look(&whole), false));
	journal_close(j);
	buf_clear(&whole);
	buf_clear(&part);
}

int
LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
	if (n < 2 || n > INPUT)
		return 0;
	if (view == NULL) {
		fuzz_dir_make();
		viewkit_open();
	}
	judge((struct span){ (const char *)at + 1, n - 1 }, at[0]);
	if (n - 1 >= HEAD)
		judge_mended(at + 1, n - 1, at[0]);
	return 0;
}
