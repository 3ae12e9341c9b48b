/*
 * Tickets: minted from randomness and a key, written as one line, read back
 * from whatever a person made of it (blanks around, capitals).
 *
 * Reading never says more than which part is odd: a ticket may be on a
 * screen that others see.
 */
#include "certs/ticket.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include "contrib/base/err.h"
#include "contrib/base/lang.h"
#include "contrib/base/text.h"

#define HEAD "zq1"
#define LABEL "zhanqun ticket"
#define BASE32(bytes) (((bytes) * 8 + 4) / 5)	/* characters, no padding */

/* One of the three parts after the head, and what may be wrong with it. */
struct part {
	size_t bytes;
	const char *missing, *length, *letters;
};

static const struct part parts[] = {
	{ TICKET_REF,
	  N_("the ticket ends after its first part; the second (the "
	    "reference, 16 characters) is missing"),
	  N_("the second part of the ticket (the reference) is not 16 "
	    "characters long; copy the whole line again"),
	  N_("the second part of the ticket (the reference) has a character "
	    "other than a-z and 2-7") },
	{ TICKET_SECRET,
	  N_("the ticket ends after its second part; the third (the secret, "
	    "26 characters) is missing"),
	  N_("the third part of the ticket (the secret) is not 26 characters "
	    "long; copy the whole line again"),
	  N_("the third part of the ticket (the secret) has a character "
	    "other than a-z and 2-7") },
	{ TICKET_PIN,
	  N_("the ticket ends after its third part; the fourth (the hub's "
	    "pin, 26 characters) is missing"),
	  N_("the fourth part of the ticket (the hub's pin) is not 26 "
	    "characters long; copy the whole line again"),
	  N_("the fourth part of the ticket (the hub's pin) has a character "
	    "other than a-z and 2-7") },
};

void
ticket_secret(uint8_t secret[TICKET_SECRET], const uint8_t key[TICKET_KEY],
    const uint8_t ref[TICKET_REF])
{
	uint8_t text[sizeof(LABEL) - 1 + TICKET_REF];
	uint8_t mac[EVP_MAX_MD_SIZE];
	unsigned n = 0;

	memcpy(text, LABEL, sizeof(LABEL) - 1);
	memcpy(text + sizeof(LABEL) - 1, ref, TICKET_REF);
	must(HMAC(EVP_sha256(), key, TICKET_KEY, text, sizeof(text), mac, &n)
	    != NULL && n >= TICKET_SECRET);
	memcpy(secret, mac, TICKET_SECRET);
	OPENSSL_cleanse(mac, sizeof(mac));
}

void
ticket_mint(struct ticket *t, const uint8_t key[TICKET_KEY],
    const uint8_t pin[TICKET_PIN])
{
	if (RAND_bytes(t->ref, TICKET_REF) != 1)
		fatal("no randomness for a ticket");
	ticket_secret(t->secret, key, t->ref);
	memcpy(t->pin, pin, TICKET_PIN);
}

void
ticket_format(struct buf *b, const struct ticket *t)
{
	buf_text(b, HEAD ".");
	text_base32(b, t->ref, TICKET_REF);
	buf_byte(b, '.');
	text_base32(b, t->secret, TICKET_SECRET);
	buf_byte(b, '.');
	text_base32(b, t->pin, TICKET_PIN);
}

/* What stands before the next dot; s goes on behind it, and has no bytes at
 * NULL when that was the last. */
static struct span
cut(struct span *s)
{
	const char *dot = s->n > 0 ? memchr(s->at, '.', s->n) : NULL;
	struct span head = *s;

	if (dot == NULL) {
		*s = SPAN_NONE;
		return head;
	}
	head.n = (size_t)(dot - s->at);
	s->n -= head.n + 1;
	s->at = dot + 1;
	return head;
}

/* NULL, or what is wrong with it. */
static const char *
take(const struct part *p, struct span *rest, uint8_t *out)
{
	struct span s;

	if (rest->at == NULL)
		return _(p->missing);
	s = cut(rest);
	if (s.n == 0)
		return _(p->missing);
	if (s.n != BASE32(p->bytes))
		return _(p->length);
	return text_unbase32(s, out, p->bytes) ? NULL : _(p->letters);
}

bool
ticket_parse(struct ticket *t, struct span s, const char **why)
{
	uint8_t *const out[] = { t->ref, t->secret, t->pin };
	struct span rest = text_trim(s);

	if (!text_same_nocase(cut(&rest), SPAN(HEAD))) {
		*why = _("this is no ticket: one starts with \"zq1.\" and has "
		    "four parts with dots between");
		return false;
	}
	for (size_t i = 0; i < 3; i++)
		if ((*why = take(&parts[i], &rest, out[i])) != NULL)
			return false;
	if (rest.at != NULL) {
		*why = _("the ticket has more than four parts; copy only the "
		    "ticket itself");
		return false;
	}
	return true;
}
