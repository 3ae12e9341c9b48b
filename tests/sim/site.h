/*
 * A site as it is: what stands below its document root, and what its people
 * have said. The naive truth that everything else is held against.
 */
#ifndef ZQ_SIM_SITE_H
#define ZQ_SIM_SITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SITE_PATHS 160
#define SITE_SAID 8		/* addresses of no file that people speak of;
				 * the odd ones are of a foreign host */
#define SITE_TEXT 128
#define SITE_SOURCE "web"

struct site_file {
	bool there;
	uint32_t content;	/* what it says */
	uint32_t stamp;		/* changes with every write and touch */
};

struct site {
	uint32_t number;
	bool unmounted;		/* the root is there, and empty */
	struct site_file file[SITE_PATHS];
	struct site_file said[SITE_SAID];
};

void site_init(struct site *s, uint32_t number);

/* Somebody works on it: one thing happens, to file n, which is returned. */
size_t site_edit(struct site *s);
/* So much of it is removed at once. */
void site_lose(struct site *s, uint32_t of_1000);
bool site_has(const struct site *s, size_t n);
bool site_is_empty(const struct site *s);

/* As the agent and the hub name them; returns out. */
const char *site_path(char out[SITE_TEXT], size_t n);
const char *site_url(char out[SITE_TEXT], const struct site *s, size_t n);
const char *site_title(char out[SITE_TEXT], const struct site_file *f,
    size_t n);
void site_hash(uint8_t out[32], const struct site_file *f, size_t n);

bool site_said_is_foreign(size_t n);
const char *site_said_url(char out[SITE_TEXT], const struct site *s,
    size_t n);

#endif
