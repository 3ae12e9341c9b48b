/*
 * Text as people write it: numbers with bounds, UTF-8 that is UTF-8,
 * display width, hex, base32 and base64.
 */
#ifndef ZQ_BASE_TEXT_H
#define ZQ_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "contrib/base/buf.h"
#include "contrib/base/span.h"

/* Decimal digits only, least ≤ *n ≤ most, nothing after them. */
bool text_number(struct span s, uint64_t least, uint64_t most, uint64_t *n);

/* Valid UTF-8 (RFC 3629: no overlongs, no surrogates)? NUL is a character. */
bool text_is_utf8(struct span s);

/* Next code point of valid UTF-8, moving s on; UINT32_MAX at the end and for
 * a byte that is no UTF-8 (which is skipped, so that a loop ends). */
uint32_t text_next(struct span *s);
void text_put_char(struct buf *b, uint32_t c);		/* UTF-8 */

/* The longest prefix of at most `most` bytes that cuts no character. */
struct span text_cut(struct span s, size_t most);

/* Without white space (ASCII and U+3000, U+00A0) at both ends. */
struct span text_trim(struct span s);
/* Nothing but blanks of ASCII, behind the mark that an editor left. */
bool text_is_blank(struct span s);
bool text_same_nocase(struct span a, struct span b);	/* ASCII case only */
bool text_starts(struct span s, const char *with);
/* words end with NULL. */
bool text_is_one_of(const char *value, const char *const *words);

#define TEXT_SHELL_MAX 65536	/* bytes of such a word: enough for a path */
/* A word of a command that people type, in quotes if the shell would take it
 * for something else, put into `room` alone; lives as long as that. */
const char *text_shell(struct buf *room, const char *word);

/* Behind the last slash, if there is one. */
struct span text_last_name(struct span path);

/* Does it turn the direction of all that follows, or break the line? Nobody
 * shows such a character of strangers' as it is: U+202E would write the rest
 * of the line backwards. Joiners (U+200D) and marks that only stand for a
 * letter of one direction (U+200E) don't. */
bool text_turns_line(uint32_t c);

/* Columns on a terminal: Han is two, combining marks none, UAX #11. */
size_t text_width(struct span s);

/* s cut with "…" or filled with blanks to exactly `columns`; control
 * characters are replaced, so a title can't drive a terminal. */
void text_pad(struct buf *b, struct span s, size_t columns);
/* The same, as wide as it is. */
void text_plain(struct buf *b, struct span s);

void text_hex(struct buf *b, const void *at, size_t n);
bool text_unhex(struct span s, void *out, size_t n);	/* exactly n bytes */

/* RFC 4648 base32 without padding, lower case; reading takes either case. */
void text_base32(struct buf *b, const void *at, size_t n);
bool text_unbase32(struct span s, void *out, size_t n);

/* RFC 4648 base64 with padding. Reading appends to b what s says, and takes
 * nothing but that: no white space, no bit too many. */
void text_base64(struct buf *b, const void *at, size_t n);
bool text_unbase64(struct buf *b, struct span s);

/* NFKC, case folded (Unicode full folding), without the characters that
 * nobody sees, all brackets of numbers (〔 【 [) as round ones, white space
 * runs as one blank: what search compares. False (and nothing put) if s is no UTF-8. */
bool text_fold(struct buf *b, struct span s);

#endif
