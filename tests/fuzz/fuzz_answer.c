/* Answers: read or refused with a reason; what reads is bounded. */
#include "contrib/base/err.h"
#include "protocol/answer.h"
#include "protocol/limits.h"

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n);

static void
on_complaint(void *arg, const struct complaint *c)
{
	size_t *most = arg;

	must(c->url.n <= *most && c->why.n <= *most);
}

int
LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
	struct answer a;
	struct buf keep;
	const char *why = NULL;
	size_t most = n;

	buf_init(&keep, LIMIT_ANSWER);
	if (answer_read(&a, &keep, (struct span){ (const char *)at, n },
	    on_complaint, &most, &why)) {
		must(a.verdict >= VERDICT_TAKEN && a.verdict <= VERDICT_BAD);
		must(a.reason.n + a.features.n + a.want.n + a.cause.n <= n);
		must(!answer_has_word(a.want, WANT_PROVE) || a.want.n >=
		    strlen(WANT_PROVE));
	} else {
		must(why != NULL && why[0] != '\0');
	}
	buf_clear(&keep);
	return 0;
}
