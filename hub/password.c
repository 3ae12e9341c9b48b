#include "hub/password.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <string.h>

#include "contrib/base/err.h"
#include "contrib/base/lang.h"
#include "contrib/base/text.h"

#define COST 15			/* 2^15, RFC 7914's N: 32 MiB with r = 8 */
#define BLOCK 8
#define MEMORY (64u << 20)	/* OpenSSL's ceiling, not what it takes */
#define SALT 16
#define HASH 32
#define PREFIX "$scrypt$ln=15,r=8,p=1$"

static void
stretch(uint8_t out[HASH], struct span password, const uint8_t salt[SALT])
{
	must(EVP_PBE_scrypt(password.n > 0 ? password.at : "", password.n,
	    salt, SALT, 1u << COST, BLOCK, 1, MEMORY, out, HASH) == 1);
}

static size_t
characters(struct span s)
{
	size_t n = 0;

	while (text_next(&s) != UINT32_MAX)
		n++;
	return n;
}

const char *
password_judge(struct span password)
{
	if (password.n > PASSWORD_MOST)
		return _("a password has 256 bytes at most");
	if (!text_is_utf8(password) ||
	    memchr(password.at != NULL ? password.at : "", '\0',
	    password.n) != NULL)
		return _("a password is text in UTF-8");
	if (characters(password) < PASSWORD_LEAST)
		return _("a password has 10 characters at least: take some "
		    "words, or let one be made");
	return NULL;
}

void
password_keep(char out[PASSWORD_KEPT], struct span password)
{
	uint8_t salt[SALT], hash[HASH];
	struct buf b;

	must(RAND_bytes(salt, SALT) == 1);
	stretch(hash, password, salt);
	buf_init(&b, PASSWORD_KEPT - 1);
	buf_text(&b, PREFIX);
	text_base64(&b, salt, SALT);
	buf_byte(&b, '$');
	text_base64(&b, hash, HASH);
	must(!b.bad);
	snprintf(out, PASSWORD_KEPT, "%s", buf_cstr(&b));
	buf_clear(&b);
	OPENSSL_cleanse(hash, sizeof(hash));
}

static bool
read_bytes(struct span s, uint8_t *out, size_t n)
{
	struct buf b;
	bool good;

	buf_init(&b, n + 1);
	good = text_unbase64(&b, s) && b.n == n;
	if (good)
		memcpy(out, b.at, n);
	buf_clear(&b);
	return good;
}

/* One cost is enough, until there is a second. */
static bool
read_kept(const char *kept, uint8_t salt[SALT], uint8_t hash[HASH])
{
	size_t n = strlen(PREFIX);
	const char *at, *mid;

	if (kept == NULL || strncmp(kept, PREFIX, n) != 0)
		return false;
	at = kept + n;
	mid = strchr(at, '$');
	return mid != NULL && read_bytes((struct span){ .at = at,
	    .n = (size_t)(mid - at) }, salt, SALT) &&
	    read_bytes(span_of(mid + 1), hash, HASH);
}

bool
password_fits(const char *kept, struct span password)
{
	uint8_t salt[SALT] = { 0 }, wanted[HASH] = { 0 }, hash[HASH];
	bool known = read_kept(kept, salt, wanted);
	bool same;

	if (password.n > PASSWORD_MOST)
		password.n = 0;		/* none is kept that is empty */
	stretch(hash, password, salt);
	same = CRYPTO_memcmp(hash, wanted, HASH) == 0;
	OPENSSL_cleanse(hash, sizeof(hash));
	return known && same;
}

void
password_make(char out[PASSWORD_MADE])
{
	uint8_t chance[13];		/* 104 bits: 21 characters */
	struct buf b;
	size_t n = 0;

	must(RAND_bytes(chance, sizeof(chance)) == 1);
	buf_init(&b, PASSWORD_MADE);
	text_base32(&b, chance, sizeof(chance));
	for (size_t i = 0; i < 20; i++) {	/* of 5 bits each */
		if (i > 0 && i % 4 == 0)
			out[n++] = '-';
		out[n++] = b.at[i];
	}
	out[n] = '\0';
	buf_clear(&b);
	OPENSSL_cleanse(chance, sizeof(chance));
}
