/*
 * The door: accepts connections, as many as there is room for.
 *
 * Who comes when his address has its fair share (share.h) is turned away:
 * closed at once. A server in front, behind which many are, is no stranger: it
 * has as many places for itself.
 * There is such a share of the settling, too: a TLS handshake costs 2 ms of
 * CPU, so a crowd that comes back at once must queue, and one address that
 * opens connections and says nothing must not be that queue. Who finds as many
 * of his address settling stands in line, which is shared in the same way: he
 * isn't turned away, as a hundred sites behind one address would all have to
 * come again, later each time. While too many are settling nobody is let in:
 * the kernel's backlog is the queue then. (How those inside share the CPU:
 * http_link.h.) Out of descriptors means a second's rest.
 */
#ifndef ZQ_HUB_DOOR_H
#define ZQ_HUB_DOOR_H

#include <event2/event.h>
#include <stddef.h>
#include <stdint.h>

#define DOOR_ADDRESS 56		/* "[2001:db8::1]:51824" with its NUL */
#define DOOR_SETTLING 1024	/* two seconds' worth of handshakes */
#define DOOR_LINE 4096		/* in line: it costs no more than the socket */

struct door;

struct door_guest {
	int fd;				/* the callback's from then on */
	uint64_t who;			/* to be given back, see below */
	char address[DOOR_ADDRESS];
};

typedef void door_fn(void *arg, const struct door_guest *g);

/* Takes fd, a listening socket. */
struct door *door_new(struct event_base *base, int fd, size_t most,
    door_fn *come, void *arg);
/* Before anybody comes. Who (share_who()) may hold `most`, beside those of
 * the others. */
void door_trust(struct door *d, uint64_t who);
/* Called with the address of each who is turned away. */
typedef void door_turned_fn(void *arg, const char *address);
void door_tell(struct door *d, door_turned_fn *turned);
void door_free(struct door *d);
/* Each guest settles once and leaves once, in this order. */
void door_settled(struct door *d, uint64_t who);
void door_left(struct door *d, uint64_t who);

#endif
