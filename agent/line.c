/* See line.h. */
#include "agent/line.h"

#include <stdlib.h>

#include "agent/config.h"
#include "certs/peer.h"
#include "contrib/base/mem.h"

static char *
file_in(const char *dir, const char *name)
{
	struct buf b;
	char *path;

	buf_init(&b, 8192);
	buf_printf(&b, "%s/%s", dir, name);
	path = mem_text(buf_cstr(&b));
	buf_clear(&b);
	return path;
}

bool
line_init(struct line *l, const char *hub, const char *dir, struct buf *why)
{
	struct buf b;

	buf_init(&b, 4096);
	*l = (struct line){ 0 };
	if (config_hub(&b, hub, why)) {
		l->hub = mem_text(buf_cstr(&b));
		l->key = file_in(dir, "key.pem");
		l->cert = file_in(dir, "cert.pem");
		l->ca = file_in(dir, "ca.pem");
	}
	buf_clear(&b);
	return l->hub != NULL;
}

void
line_through(struct line *l, const char *proxy)
{
	free(l->proxy);
	l->proxy = proxy[0] != '\0' ? mem_text(proxy) : NULL;
}

void
line_clear(struct line *l)
{
	free(l->hub);
	free(l->key);
	free(l->cert);
	free(l->ca);
	free(l->proxy);
	*l = (struct line){ 0 };
}

static CURLcode
on_context(CURL *curl, void *context, void *arg)
{
	(void)curl;
	(void)arg;
	return peer_client(context, NULL) ? CURLE_OK : CURLE_SSL_CERTPROBLEM;
}

void
line_prepare(const struct line *l, CURL *curl)
{
	curl_easy_setopt(curl, CURLOPT_SSLCERT, l->cert);
	curl_easy_setopt(curl, CURLOPT_SSLKEY, l->key);
	curl_easy_setopt(curl, CURLOPT_CAINFO, l->ca);
	curl_easy_setopt(curl, CURLOPT_CAPATH, NULL);
#if LIBCURL_VERSION_NUM >= 0x075700	/* it keeps what it read for a day */
	curl_easy_setopt(curl, CURLOPT_CA_CACHE_TIMEOUT, 0L);
#endif
	curl_easy_setopt(curl, CURLOPT_SSLVERSION,
	    (long)CURL_SSLVERSION_TLSv1_3);
	curl_easy_setopt(curl, CURLOPT_SSL_CTX_FUNCTION, on_context);
	curl_easy_setopt(curl, CURLOPT_TCP_NODELAY, 1L);
	/* A hub that moved is found at once. */
	curl_easy_setopt(curl, CURLOPT_DNS_CACHE_TIMEOUT, 0L);
	if (l->proxy != NULL)
		curl_easy_setopt(curl, CURLOPT_PROXY, l->proxy);
}
