/*
 * SHA-256 in pieces; see sha.h. The context lives as long as its thread: a
 * daemon's part has one thread and needs it until it ends.
 */
#include "protocol/sha.h"

#include "contrib/base/err.h"

#include <openssl/evp.h>

static _Thread_local EVP_MD_CTX *context;
static _Thread_local EVP_MD *algorithm;
static _Thread_local bool busy;

static void
feed(const void *at, size_t n)
{
	if (EVP_DigestUpdate(context, at, n) != 1)
		fatal("sha-256: OpenSSL refuses to hash");
}

void
sha_begin(struct sha *s)
{
	must(!busy);
	if (context == NULL) {
		context = EVP_MD_CTX_new();
		algorithm = EVP_MD_fetch(NULL, "SHA256", NULL);
	}
	if (context == NULL || algorithm == NULL ||
	    EVP_DigestInit_ex2(context, algorithm, NULL) != 1)
		fatal("sha-256: OpenSSL has none");
	busy = true;
	s->n = 0;
}

void
sha_add(struct sha *s, const void *at, size_t n)
{
	if (n > sizeof(s->stage) - s->n) {
		feed(s->stage, s->n);
		s->n = 0;
	}
	if (n > sizeof(s->stage)) {
		feed(at, n);
	} else if (n > 0) {
		memcpy(s->stage + s->n, at, n);
		s->n += n;
	}
}

void
sha_end(struct sha *s, uint8_t out[32])
{
	feed(s->stage, s->n);
	if (EVP_DigestFinal_ex(context, out, NULL) != 1)
		fatal("sha-256: OpenSSL refuses to hash");
	busy = false;
}

void
sha_of(uint8_t out[32], struct span s)
{
	struct sha sha;

	sha_begin(&sha);
	sha_add(&sha, s.at, s.n);
	sha_end(&sha, out);
}
