/*
 * The addresses of a name: getaddrinfo_a() and a timer; see home_dns.h.
 */
#include "hub/home_dns.h"

#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contrib/base/err.h"
#include "contrib/base/mem.h"

#define FIRST_MS 2		/* until it is looked at, twice as long … */
#define MOST_MS 50		/* … each time, up to this */
#define WAIT_S 10		/* for the thread, when nobody wants it */

struct home_dns {
	struct gaicb job;
	struct addrinfo hints;
	struct event *timer;
	int ms;
	char *host;
	home_dns_fn *done;
	void *arg;
};

static void
look_in(struct home_dns *d)
{
	struct timeval t = { .tv_usec = d->ms * 1000 };

	event_add(d->timer, &t);
	d->ms = d->ms * 2 < MOST_MS ? d->ms * 2 : MOST_MS;
}

static void
forget(struct home_dns *d)
{
	if (d->job.ar_result != NULL)
		freeaddrinfo(d->job.ar_result);
	event_free(d->timer);
	free(d->host);
	free(d);
}

static int
compare(const void *a, const void *b)
{
	const char *one = a, *two = b;

	return strcmp(one, two);
}

static size_t
take(const struct addrinfo *all, char (*out)[INET6_ADDRSTRLEN])
{
	size_t n = 0;

	for (const struct addrinfo *a = all; a != NULL && n < HOME_ADDRESSES;
	    a = a->ai_next)
		n += getnameinfo(a->ai_addr, a->ai_addrlen, out[n],
		    INET6_ADDRSTRLEN, NULL, 0, NI_NUMERICHOST) == 0;
	qsort(out, n, INET6_ADDRSTRLEN, compare);
	return n;
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	char address[HOME_ADDRESSES][INET6_ADDRSTRLEN] = { "" };
	struct home_dns *d = arg;
	int rc = gai_error(&d->job);
	size_t n = 0;

	(void)fd, (void)what;
	if (rc == EAI_INPROGRESS) {
		look_in(d);
		return;
	}
	if (rc == 0)
		n = take(d->job.ar_result, address);
	d->done(d->arg, address, n, n == 0 && rc != 0 ? gai_strerror(rc) :
	    "");
	forget(d);
}

struct home_dns *
home_dns_ask(struct event_base *base, const char *host, home_dns_fn *done,
    void *arg)
{
	struct home_dns *d = mem_new(sizeof(*d));
	struct gaicb *list[] = { &d->job };

	d->host = mem_copy(host, strlen(host));
	d->hints = (struct addrinfo){ .ai_family = AF_UNSPEC,
	    .ai_socktype = SOCK_STREAM };
	d->job = (struct gaicb){ .ar_name = d->host, .ar_request = &d->hints };
	d->done = done;
	d->arg = arg;
	d->ms = FIRST_MS;
	d->timer = evtimer_new(base, on_timer, d);
	must(d->timer != NULL);
	/* What can't be asked for is an answer, too: gai_error() has it. */
	(void)getaddrinfo_a(GAI_NOWAIT, list, 1, NULL);
	look_in(d);
	return d;
}

void
home_dns_cancel(struct home_dns *d)
{
	const struct timespec wait = { .tv_sec = WAIT_S };
	const struct gaicb *list[] = { d != NULL ? &d->job : NULL };

	if (d == NULL)
		return;
	/* What no thread had begun is gone then, and never says that it is. */
	if (gai_cancel(&d->job) == EAI_CANCELED) {
		forget(d);
		return;
	}
	while (gai_error(&d->job) == EAI_INPROGRESS)
		if (gai_suspend(list, 1, &wait) == EAI_AGAIN)
			return;		/* its thread still writes into it */
	forget(d);
}
