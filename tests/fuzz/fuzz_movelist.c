/*
 * A list of moves out of a spreadsheet or a web server's settings: whatever
 * the bytes are, it is rows with two addresses, or a complaint that isn't
 * longer than a screen or two.
 */
#include <stdint.h>

#include "contrib/base/err.h"
#include "protocol/movelist.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
judge(const struct movelist *l, const struct buf *why, bool ok)
{
	must(ok == (why->n == 0));
	must(why->n < 32768 && !why->bad);
	for (size_t i = 0; ok && i < l->count; i++) {
		must(l->row[i].line > 0);
		must(l->row[i].old != NULL && l->row[i].new != NULL);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span bytes = { .at = (const char *)data, .n = size };
	struct movelist l = { .count = 0 };
	struct buf why;
	bool ok;

	buf_init(&why, 1u << 20);
	ok = movelist_csv(&l, bytes, "f", "https://www.a.cn", &why);
	judge(&l, &why, ok);
	movelist_clear(&l);
	buf_reset(&why);
	ok = movelist_nginx(&l, bytes, "f", "", &why);
	judge(&l, &why, ok);
	movelist_clear(&l);
	buf_clear(&why);
	return 0;
}
