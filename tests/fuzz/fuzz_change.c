/*
 * Rows of changes. What reads is sane and hashes; writing what was read and
 * reading that gives the same change.
 */
#include "contrib/base/buf.h"
#include "contrib/base/err.h"
#include "protocol/change.h"
#include "protocol/limits.h"

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
	struct change c, again;
	struct buf row;
	uint8_t one[32], two[32];

	if (!change_read(&c, (struct span){ (const char *)at, n }))
		return 0;
	must(change_is_sane(&c, NULL));
	buf_init(&row, LIMIT_CHANGE + 4096);
	change_write(&row, &c);
	must(change_read(&again, buf_look(&row)));
	change_hash(&c, one);
	change_hash(&again, two);
	must(memcmp(one, two, 32) == 0);
	buf_clear(&row);
	return 0;
}
