/*
 * A backup that somebody else wrote: refused with a sentence, or opened, and
 * then it says what it said. Its register is looked at by itself as well, as
 * it would stand behind the sums.
 */
#include <stdint.h>

#include "contrib/base/err.h"
#include "hub/backup.h"
#include "hub/register.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
as_register(struct span s, struct buf *why)
{
	json_t *o = json_loadb(s.at, s.n, 0, NULL);
	const json_t *list = json_is_object(o) ? json_object_get(o, "sites") :
	    o;

	if (!register_check(list, why))
		must(why->n > 0 && why->at[why->n - 1] == '\n');
	json_decref(o);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span s = { .at = size > 0 ? (const char *)data : "",
	    .n = size };
	struct backup b;
	struct buf why;

	buf_init(&why, 65536);
	if (backup_open(&b, s, NULL, &why)) {
		must(why.n == 0 && b.ca.key != NULL && b.ca.cert != NULL);
		backup_close(&b);
	} else {
		must(why.n > 0 && b.whole == NULL && b.ca.key == NULL);
	}
	buf_reset(&why);
	as_register(s, &why);
	buf_clear(&why);
	return 0;
}
