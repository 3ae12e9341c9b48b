/*
 * A stranger's page at a glance: text, title and min-hash come out whatever it
 * is, within their ceilings and in UTF-8, and the same each time.
 */
#include <stdint.h>
#include <string.h>

#include "contrib/base/err.h"
#include "contrib/base/text.h"
#include "hub/glance.h"

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
	static struct glancer *g;
	struct span page = { (const char *)at, n };
	struct glance a, b;

	if (g == NULL)
		g = glancer_new();
	glance_init(&a);
	glance_init(&b);
	glance_page(g, &a, page, SPAN_NONE);
	glance_page(g, &b, page, SPAN_NONE);
	must(text_is_utf8(span_of(a.title)));
	must(strcmp(a.title, b.title) == 0 && a.letters == b.letters);
	must(minhash_alike(&a.minhash, &b.minhash) == 100);
	must(!a.refresh.bad);
	glance_clear(&a);
	glance_clear(&b);
	return 0;
}
