/*
 * A stranger's certificate, in DER or in PEM: what is kept of it are lines of
 * text that can be shown.
 */
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdint.h>
#include <string.h>

#include "contrib/base/buf.h"
#include "contrib/base/err.h"
#include "contrib/base/text.h"
#include "hub/webcert.h"

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n);

static void
judge_text(const char *text, size_t room)
{
	struct span s = { text, strnlen(text, room) };

	must(s.n < room && text_is_utf8(s));
	for (size_t i = 0; i < s.n; i++)
		must((unsigned char)text[i] >= 0x20 && text[i] != 0x7f);
}

static void
judge(struct span pem)
{
	struct webcert c;

	if (!webcert_read(&c, pem))
		return;
	judge_text(c.issuer, sizeof(c.issuer));
	judge_text(c.subject, sizeof(c.subject));
	judge_text(c.names, sizeof(c.names));
}

/* A search finds its way in DER; in base64 it would hardly. */
static void
judge_der(const uint8_t *at, size_t n)
{
	BIO *b = BIO_new(BIO_s_mem());
	char *pem;
	long size;

	must(b != NULL);
	must(PEM_write_bio(b, PEM_STRING_X509, "", at, (long)n) > 0);
	size = BIO_get_mem_data(b, &pem);
	judge((struct span){ pem, (size_t)size });
	BIO_free(b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
	if (n > 65536)
		return 0;
	judge((struct span){ (const char *)at, n });
	if (n > 0 && at[0] == 0x30)
		judge_der(at, n);
	return 0;
}
