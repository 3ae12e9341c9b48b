/*
 * A real hub for benches: made in a temporary directory, started as its own
 * processes, filled with enrolled sites, stopped and removed.
 */
#ifndef ZQ_BENCH_TAKE_HUB_H
#define ZQ_BENCH_TAKE_HUB_H

#include <arpa/inet.h>
#include <curl/curl.h>
#include <dirent.h>
#include <jansson.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "certs/enroll.h"
#include "certs/identity.h"
#include "contrib/base/clock.h"
#include "contrib/base/ctl.h"
#include "contrib/base/err.h"
#include "contrib/base/mem.h"
#include "contrib/base/text.h"
#include "hub/config.h"
#include "hub/init.h"
#include "tests/scratch.h"

struct take_hub {
	char dir[64];
	uint16_t port, web;
	pid_t pid;
};

static inline uint16_t
take_free_port(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	must(fd >= 0 && bind(fd, (struct sockaddr *)&a, sizeof(a)) == 0 &&
	    getsockname(fd, (struct sockaddr *)&a, &n) == 0);
	close(fd);
	return ntohs(a.sin_port);
}

static inline void
take_hub_make(struct take_hub *h)
{
	char listen[32], web[32];
	struct init i = { .dir = h->dir, .name = "bench",
	    .listen = listen, .web = web };
	struct buf why;

	snprintf(h->dir, sizeof(h->dir), "%s/zq-bench-XXXXXX",
	    getenv("TMPDIR") != NULL ? getenv("TMPDIR") : "/tmp");
	if (mkdtemp(h->dir) == NULL)
		fatal("no temporary directory");
	h->port = take_free_port();
	h->web = take_free_port();
	snprintf(listen, sizeof(listen), "127.0.0.1:%u", h->port);
	snprintf(web, sizeof(web), "127.0.0.1:%u", h->web);
	buf_init(&why, 4096);
	if (!init_hub(&i, &why))
		fatal("%s", buf_cstr(&why));
}

/* Until the control socket answers. */
static inline void
take_hub_start(struct take_hub *h, const char *program)
{
	char conf[CONFIG_PATH_MAX], control[CONFIG_PATH_MAX];
	json_t *answer = NULL;

	config_path(conf, h->dir, CONFIG_FILE);
	config_path(control, h->dir, CONFIG_SOCKET);
	h->pid = fork();
	must(h->pid >= 0);
	if (h->pid == 0) {
		char log[CONFIG_PATH_MAX];

		prctl(PR_SET_PDEATHSIG, SIGTERM);
		must(freopen(config_path(log, h->dir, "log"), "w",
		    stderr) != NULL);
		execl(program, program, "-c", conf, (char *)NULL);
		_exit(127);
	}
	for (int i = 0; i < 200 && answer == NULL; i++) {
		usleep(50000);
		answer = ctl_ask(control, json_pack("{s:s}", "do", "status"),
		    NULL, NULL);
	}
	if (answer == NULL)
		fatal("%s doesn't start; see %s/log", program, h->dir);
	json_decref(answer);
}

/* It ends, and can be started again. */
static inline void
take_hub_kill(struct take_hub *h)
{
	kill(h->pid, SIGTERM);
	waitpid(h->pid, NULL, 0);
}

static inline void
take_hub_stop(struct take_hub *h)
{
	take_hub_kill(h);
	if (scratch_remove(h->dir) != 0)
		fprintf(stderr, "%s stays\n", h->dir);
}

/* The next number of a text, or -1. */
static inline long long
take_number(struct span *s)
{
	struct span digits;
	uint64_t n;

	while (s->n > 0 && (*s->at == ' ' || *s->at == '\n'))
		s->at++, s->n--;
	digits = *s;
	for (digits.n = 0; s->n > 0 && *s->at >= '0' && *s->at <= '9';
	    digits.n++)
		s->at++, s->n--;
	return text_number(digits, 0, INT64_MAX, &n) ? (long long)n : -1;
}

static inline struct span
take_file(const char *path, char *at, size_t room)
{
	FILE *f = fopen(path, "r");
	struct span s = { .at = at, .n = 0 };

	if (f != NULL) {
		s.n = fread(at, 1, room, f);
		fclose(f);
	}
	return s;
}

/* The process of a part, by its name; 0: there is none. */
static inline pid_t
take_hub_find(const struct take_hub *h, const char *name)
{
	char path[64], children[1024], comm[64];
	struct span list, is;
	long long pid;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children",
	    (int)h->pid, (int)h->pid);
	list = take_file(path, children, sizeof(children));
	while ((pid = take_number(&list)) > 0) {
		snprintf(path, sizeof(path), "/proc/%lld/comm", pid);
		is = take_file(path, comm, sizeof(comm));
		if (span_is(text_trim(is), span_of(name)))
			return (pid_t)pid;
	}
	return 0;
}

