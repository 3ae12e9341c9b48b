/*
 * A letter about the hub's CA, from whoever sits between: whatever it says,
 * the site believes no CA that it didn't know, since none is signed for. (One
 * of older CAs is passed over without a word.)
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/trust.h"
#include "certs/ca.h"
#include "certs/keep.h"
#include "contrib/base/err.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char dir[] = "/tmp/zq-fuzz-trust-XXXXXX";
static char file[64];
static struct buf before;

static void
tidy(void)
{
	(void)unlink(file);
	(void)rmdir(dir);
	buf_clear(&before);
}

/* Known is one CA that nobody has the key of. */
static void
set_up(void)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *root = ca_make_root(key, "fuzz", CA_UNIT);
	struct buf why;

	buf_init(&why, 4096);
	buf_init(&before, 65536);
	must(mkdtemp(dir) != NULL && root != NULL);
	snprintf(file, sizeof(file), "%s/ca.pem", dir);
	must(keep_put_certs(file, KEEP_NEW, &root, 1, &why));
	must(keep_get(file, &before, &why));
	X509_free(root);
	EVP_PKEY_free(key);
	buf_clear(&why);
	atexit(tidy);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span s = { .at = size > 0 ? (const char *)data : "",
	    .n = size };
	struct buf now, why;

	if (before.n == 0)
		set_up();
	buf_init(&now, 65536);
	buf_init(&why, 1u << 20);
	must(trust_take(dir, s, &why) == (why.n == 0));
	buf_reset(&why);
	must(keep_get(file, &now, &why));
	must(span_is(buf_look(&now), buf_look(&before)));
	buf_clear(&now);
	buf_clear(&why);
	return 0;
}
