/*
 * Replacing an agent's trust anchors. See anchor.h.
 */
#include "certs/anchor.h"

#include <openssl/x509v3.h>
#include <string.h>

#include "certs/ca.h"
#include "certs/issue.h"
#include "certs/keep.h"
#include "certs/roll.h"
#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/lang.h"

static bool
is_among(STACK_OF(X509) *believed, X509 *root)
{
	for (int i = 0; i < sk_X509_num(believed); i++)
		if (X509_cmp(sk_X509_value(believed, i), root) == 0)
			return true;
	return false;
}

/* `given`: the root, then what links it. */
static bool
is_linked(STACK_OF(X509) *believed, STACK_OF(X509) *given)
{
	X509 *root = sk_X509_value(given, 0);

	for (int i = 1; i < sk_X509_num(given); i++)
		for (int k = 0; k < sk_X509_num(believed); k++)
			if (roll_is_link(sk_X509_value(given, i), root,
			    sk_X509_value(believed, k)))
				return true;
	return false;
}

/* A root signs itself, may sign others, and is not over. */
static const char *
unfit(X509 *root)
{
	EVP_PKEY *key = X509_get0_pubkey(root);

	if (key == NULL || ca_key_unfit(key) != NULL ||
	    X509_check_ca(root) != 1 || X509_verify(root, key) != 1)
		return _("is no CA's certificate");
	if (issue_time(X509_get0_notAfter(root)) < clock_wall())
		return _("has expired");
	return NULL;
}

struct letter {
	STACK_OF(X509) *believed, *now;
	bool stranger;		/* one in it is neither known nor linked */
	struct buf *why;
};

/* Adds the root that pem begins with. */
static bool
take(struct letter *l, struct span pem, size_t number)
{
	STACK_OF(X509) *given = NULL;
	const char *wrong;
	bool ok = false;

	if (pem.n <= KEEP_FILE_MAX)
		given = keep_parse_certs(_("the CA sent"), pem, l->why);
	else
		buf_printf(l->why, _("CA %zu of the letter is longer than %d "
		    "bytes\n"), number, KEEP_FILE_MAX);
	if (given == NULL)
		return false;
	l->stranger = !is_among(l->believed, sk_X509_value(given, 0)) &&
	    !is_linked(l->believed, given);
	if ((wrong = unfit(sk_X509_value(given, 0))) != NULL)
		buf_printf(l->why, _("CA %zu of the letter: %s\n"), number,
		    wrong);
	else if (l->stranger)
		buf_printf(l->why, _("CA %zu of the letter is not signed for by "
		    "the CA that this site trusts; if the hub was set up "
		    "anew, enrol again with a new ticket\n"), number);
	else
		ok = true;
	if (ok)
		must(sk_X509_push(l->now, sk_X509_shift(given)) > 0);
	keep_free_certs(given);
	return ok;
}

static bool
is_same(STACK_OF(X509) *a, STACK_OF(X509) *b)
{
	if (sk_X509_num(a) != sk_X509_num(b))
		return false;
	for (int i = 0; i < sk_X509_num(a); i++)
		if (X509_cmp(sk_X509_value(a, i), sk_X509_value(b, i)) != 0)
			return false;
	return true;
}

/* The one that signs; of a letter, if it can be read. */
static X509 *
last_root(struct span pem)
{
	STACK_OF(X509) *given = NULL;
	X509 *root = NULL;
	struct buf why;

	buf_init(&why, 4096);
	if (pem.n <= KEEP_FILE_MAX)
		given = keep_parse_certs(_("the CA sent"), pem, &why);
	if (given != NULL)
		root = sk_X509_shift(given);
	keep_free_certs(given);
	buf_clear(&why);
	return root;
}

/* Does the letter tell of a time before this agent was enrolled? Then its
 * signing CA is the one that is believed, or was made before that. */
static bool
is_past(STACK_OF(X509) *believed, struct span last)
{
	X509 *ours = sk_X509_value(believed, sk_X509_num(believed) - 1);
	X509 *theirs = last_root(last);
	bool past = theirs != NULL && (X509_cmp(theirs, ours) == 0 ||
	    issue_time(X509_get0_notBefore(theirs)) <
	    issue_time(X509_get0_notBefore(ours)));

	X509_free(theirs);
	return past;
}

static bool
put(const char *path, STACK_OF(X509) *certs, struct buf *why)
{
	X509 *all[ANCHOR_MOST];
	int count = sk_X509_num(certs);

	must(count > 0 && count <= ANCHOR_MOST);
	for (int i = 0; i < count; i++)
		all[i] = sk_X509_value(certs, i);
	return keep_put_certs(path, KEEP_REPLACE, all, (size_t)count, why);
}

bool
anchor_replace(const char *dir, const struct span *pem, size_t count,
    struct buf *why)
{
	struct letter l = { .why = why };
	char path[KEEP_PATH_MAX];
	size_t before = why->n;
	bool ok = true;

	if (count == 0 || count > ANCHOR_MOST) {
		buf_printf(why, _("the letter names %zu CAs; 1 to %d were "
		    "expected\n"), count, ANCHOR_MOST);
		return false;
	}
	if (!keep_path(path, dir, "ca.pem", why) ||
	    (l.believed = keep_get_certs(path, why)) == NULL)
		return false;
	l.now = sk_X509_new_null();
	must(l.now != NULL);
	for (size_t i = 0; i < count && ok; i++)
		ok = take(&l, pem[i], i + 1);
	if (ok) {
		ok = is_same(l.now, l.believed) || put(path, l.now, why);
	} else if (l.stranger && is_past(l.believed, pem[count - 1])) {
		buf_cut(why, before);
		ok = true;
	}
	keep_free_certs(l.now);
	keep_free_certs(l.believed);
	return ok;
}
