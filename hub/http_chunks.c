#include "hub/http_chunks.h"

#define LINE_MAX_BYTES 256	/* a size with its extensions */
#define TRAILERS_MAX 4096

enum step {
	SIZE, SIZE_LF, DATA, DATA_CR, DATA_LF, TRAILER, TRAILER_LF, DONE
};

void
http_chunks_init(struct http_chunks *c)
{
	*c = (struct http_chunks){ .step = SIZE };
}

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* "1f4", and extensions behind a ';' that nobody reads. */
static bool
size_byte(struct http_chunks *c, char byte)
{
	int v = hex_value(byte);

	if (++c->line > LINE_MAX_BYTES)
		return false;
	if (byte == '\r') {
		c->step = SIZE_LF;
		return c->digits > 0;
	}
	if (c->extension || (byte == ';' && c->digits > 0)) {
		c->extension = true;
		return (byte >= 0x20 && byte != 0x7f) || byte == '\t';
	}
	if (v < 0 || ++c->digits > 15)
		return false;
	c->left = c->left << 4 | (uint64_t)v;
	return true;
}

static bool
size_ends(struct http_chunks *c, char byte)
{
	c->step = c->left > 0 ? DATA : TRAILER;
	c->line = c->digits = 0;
	c->extension = false;
	return byte == '\n';
}

/* An empty line ends trailers, and with them the body. */
static bool
trailer_byte(struct http_chunks *c, char byte)
{
	if (++c->trailers > TRAILERS_MAX)
		return false;
	if (byte == '\r') {
		c->step = TRAILER_LF;
		return true;
	}
	c->line++;
	return byte != '\n' && byte != '\0';
}

static bool
trailer_ends(struct http_chunks *c, char byte)
{
	c->step = c->line == 0 ? DONE : TRAILER;
	c->line = 0;
	return byte == '\n';
}

static bool
framing_byte(struct http_chunks *c, char byte)
{
	switch (c->step) {
	case SIZE:
		return size_byte(c, byte);
	case SIZE_LF:
		return size_ends(c, byte);
	case DATA_CR:
		c->step = DATA_LF;
		return byte == '\r';
	case DATA_LF:
		c->step = SIZE;
		return byte == '\n';
	case TRAILER:
		return trailer_byte(c, byte);
	case TRAILER_LF:
		return trailer_ends(c, byte);
	default:
		return false;
	}
}

bool
http_chunks_next(struct http_chunks *c, struct span *s, struct span *data)
{
	*data = SPAN_NONE;
	if (s->n == 0 || c->step == DONE)
		return true;
	if (c->step != DATA) {
		s->n--;
		return framing_byte(c, *s->at++);
	}
	*data = (struct span){ .at = s->at,
	    .n = c->left < s->n ? (size_t)c->left : s->n };
	s->at += data->n;
	s->n -= data->n;
	c->left -= data->n;
	if (c->left == 0)
		c->step = DATA_CR;
	return true;
}

bool
http_chunks_done(const struct http_chunks *c)
{
	return c->step == DONE;
}
