#include "hub/door.h"

#include <arpa/inet.h>
#include <errno.h>
#include <event2/listener.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <unistd.h>

#include "contrib/base/err.h"
#include "contrib/base/log.h"
#include "contrib/base/mem.h"
#include "hub/share.h"

#define LOOKS 64	/* at those in line, at a time */

struct waiting {
	TAILQ_ENTRY(waiting) entry;
	struct door_guest guest;
};

struct door {
	struct evconnlistener *listener;
	struct event *rest, *next;
	struct share *share, *settling, *line;
	size_t most;
	uint64_t trusted;	/* who; 0: nobody … */
	size_t inside;		/* … and how many he holds */
	TAILQ_HEAD(waiting_line, waiting) waiting;
	door_fn *come;
	door_turned_fn *turned;	/* may be NULL */
	void *arg;
};

/* inet_ntop, not getnameinfo: that looks into files. */
static void
format_address(char out[DOOR_ADDRESS], const struct sockaddr *a)
{
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
	char host[INET6_ADDRSTRLEN] = "?";

	if (a->sa_family == AF_INET) {
		memcpy(&v4, a, sizeof(v4));
		inet_ntop(AF_INET, &v4.sin_addr, host, sizeof(host));
		snprintf(out, DOOR_ADDRESS, "%s:%u", host,
		    ntohs(v4.sin_port));
	} else if (a->sa_family == AF_INET6) {
		memcpy(&v6, a, sizeof(v6));
		inet_ntop(AF_INET6, &v6.sin6_addr, host, sizeof(host));
		snprintf(out, DOOR_ADDRESS, "[%s]:%u", host,
		    ntohs(v6.sin6_port));
	} else {
		snprintf(out, DOOR_ADDRESS, "local");
	}
}

static bool
take_place(struct door *d, uint64_t who)
{
	if (d->trusted == 0 || who != d->trusted)
		return share_take(d->share, who);
	if (d->inside == d->most)
		return false;
	d->inside++;
	return true;
}

/* See take_place(). */
static void
give_place(struct door *d, uint64_t who)
{
	if (d->trusted == 0 || who != d->trusted)
		share_give(d->share, who);
	else
		d->inside--;
}

static void
turn_away(struct door *d, const struct door_guest *g)
{
	close(g->fd);
	if (d->turned != NULL)
		d->turned(d->arg, g->address);
}

/* He has his place among those who settle. */
static void
let_in(struct door *d, const struct door_guest *g)
{
	if (share_taken(d->settling) == DOOR_SETTLING)
		evconnlistener_disable(d->listener);
	d->come(d->arg, g);
}

static void
stand_in_line(struct door *d, const struct door_guest *g)
{
	struct waiting *w = mem_new(sizeof(*w));

	w->guest = *g;
	TAILQ_INSERT_TAIL(&d->waiting, w, entry);
}

static void
on_accept(struct evconnlistener *l, evutil_socket_t fd, struct sockaddr *a,
    int length, void *arg)
{
	struct door *d = arg;
	struct door_guest g = { .fd = fd, .who = share_who(a) };

	(void)l, (void)length;
	format_address(g.address, a);
	if (!take_place(d, g.who)) {
		turn_away(d, &g);
	} else if (share_take(d->settling, g.who)) {
		let_in(d, &g);
	} else if (share_take(d->line, g.who)) {
		stand_in_line(d, &g);
	} else {
		give_place(d, g.who);
		turn_away(d, &g);
	}
}

/* --- the line -------------------------------------------------------------- */

static bool
has_left(const struct door_guest *g)
{
	struct pollfd p = { .fd = g->fd, .events = POLLRDHUP };

	return poll(&p, 1, 0) == 1;
}

static void
leave_line(struct door *d, struct waiting *w)
{
	TAILQ_REMOVE(&d->waiting, w, entry);
	share_give(d->line, w->guest.who);
	free(w);
}

