#include "hub/tls.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "certs/issue.h"
#include "certs/keep.h"
#include "certs/roll.h"
#include "contrib/base/clock.h"
#include "contrib/base/log.h"
#include "hub/listen.h"

static void
add(struct tls_hosts *h, const char *name)
{
	if (name[0] == '\0' || h->count == TLS_HOSTS ||
	    strlen(name) >= LISTEN_HOST)
		return;
	for (size_t i = 0; i < h->count; i++)
		if (strcmp(h->name[i], name) == 0)
			return;
	memcpy(h->name[h->count], name, strlen(name) + 1);
	h->list[h->count] = h->name[h->count];
	h->list[++h->count] = NULL;
}

/* Link-local addresses mean nothing on another machine. */
static void
add_address(struct tls_hosts *h, const struct sockaddr *a)
{
	char text[INET6_ADDRSTRLEN];
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	if (a != NULL && a->sa_family == AF_INET) {
		memcpy(&v4, a, sizeof(v4));
		add(h, inet_ntop(AF_INET, &v4.sin_addr, text, sizeof(text)));
	} else if (a != NULL && a->sa_family == AF_INET6) {
		memcpy(&v6, a, sizeof(v6));
		if (!IN6_IS_ADDR_LINKLOCAL(&v6.sin6_addr))
			add(h, inet_ntop(AF_INET6, &v6.sin6_addr, text,
			    sizeof(text)));
	}
}

/* As text; of a certificate that we have made. */
static const char *
name_of(const GENERAL_NAME *g, char text[INET6_ADDRSTRLEN])
{
	const ASN1_STRING *s = g->d.ia5;

	if (g->type == GEN_DNS)
		return (const char *)ASN1_STRING_get0_data(s);
	return inet_ntop(ASN1_STRING_length(s) == 4 ? AF_INET : AF_INET6,
	    ASN1_STRING_get0_data(s), text, INET6_ADDRSTRLEN);
}

static void
add_names(struct tls_hosts *h, const X509 *cert, int type)
{
	GENERAL_NAMES *all = X509_get_ext_d2i(cert, NID_subject_alt_name,
	    NULL, NULL);
	char text[INET6_ADDRSTRLEN];

	for (int i = 0; i < sk_GENERAL_NAME_num(all); i++) {
		const GENERAL_NAME *g = sk_GENERAL_NAME_value(all, i);
		const char *name = g->type == type ? name_of(g, text) : NULL;

		if (name != NULL)
			add(h, name);
	}
	GENERAL_NAMES_free(all);
}

static void
add_machine(struct tls_hosts *h)
{
	char name[LISTEN_HOST] = "";
	struct ifaddrs *all, *one;

	if (gethostname(name, sizeof(name) - 1) == 0)
		add(h, name);
	if (getifaddrs(&all) != 0)
		return;
	for (one = all; one != NULL; one = one->ifa_next)
		add_address(h, one->ifa_addr);
	freeifaddrs(all);
}

/* The host of https://host[:port][/…]. */
static void
add_public(struct tls_hosts *h, const char *public)
{
	char host[LISTEN_HOST], port[LISTEN_PORT], authority[LISTEN_HOST + 8];
	const char *at = strstr(public, "://");
	size_t n;

	if (at == NULL)
		return;
	n = strcspn(at + 3, "/?#");
	if (n >= LISTEN_HOST)
		return;
	snprintf(authority, sizeof(authority), "%.*s", (int)n, at + 3);
	if (!listen_split(authority, host, port)) {
		snprintf(authority, sizeof(authority), "%.*s:443", (int)n,
		    at + 3);
		if (!listen_split(authority, host, port))
			return;
	}
	add(h, host);
}

static void
gather(struct tls_hosts *h, const char *listen, const char *public)
{
	char host[LISTEN_HOST], port[LISTEN_PORT];

	memset(h, 0, sizeof(*h));
	add_public(h, public);
	if (listen_split(listen, host, port)) {
		if (strcmp(host, "0.0.0.0") == 0 || strcmp(host, "::") == 0)
			add_machine(h);
		else
			add(h, host);
	}
	add(h, "localhost");
	add(h, "127.0.0.1");
	add(h, "::1");
}

static bool
make(const struct ca *ca, const char *dir, const char *name,
    const struct tls_hosts *hosts, struct buf *why)
{
	char key[CONFIG_PATH_MAX], cert[CONFIG_PATH_MAX];

	return ca_issue_hub(ca, name, hosts->list, CA_HUB_DAYS,
	    config_path(key, dir, CONFIG_TLS_KEY),
	    config_path(cert, dir, CONFIG_TLS_CERT), why);
}

bool
tls_make(const struct ca *ca, const char *dir, const char *name,
    const char *listen, const char *public, struct buf *why)
{
	struct tls_hosts hosts;

	gather(&hosts, listen, public);
	return make(ca, dir, name, &hosts, why);
}

static bool
has_host(X509 *cert, const char *host)
{
	if (strspn(host, "0123456789.") == strlen(host) ||
	    strchr(host, ':') != NULL)
		return X509_check_ip_asc(cert, host, 0) == 1;
	return X509_check_host(cert, host, 0, 0, NULL) == 1;
}

