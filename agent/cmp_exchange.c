/* See cmp_exchange.h. */
#include "agent/cmp_exchange.h"

#include <curl/curl.h>

#include "certs/enroll.h"
#include "certs/peer.h"
#include "contrib/base/lang.h"

#define CONNECT 10L		/* s */
#define TIMEOUT 60L		/* s */

static size_t
on_body(char *at, size_t size, size_t n, void *arg)
{
	struct cmp_exchange *w = arg;

	buf_put(w->answer, at, size * n);
	return w->answer->bad ? 0 : size * n;
}

static CURLcode
on_context(CURL *curl, void *context, void *arg)
{
	struct cmp_exchange *w = arg;

	(void)curl;
	return peer_client(context, w->pin) ? CURLE_OK :
	    CURLE_SSL_CERTPROBLEM;
}

static void
say_failure(CURL *curl, CURLcode code, const char *url, struct buf *why)
{
	long verified = 0;
	const char *words = NULL;

	curl_easy_getinfo(curl, CURLINFO_SSL_VERIFYRESULT, &verified);
	if (code == CURLE_PEER_FAILED_VERIFICATION)
		words = peer_why(verified);
	buf_printf(why, "%s: %s", url, words != NULL ? words :
	    curl_easy_strerror(code));
	if (code == CURLE_COULDNT_CONNECT)
		buf_text(why, _("; is the port right, and does a firewall let "
		    "this machine out?"));
	else if (code == CURLE_COULDNT_RESOLVE_HOST)
		buf_text(why, _("; is the name right?"));
}

static bool
perform(struct cmp_exchange *w, CURL *curl, const char *url, struct buf *why)
{
	CURLcode code = curl_easy_perform(curl);
	long status = 0;

	w->unreached = code == CURLE_COULDNT_CONNECT ||
	    code == CURLE_COULDNT_RESOLVE_HOST ||
	    code == CURLE_COULDNT_RESOLVE_PROXY;
	if (code != CURLE_OK) {
		say_failure(curl, code, url, why);
		return false;
	}
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	if (status != 200)
		buf_printf(why, _("%s: HTTP status %ld; is this the hub's "
		    "address, with its port?"), url, status);
	return status == 200;
}

static void
prepare(struct cmp_exchange *w, CURL *curl)
{
	if (w->line != NULL) {
		line_prepare(w->line, curl);
		return;
	}
	curl_easy_setopt(curl, CURLOPT_CAINFO, NULL);
	curl_easy_setopt(curl, CURLOPT_CAPATH, NULL);
	curl_easy_setopt(curl, CURLOPT_SSL_CTX_FUNCTION, on_context);
	curl_easy_setopt(curl, CURLOPT_SSL_CTX_DATA, w);
	if (w->proxy != NULL)
		curl_easy_setopt(curl, CURLOPT_PROXY, w->proxy);
}

bool
cmp_exchange_send(void *arg, struct span der, struct buf *answer,
    struct buf *why)
{
	struct cmp_exchange *w = arg;
	struct curl_slist *head = curl_slist_append(NULL,
	    "Content-Type: " ENROLL_TYPE);
	CURL *curl = curl_easy_init();
	struct buf url;
	bool ok;

	w->answer = answer;
	buf_init(&url, 4096);
	buf_printf(&url, "%s" ENROLL_PATH, w->hub);
	curl_easy_setopt(curl, CURLOPT_URL, buf_cstr(&url));
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, head);
	curl_easy_setopt(curl, CURLOPT_POSTFIELDS, der.at);
	curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)der.n);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, CONNECT);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, TIMEOUT);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, w);
	prepare(w, curl);
	ok = perform(w, curl, buf_cstr(&url), why);
	curl_easy_cleanup(curl);
	curl_slist_free_all(head);
	buf_clear(&url);
	return ok;
}
