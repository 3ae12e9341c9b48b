/*
 * Records and their rows; see record.h.
 *
 * The row lives only between two processes of one program, so it has no
 * version and no optional parts: each field in the order of the struct.
 */
#include "agent/record.h"

#include <string.h>

#include "contrib/base/clock.h"
#include "contrib/base/text.h"
#include "protocol/limits.h"
#include "protocol/utf8.h"
#include "protocol/wire.h"

#define TAG_GIVEN 1

void
record_init(struct record *r)
{
	*r = (struct record){
		.outcome = RECORD_READ,
		.published = CLOCK_NONE,
		.modified = CLOCK_NONE,
	};
}

void
record_write(struct buf *b, const struct record *r)
{
	write_u8(b, (uint8_t)r->outcome);
	write_span(b, r->trouble);
	for (size_t i = 0; i < WORD_COUNT; i++)
		write_span(b, r->word[i]);
	write_u64(b, (uint64_t)r->published);
	write_u8(b, (uint8_t)r->date_from);
	write_u64(b, (uint64_t)r->modified);
	write_u64(b, r->length);
	write_span(b, r->type);
	write_u8(b, r->is_page);
	buf_put(b, r->hash, sizeof(r->hash));
	write_span(b, r->links);
	write_u32(b, r->link_count);
	write_u8(b, r->links_cut);
	write_span(b, r->charset);
	for (size_t i = 0; i < TAG_COUNT; i++) {
		write_u8(b, r->tag[i].given ? TAG_GIVEN : 0);
		write_u32(b, r->tag[i].line);
		write_span(b, r->tag[i].value);
	}
	write_span(b, r->remarks);
}

/* Text up to `most` bytes; anything else makes the reader bad. */
static struct span
read_text(struct reader *in, size_t most)
{
	struct span s = read_span(in);

	if (s.n > most || !utf8_is_text(s))
		in->bad = true;
	return s;
}

static size_t
word_most(size_t word)
{
	switch (word) {
	case WORD_KEYWORDS:
	case WORD_DESCRIPTION:
		return LIMIT_LONG_TEXT;
	case WORD_IMAGE:
	case WORD_SUCCESSOR:
		return LIMIT_URL;
	default:
		return LIMIT_TEXT;
	}
}

static void
read_tags(struct reader *in, struct record *r)
{
	for (size_t i = 0; i < TAG_COUNT; i++) {
		r->tag[i].given = read_u8(in) == TAG_GIVEN;
		r->tag[i].line = read_u32(in);
		r->tag[i].value = read_text(in, LIMIT_LONG_TEXT);
	}
}

static bool
rows_are_sane(const struct record *r)
{
	struct span links = r->links, remarks = r->remarks;
	struct link l;
	struct remark m;
	uint32_t count = 0;

	while (change_link_next(&links, &l))
		count++;
	while (record_remark_next(&remarks, &m))
		continue;
	return links.n == 0 && remarks.n == 0 && count == r->link_count &&
	    count <= LIMIT_LINKS;
}

bool
record_read(struct record *r, struct span row)
{
	struct reader in = reader_of(row);
	struct span hash;

	record_init(r);
	r->outcome = (enum record_outcome)read_u8(&in);
	r->trouble = read_text(&in, LIMIT_TEXT);
	for (size_t i = 0; i < WORD_COUNT; i++)
		r->word[i] = read_text(&in, word_most(i));
	r->published = (int64_t)read_u64(&in);
	r->date_from = (enum record_date)read_u8(&in);
	r->modified = (int64_t)read_u64(&in);
	r->length = read_u64(&in);
	r->type = read_text(&in, LIMIT_TEXT);
	r->is_page = read_u8(&in) != 0;
	hash = read_bytes(&in, sizeof(r->hash));
	if (hash.n == sizeof(r->hash))
		memcpy(r->hash, hash.at, sizeof(r->hash));
	r->links = read_span(&in);
	r->link_count = read_u32(&in);
	r->links_cut = read_u8(&in) != 0;
	r->charset = read_text(&in, LIMIT_TEXT);
	read_tags(&in, r);
	r->remarks = read_span(&in);
	return reader_done(&in) && r->outcome <= RECORD_FAILED &&
	    r->date_from <= RECORD_DATE_URL && rows_are_sane(r);
}

void
record_remark_put(struct buf *b, const struct remark *m)
{
	write_u8(b, (uint8_t)m->kind);
	write_u32(b, m->line);
	write_span(b, text_cut(m->text, LIMIT_TEXT));
}

bool
record_remark_next(struct span *rows, struct remark *m)
{
	struct reader in = reader_of(*rows);

	if (rows->n == 0)
		return false;
	m->kind = (enum remark_kind)read_u8(&in);
	m->line = read_u32(&in);
	m->text = read_text(&in, LIMIT_TEXT);
	if (in.bad || m->kind < REMARK_CHARSET_WRONG ||
	    m->kind >= REMARK_COUNT)
		return false;
	*rows = (struct span){ (const char *)in.at, reader_left(&in) };
	return true;
}

void
record_to_change(struct change *c, const struct record *r)
{
	for (size_t i = 0; i < WORD_COUNT; i++) {
		if (r->word[i].n > 0)
			c->word[i] = r->word[i];
	}
	c->published = r->published;
	c->modified = r->modified;
	c->length = r->length;
	c->type = r->type;
	c->has_hash = true;
	memcpy(c->hash, r->hash, sizeof(c->hash));
	c->links = r->links;
	c->links_cut = r->links_cut;
}