/* It lasts as long as its CA: a longer one there can't be. */
static bool
is_at_its_end(const X509 *cert, const struct ca *ca)
{
	return issue_time(X509_get0_notAfter(cert)) >=
	    issue_time(X509_get0_notAfter(ca->cert));
}

/* Of this CA, with this key, in date, for all of these names? */
static bool
is_good(X509 *cert, EVP_PKEY *key, const struct ca *ca,
    const struct tls_hosts *hosts)
{
	if (X509_check_private_key(cert, key) != 1 || (ca_days_left(cert, clock_wall()) < TLS_RENEW_DAYS &&
	    !is_at_its_end(cert, ca)))
		return false;
	for (size_t i = 0; i < hosts->count; i++)
		if (!has_host(cert, hosts->list[i]))
			return false;
	return true;
}

void
tls_gather(struct tls_hosts *h, const struct config *c)
{
	gather(h, c->listen, c->public);
}

static enum tls_state
look(const struct config *c, const struct tls_hosts *hosts,
    const struct ca *ca)
{
	char path[CONFIG_PATH_MAX];
	struct buf ignored;	/* made anew, whatever is wrong with it */
	enum tls_state state = TLS_MADE_ANEW;
	EVP_PKEY *key;
	X509 *cert;

	buf_init(&ignored, 1024);
	cert = keep_get_cert(config_path(path, c->dir, CONFIG_TLS_CERT),
	    &ignored);
	key = keep_get_key(config_path(path, c->dir, CONFIG_TLS_KEY),
	    &ignored);
	if (cert != NULL && X509_verify(cert, ca->key) != 1)
		state = TLS_OTHER_CA;
	else if (cert != NULL && key != NULL && is_good(cert, key, ca, hosts))
		state = TLS_GOOD;
	X509_free(cert);
	EVP_PKEY_free(key);
	buf_clear(&ignored);
	ERR_clear_error();
	return state;
}

/* Agents that dial a name of before would refuse a certificate without it,
 * and couldn't be told of the new one: what the last one had stays, as far as
 * there is room. Names go before addresses, which come and go. */
static bool
make_anew(const struct ca *ca, const struct config *c,
    const struct tls_hosts *hosts, struct buf *why)
{
	struct tls_hosts all = *hosts;	/* its list goes on into the other */
	char path[CONFIG_PATH_MAX];
	struct buf ignored;
	X509 *last;

	buf_init(&ignored, 1024);
	last = keep_get_cert(config_path(path, c->dir, CONFIG_TLS_CERT),
	    &ignored);
	if (last != NULL) {
		add_names(&all, last, GEN_DNS);
		add_names(&all, last, GEN_IPADD);
	}
	X509_free(last);
	buf_clear(&ignored);
	ERR_clear_error();
	return make(ca, c->dir, c->name, &all, why);
}

enum tls_state
tls_look(const struct config *c, const struct tls_hosts *hosts,
    struct buf *why)
{
	enum tls_state state;
	char dir[CONFIG_PATH_MAX];
	struct ca ca;

	if (!roll_mend(config_path(dir, c->dir, CONFIG_CA), why) ||
	    !ca_open(&ca, dir, why))
		return TLS_NO_CA;
	if (ca_days_left(ca.cert, clock_wall()) < 0)
		log_error("the CA has ended: no certificate of it is good "
		    "any more; zqhub ca status says what to do");
	state = look(c, hosts, &ca);
	if (state != TLS_GOOD && (!keep_dir(config_path(dir, c->dir,
	    CONFIG_TLS), 0700, why) || !make_anew(&ca, c, hosts, why)))
		state = TLS_FAILED;
	ca_close(&ca);
	return state;
}

/* --- for the edge -------------------------------------------------------- */

static bool
read_file(struct buf *b, const char *dir, const char *name, struct buf *why)
{
	char path[CONFIG_PATH_MAX];

	return keep_get(config_path(path, dir, name), b, why);
}

bool
tls_read(struct tls_pem *pem, const char *dir, struct buf *why)
{
	char path[CONFIG_PATH_MAX];

	buf_init(&pem->chain, KEEP_FILE_MAX);
	buf_init(&pem->key, KEEP_FILE_MAX);
	buf_init(&pem->cas, (size_t)2 * KEEP_FILE_MAX);
	if (read_file(&pem->chain, dir, CONFIG_TLS_CERT, why) &&
	    keep_get_secret(config_path(path, dir, CONFIG_TLS_KEY),
	    &pem->key, why) &&
	    read_file(&pem->cas, dir, CONFIG_CA "/ca.pem", why) &&
	    (!roll_is_begun(config_path(path, dir, CONFIG_CA)) ||
	    read_file(&pem->cas, dir, CONFIG_CA "/" ROLL_CERT, why)))
		return true;
	tls_pem_clear(pem);
	return false;
}

void
tls_pem_clear(struct tls_pem *pem)
{
	if (pem->key.at != NULL)
		OPENSSL_cleanse(pem->key.at, pem->key.n);
	buf_clear(&pem->chain);
	buf_clear(&pem->key);
	buf_clear(&pem->cas);
}
