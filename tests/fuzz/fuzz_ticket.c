/*
 * Tickets: whatever is typed, it is refused with a sentence or means exactly
 * one ticket, which is written and read back the same.
 */
#include <stdint.h>
#include <string.h>

#include "certs/ticket.h"
#include "contrib/base/err.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span s = { .at = (const char *)data, .n = size };
	struct ticket t, again;
	const char *why = NULL;
	struct buf b;

	if (!ticket_parse(&t, s, &why)) {
		must(why != NULL && *why != '\0');
		return 0;
	}
	buf_init(&b, 128);
	ticket_format(&b, &t);
	must(ticket_parse(&again, buf_look(&b), &why));
	must(memcmp(&t, &again, sizeof(t)) == 0);
	buf_clear(&b);
	return 0;
}
