/*
 * PKIMessages from strangers, at the CA's desk: read, then refused or (when
 * the MAC happens to be good, as in the corpus) granted. The ticket key is
 * all zeros here, so that the corpus stays good.
 *
 * The same bytes also stand for a hub's answer to our client.
 */
#include <openssl/err.h>
#include <stdint.h>
#include <string.h>

#include "certs/enroll.h"
#include "certs/identity.h"
#include "certs/issue.h"
#include "contrib/base/err.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct ca ca;
static struct enroll *desk;
static EVP_PKEY *key;

static void
set_up(void)
{
	struct issue i;

	ca.key = identity_make_key();
	issue_begin(&i, ca.key, "fuzz", "CA", NULL, 10);
	issue_put(&i, NID_basic_constraints, "critical,CA:TRUE,pathlen:0");
	issue_put(&i, NID_subject_key_identifier, "hash");
	must(issue_sign(&i, ca.key));
	ca.cert = i.cert;
	ca_pin(ca.pin, ca.cert);
	desk = enroll_new(&ca, 90);
	key = identity_make_key();
}

static bool
send_back(void *arg, struct span der, struct buf *answer, struct buf *why)
{
	(void)der, (void)why;
	buf_span(answer, *(struct span *)arg);
	return true;
}

static void
as_answer(struct span s)
{
	struct ticket t = { .ref = { 0 } };
	X509 *cert = NULL, *root = NULL;
	struct buf why;

	buf_init(&why, 4096);
	memcpy(t.pin, ca.pin, TICKET_PIN);
	must(!enroll_ask(&t, key, "code", send_back, &s, &cert, &root, &why));
	must(why.n > 0);
	buf_clear(&why);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span s = { .at = (const char *)data, .n = size };
	struct enroll_request r;
	const char *why = NULL;
	struct buf out;

	if (desk == NULL)
		set_up();
	if (!enroll_read(desk, s, &r, &why)) {
		must(why != NULL && *why != '\0');
	} else {
		buf_init(&out, ENROLL_MAX);
		must(memchr(r.code, '\0', sizeof(r.code)) != NULL);
		must(enroll_answer(desk, s, 1, "code",
		    r.is_confirm || r.mac_good ? NULL : "no", &out));
		must(out.n > 0);
		buf_clear(&out);
	}
	must(ERR_peek_error() == 0);
	as_answer(s);
	return 0;
}