static inline pid_t
take_hub_part(const struct take_hub *h, const char *name)
{
	pid_t pid = take_hub_find(h, name);

	if (pid == 0)
		fatal("the hub has no part %s", name);
	return pid;
}

/* Seconds of CPU, to the nanosecond. */
static inline double
take_cpu_of(pid_t pid)
{
	char path[64], text[128];
	struct span s;

	snprintf(path, sizeof(path), "/proc/%d/schedstat", (int)pid);
	s = take_file(path, text, sizeof(text));
	return (double)take_number(&s) / 1e9;
}

static inline size_t
take_gather(char *at, size_t size, size_t n, void *arg)
{
	buf_put(arg, at, size * n);
	return size * n;
}

/* One of the hub's counters, from /metrics. */
static inline double
take_counter(const struct take_hub *h, const char *name)
{
	char url[64];
	CURL *curl = curl_easy_init();
	const char *line;
	double value = -1;
	struct buf b;

	snprintf(url, sizeof(url), "http://127.0.0.1:%u/metrics", h->web);
	buf_init(&b, 64u << 20);	/* 10,000 sites have 2 KiB each */
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, 60L);
	curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_gather);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, &b);
	if (curl_easy_perform(curl) == CURLE_OK) {
		for (line = buf_cstr(&b); line != NULL;
		    line = strchr(line, '\n')) {
			line += *line == '\n';
			if (strncmp(line, name, strlen(name)) == 0 &&
			    line[strlen(name)] == ' ')
				value = strtod(line + strlen(name), NULL);
			if (*line == '\0')
				break;
		}
	}
	if (value < 0)
		fatal("/metrics has no %s", name);
	curl_easy_cleanup(curl);
	buf_clear(&b);
	return value;
}

/* --- sites --------------------------------------------------------------- */

struct take_id {
	EVP_PKEY *key;
	X509 *cert;
};

struct take_post {
	const struct take_hub *hub;
	CURL *curl;
};

static inline bool
take_send(void *arg, struct span der, struct buf *answer, struct buf *why)
{
	struct take_post *p = arg;
	char url[128], ca[CONFIG_PATH_MAX];
	struct curl_slist *type = curl_slist_append(NULL,
	    "Content-Type: " ENROLL_TYPE);
	CURLcode rc;

	snprintf(url, sizeof(url), "https://127.0.0.1:%u" ENROLL_PATH,
	    p->hub->port);
	config_path(ca, p->hub->dir, CONFIG_CA "/ca.pem");
	curl_easy_setopt(p->curl, CURLOPT_URL, url);
	curl_easy_setopt(p->curl, CURLOPT_CAINFO, ca);
	curl_easy_setopt(p->curl, CURLOPT_HTTPHEADER, type);
	curl_easy_setopt(p->curl, CURLOPT_POSTFIELDS, der.at);
	curl_easy_setopt(p->curl, CURLOPT_POSTFIELDSIZE, (long)der.n);
	curl_easy_setopt(p->curl, CURLOPT_WRITEFUNCTION, take_gather);
	curl_easy_setopt(p->curl, CURLOPT_WRITEDATA, answer);
	rc = curl_easy_perform(p->curl);
	curl_slist_free_all(type);
	if (rc != CURLE_OK)
		buf_text(why, curl_easy_strerror(rc));
	return rc == CURLE_OK;
}

/* Adds a site by the control socket and enrols it by CMP. */
static inline struct take_id
take_enroll(const struct take_hub *h, size_t n)
{
	char control[CONFIG_PATH_MAX], code[32], name[64], domain[64];
	struct take_post post = { .hub = h, .curl = curl_easy_init() };
	struct take_id id = { .key = identity_make_key() };
	const char *text, *wrong;
	struct ticket t;
	json_t *answer;
	struct buf why;
	X509 *ca;

	snprintf(code, sizeof(code), "41%08zu", n);
	snprintf(name, sizeof(name), "测试站点 %zu", n);
	snprintf(domain, sizeof(domain), "site%zu.example", n);
	answer = ctl_ask(config_path(control, h->dir, CONFIG_SOCKET),
	    json_pack("{s:s, s:s, s:s, s:s, s:b}", "do", "site-add",
	    "code", code, "name", name, "domain", domain, "odd-code", 1),
	    NULL, NULL);
	text = json_string_value(json_object_get(
	    json_object_get(answer, "ok"), "ticket"));
	if (text == NULL)
		fatal("site-add: %s", json_dumps(answer, 0));
	buf_init(&why, 4096);
	if (!ticket_parse(&t, span_of(text), &wrong))
		fatal("ticket: %s", wrong);
	if (!enroll_ask(&t, id.key, code, take_send, &post, &id.cert, &ca,
	    &why))
		fatal("enrol: %s", buf_cstr(&why));
	X509_free(ca);
	curl_easy_cleanup(post.curl);
	json_decref(answer);
	buf_clear(&why);
	return id;
}

#endif
