/*
 * Proofs of domains: whatever a web server shows is read within its bytes;
 * a line that was put into it is found, and nothing else of it is lost.
 */
#include <string.h>

#include "contrib/base/err.h"
#include "protocol/code.h"
#include "protocol/proof.h"

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n);

static size_t
count(struct span file, struct span but)
{
	struct proof p;
	size_t n = 0;

	while (proof_next(&file, &p)) {
		must(code_is_usable(p.code));
		n += p.code.n != but.n ||
		    strncasecmp(p.code.at, but.at, but.n) != 0;
	}
	return n;
}

int
LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
	struct span file = { (const char *)at, n };
	struct proof p = { .code = SPAN("4101000001") }, found;
	struct buf b;

	memset(p.key, 0x5a, PROOF_KEY);
	buf_init(&b, 2 * PROOF_MAX + n);
	proof_renew(&b, file, &p);
	must(!b.bad);
	must(proof_judge(buf_look(&b), &p, &found) == PROOF_FITS);
	must(count(buf_look(&b), p.code) == count(file, p.code));
	buf_clear(&b);
	return 0;
}
