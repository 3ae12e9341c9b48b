/* See errand.h. */
#include "agent/errand.h"

#include <stdlib.h>

#include "agent/moves_off.h"
#include "agent/trust.h"
#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/lang.h"
#include "contrib/base/log.h"
#include "contrib/base/mem.h"
#include "protocol/limits.h"
#include "protocol/wire.h"

#define NAME "errand"		/* of the row: the last one */
#define FORMAT 1
#define ROW_MAX 8192
#define RESULT_MAX 1024		/* bytes of what came of it */

typedef bool errand_fn(const struct errand_host *h, const struct letter *l,
    struct buf *result);

static char *
text_of(struct span s)
{
	return mem_copy(s.n > 0 ? s.at : "", s.n);
}

static bool
release(const struct errand_host *h, const struct letter *l,
    struct buf *result)
{
	char *name = text_of(l->about), *reason = text_of(l->text);
	size_t n = sources_release(h->sources, name, reason,
	    "the hub's operator");

	buf_text(result, n > 0 ? N_("what is held is being withdrawn") :
	    N_("nothing was held"));
	free(name);
	free(reason);
	return true;
}

static bool
refuse(const struct errand_host *h, const struct letter *l,
    struct buf *result)
{
	char *name = text_of(l->about), *reason = text_of(l->text);
	size_t n = sources_refuse(h->sources, name, reason,
	    "the hub's operator");

	buf_text(result, n > 0 ? N_("what is held stays in the index") :
	    N_("nothing was held"));
	free(name);
	free(reason);
	return true;
}

static bool
trust(const struct errand_host *h, const struct letter *l,
    struct buf *result)
{
	struct buf why;
	bool ok;

	buf_init(&why, RESULT_MAX / 2);
	ok = trust_take(h->dir, l->body, &why);
	if (ok) {
		buf_text(result, N_("the hub's authorities are trusted as it "
		    "says"));
		if (h->trusted != NULL)
			h->trusted(h->arg);
		renew_look(h->renew);
	} else {
		buf_text(result, buf_cstr(&why));
		log_error("letter number=%llu trust: %s",
		    (unsigned long long)l->number, buf_cstr(&why));
	}
	buf_clear(&why);
	return ok;
}

static bool
off(const struct errand_host *h, const struct letter *l, struct buf *result)
{
	bool done;
	size_t n = moves_off(h->store, l, &done);

	buf_text(result, n > 0 ? N_("a move that was announced is withdrawn "
	    "by the hub's operator: see zqagent moves") :
	    N_("no such move is announced"));
	return done;
}

static const struct {
	const char *kind;
	errand_fn *run;
} errands[] = {
	{ LETTER_RELEASE, release },
	{ LETTER_REFUSE, refuse },
	{ LETTER_TRUST, trust },
	{ LETTER_OFF, off },
};

/* --- the last one ------------------------------------------------------------ */

struct kept {
	const struct letter *l;
	struct span result;
};

static bool
keep(struct store_txn *t, void *arg)
{
	const struct kept *k = arg;
	struct buf b;

	buf_init(&b, ROW_MAX);
	write_u8(&b, FORMAT);
	write_u64(&b, k->l->number);
	write_u64(&b, (uint64_t)clock_wall());
	write_span(&b, k->l->kind);
	write_span(&b, k->result);
	if (!b.bad)
		store_put(t, NAME, buf_look(&b));
	buf_clear(&b);
	return true;
}

bool
errand_do(const struct errand_host *host, const struct letter *l)
{
	struct kept k = { .l = l };
	struct buf result;
	bool done = true;

	buf_init(&result, RESULT_MAX);
	for (size_t i = 0; i < sizeof(errands) / sizeof(errands[0]); i++)
		if (span_is(l->kind, span_of(errands[i].kind))) {
			done = errands[i].run(host, l, &result);
			k.result = buf_look(&result);
			(void)store_do(host->store, keep, &k);
		}
	buf_clear(&result);
	return done;
}

json_t *
errand_status(struct store_txn *t)
{
	char when[CLOCK_TEXT_MAX];
	struct span row, kind, result;
	struct reader r;
	uint64_t number;
	int64_t at;

	if (!store_get(t, NAME, &row))
		return NULL;
	r = reader_of(row);
	if (read_u8(&r) != FORMAT)
		return NULL;
	number = read_u64(&r);
	at = (int64_t)read_u64(&r);
	kind = read_span(&r);
	result = read_span(&r);
	if (!reader_done(&r))
		return NULL;
	return json_pack("{s:I, s:s, s:s%, s:s%}", "number",
	    (json_int_t)number, "when", clock_format(when, at),
	    "kind", kind.at, kind.n, "result", result.at, result.n);
}
