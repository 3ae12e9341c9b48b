/* See answered.h. */
#include "agent/answered.h"

#include "contrib/base/buf.h"
#include "contrib/base/err.h"
#include "protocol/limits.h"
#include "protocol/url.h"

#define HERE "127.0.0.1:"	/* this machine, at the address's own port */

struct curl_slist *
answered_to(const char *where)
{
	struct curl_slist *list;
	struct buf b;

	buf_init(&b, LIMIT_URL);
	buf_printf(&b, "::%s", where != NULL ? where : HERE);
	list = curl_slist_append(NULL, buf_cstr(&b));
	must(list != NULL);
	buf_clear(&b);
	return list;
}

void
answered_prepare(CURL *curl, struct curl_slist *to)
{
	curl_easy_setopt(curl, CURLOPT_FRESH_CONNECT, 1L);
	curl_easy_setopt(curl, CURLOPT_FORBID_REUSE, 1L);
	curl_easy_setopt(curl, CURLOPT_SSL_SESSIONID_CACHE, 0L);
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 0L);
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 0L);
	if (to != NULL)
		curl_easy_setopt(curl, CURLOPT_CONNECT_TO, to);
}

bool
answered_by_host(CURL *curl, const char *url)
{
	char *last = NULL;
	struct buf normal;
	struct url x, y;
	bool same;

	curl_easy_getinfo(curl, CURLINFO_EFFECTIVE_URL, &last);
	buf_init(&normal, LIMIT_URL);
	same = last != NULL && url_normal(&normal, span_of(last), NULL) &&
	    url_parse(&x, buf_look(&normal)) &&
	    url_parse(&y, span_of(url)) && span_is(x.host, y.host);
	buf_clear(&normal);
	return same;
}

bool
answered_is(const struct fetch_answer *a)
{
	return a->status >= 100 && a->status <= 999 &&
	    (a->code == CURLE_OK || a->too_long);
}

enum health_error
answered_why(const struct fetch_answer *a)
{
	if (answered_is(a))
		return HEALTH_FINE;
	switch (a->code) {
	case CURLE_COULDNT_RESOLVE_HOST:
		return HEALTH_NAME;
	case CURLE_COULDNT_CONNECT:
		return HEALTH_REFUSED;
	case CURLE_OPERATION_TIMEDOUT:
		return HEALTH_TIMEOUT;
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CIPHER:
	case CURLE_PEER_FAILED_VERIFICATION:
		return HEALTH_TLS;
	case CURLE_GOT_NOTHING:
	case CURLE_PARTIAL_FILE:
	case CURLE_RECV_ERROR:
	case CURLE_SEND_ERROR:
		return HEALTH_CUT;
	default:
		return HEALTH_OTHER;
	}
}
