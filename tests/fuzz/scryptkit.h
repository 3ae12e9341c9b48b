/*
 * For fuzz targets that come by passwords: scrypt is made cheap, or a search
 * would do nothing else. It is asked for at the full price nevertheless.
 */
#ifndef ZQ_TESTS_FUZZ_SCRYPTKIT_H
#define ZQ_TESTS_FUZZ_SCRYPTKIT_H

#include <openssl/evp.h>
#include <stdint.h>

#include "contrib/base/err.h"

/* In the place of libcrypto's, for the whole program. */
int
EVP_PBE_scrypt(const char *password, size_t n, const unsigned char *salt,
    size_t salt_n, uint64_t cost, uint64_t block, uint64_t parallel,
    uint64_t memory, unsigned char *out, size_t out_n)
{
	must(cost == 1u << 15 && block == 8 && parallel == 1 && memory > 0);
	return PKCS5_PBKDF2_HMAC(password, (int)n, salt, (int)salt_n, 1,
	    EVP_sha256(), (int)out_n, out);
}

#endif
