/*
 * What a hub answers to an agent that asks how much hangs on an address: sites
 * and pages, or nothing at all.
 */
#include <stdint.h>
#include <string.h>

#include "agent/blast.h"
#include "contrib/base/err.h"

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
	struct span xml = { (const char *)at, n };
	struct blast b = { .sites = 7, .pages = 7 }, again;

	if (!blast_read(&b, xml))
		return 0;
	must(memmem(at, n, "links", 5) != NULL);
	must(blast_read(&again, xml) && again.sites == b.sites &&
	    again.pages == b.pages && again.least == b.least);
	return 0;
}
