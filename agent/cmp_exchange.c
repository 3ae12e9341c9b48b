/* See cmp_exchange.h. */
#include "agent/cmp_exchange.h"

#include <curl/curl.h>
#include <string.h>

#include "certs/enroll.h"
#include "certs/peer.h"
#include "contrib/base/lang.h"

#define CONNECT 10L		/* s */
#define TIMEOUT 60L		/* s */
#define PLAIN 3L		/* s, for who may answer without TLS */
#define OURS "zhanqun/"		/* what the hub's web pages call their server */

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

/* --- what answers there instead -------------------------------------------- */

static size_t
on_plain_body(char *at, size_t size, size_t n, void *arg)
{
	(void)at;
	(void)size;
	(void)n;
	(void)arg;
	return 0;
}

static size_t
on_plain_head(char *at, size_t size, size_t n, void *arg)
{
	static const char name[] = "Server: " OURS;
	bool *ours = arg;

	*ours |= size * n >= sizeof(name) - 1 &&
	    strncasecmp(at, name, sizeof(name) - 1) == 0;
	return size * n;
}

/* Its status without TLS; 0: none. A server with TLS that is spoken to
 * without may say 400. */
static long
plain_status(const struct cmp_exchange *w, bool *ours)
{
	CURL *curl = curl_easy_init();
	struct buf url;
	CURLcode code;
	long status = 0;

	buf_init(&url, 4096);
	buf_printf(&url, "http://%s/", w->hub + strlen("https://"));
	curl_easy_setopt(curl, CURLOPT_URL, buf_cstr(&url));
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, PLAIN);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_plain_body);
	curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_plain_head);
	curl_easy_setopt(curl, CURLOPT_HEADERDATA, ours);
	if (w->proxy != NULL)
		curl_easy_setopt(curl, CURLOPT_PROXY, w->proxy);
	code = curl_easy_perform(curl);
	if (code == CURLE_OK || code == CURLE_WRITE_ERROR)
		curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_cleanup(curl);
	buf_clear(&url);
	return status == 400 ? 0 : status;
}

/* Somebody took the connection, and didn't speak TLS. */
static void
say_who_answers(const struct cmp_exchange *w, struct buf *why)
{
	bool ours = false;

	if (plain_status(w, &ours) == 0)
		return;
	buf_text(why, ours ? _("; these are the hub's web pages: agents have "
	    "another port, which stands in the line of zqhub site add") :
	    _("; a web server without TLS answers there: is the port right? "
	    "It stands in the line of zqhub site add"));
}

/* --- one message ------------------------------------------------------------ */

/* Before TLS nothing is said: at the first contact, the ticket isn't. */
static bool
lacks_tls(const struct cmp_exchange *w, CURL *curl)
{
	curl_off_t tls = 0;

	curl_easy_getinfo(curl, CURLINFO_APPCONNECT_TIME_T, &tls);
	return w->line == NULL && tls == 0 &&
	    strncmp(w->hub, "https://", strlen("https://")) == 0;
}

static void
say_failure(const struct cmp_exchange *w, CURL *curl, CURLcode code,
    const char *url, struct buf *why)
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
	else if (words == NULL && lacks_tls(w, curl))
		say_who_answers(w, why);
}

static bool
perform(struct cmp_exchange *w, CURL *curl, const char *url, struct buf *why)
{
	CURLcode code = curl_easy_perform(curl);
	long status = 0;

	w->unreached = code == CURLE_COULDNT_CONNECT ||
	    code == CURLE_COULDNT_RESOLVE_HOST ||
	    code == CURLE_COULDNT_RESOLVE_PROXY ||
	    (code != CURLE_OK && lacks_tls(w, curl));
	if (code != CURLE_OK) {
		say_failure(w, curl, code, url, why);
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
