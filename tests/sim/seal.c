/* See seal.h. */
#include "tests/sim/seal.h"

#include <string.h>

#include "certs/signed.h"
#include "protocol/sha.h"

void
sim_seal(struct buf *out, struct span document)
{
	uint8_t sum[SIM_SEAL];

	sha_of(sum, document);
	buf_put(out, sum, sizeof(sum));
	buf_span(out, document);
}

bool
sim_unseal(struct buf *out, struct span sealed)
{
	uint8_t sum[SIM_SEAL];
	struct span document;

	if (sealed.n < SIM_SEAL)
		return false;
	document = (struct span){ .at = sealed.at + SIM_SEAL,
		.n = sealed.n - SIM_SEAL };
	sha_of(sum, document);
	if (memcmp(sum, sealed.at, SIM_SEAL) != 0)
		return false;
	buf_span(out, document);
	return !out->bad;
}

/* By the linker's --wrap: what the agents' redirect_sync.c asks. */
bool __wrap_signed_open(struct buf *out, struct span der, struct span cas,
    const char *hub, int64_t now, struct buf *why);

bool
__wrap_signed_open(struct buf *out, struct span der, struct span cas,
    const char *hub, int64_t now, struct buf *why)
{
	bool good = sim_unseal(out, der);

	(void)cas;
	(void)hub;
	(void)now;
	if (!good)
		buf_text(why, "the signature is not good");
	return good;
}