static void
drop(struct door *d, struct waiting *w)
{
	give_place(d, w->guest.who);
	close(w->guest.fd);
	leave_line(d, w);
}

/* Whose address has many settling goes to the end again, so that nobody
 * stands behind him for long. */
static void
look_at(struct door *d, struct waiting *w)
{
	struct door_guest g = w->guest;

	if (has_left(&g)) {
		drop(d, w);
	} else if (share_take(d->settling, g.who)) {
		leave_line(d, w);
		let_in(d, &g);
	} else {
		TAILQ_REMOVE(&d->waiting, w, entry);
		TAILQ_INSERT_TAIL(&d->waiting, w, entry);
	}
}

static void
on_next(evutil_socket_t fd, short what, void *arg)
{
	struct door *d = arg;
	struct waiting *w = TAILQ_FIRST(&d->waiting), *next;

	(void)fd, (void)what;
	for (int i = 0; i < LOOKS && w != NULL &&
	    share_taken(d->settling) < DOOR_SETTLING; i++) {
		next = TAILQ_NEXT(w, entry);
		look_at(d, w);
		w = next;
	}
}

/* --- its life -------------------------------------------------------------- */

static void
on_rested(evutil_socket_t fd, short what, void *arg)
{
	struct door *d = arg;

	(void)fd, (void)what;
	if (share_taken(d->settling) < DOOR_SETTLING)
		evconnlistener_enable(d->listener);
}

/* EMFILE and its kin. Not to rest would be to spin. */
static void
on_error(struct evconnlistener *l, void *arg)
{
	struct door *d = arg;
	const struct timeval second = { .tv_sec = 1 };

	log_warn("address=any can't accept: %s; resting for a second",
	    strerror(errno));
	evconnlistener_disable(l);
	event_add(d->rest, &second);
}

struct door *
door_new(struct event_base *base, int fd, size_t most, door_fn *come,
    void *arg)
{
	struct door *d = mem_new(sizeof(*d));
	int on = 1;

	d->most = most;
	d->share = share_new(most);
	d->settling = share_new(DOOR_SETTLING);
	d->line = share_new(DOOR_LINE);
	TAILQ_INIT(&d->waiting);
	d->come = come;
	d->arg = arg;
	/* Accepted sockets inherit it: without, an answer in two writes waits
	 * 40 ms for the other side's delayed ACK. */
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	evutil_make_socket_nonblocking(fd);
	d->rest = evtimer_new(base, on_rested, d);
	d->next = event_new(base, -1, 0, on_next, d);
	d->listener = evconnlistener_new(base, on_accept, d,
	    LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, 0, fd);
	must(d->rest != NULL && d->next != NULL && d->listener != NULL);
	evconnlistener_set_error_cb(d->listener, on_error);
	return d;
}

void
door_trust(struct door *d, uint64_t who)
{
	must(share_taken(d->share) == 0);
	d->trusted = who;
}

void
door_tell(struct door *d, door_turned_fn *turned)
{
	d->turned = turned;
}

void
door_free(struct door *d)
{
	struct waiting *w, *next;

	if (d == NULL)
		return;
	evconnlistener_free(d->listener);
	event_free(d->rest);
	event_free(d->next);
	for (w = TAILQ_FIRST(&d->waiting); w != NULL; w = next) {
		next = TAILQ_NEXT(w, entry);
		drop(d, w);
	}
	share_free(d->share);
	share_free(d->settling);
	share_free(d->line);
	free(d);
}

void
door_settled(struct door *d, uint64_t who)
{
	share_give(d->settling, who);
	if (share_taken(d->settling) == DOOR_SETTLING - 1)
		evconnlistener_enable(d->listener);
	/* Not from here: who has settled may be about to be freed. */
	if (!TAILQ_EMPTY(&d->waiting))
		event_active(d->next, EV_TIMEOUT, 0);
}

void
door_left(struct door *d, uint64_t who)
{
	give_place(d, who);
}
