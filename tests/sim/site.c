/*
 * See site.h. Contents are few, so that a page may become what it was.
 */
#include "tests/sim/site.h"

#include <stdio.h>
#include <string.h>

#include "protocol/sha.h"
#include "tests/sim/sim.h"

#define CONTENTS 6

void
site_init(struct site *s, uint32_t number)
{
	*s = (struct site){ .number = number };
	for (size_t n = 0; n < SITE_PATHS; n++)
		s->file[n] = (struct site_file){ .there = chance(600),
			.content = dice(CONTENTS), .stamp = 1 };
}

size_t
site_edit(struct site *s)
{
	size_t n = dice(chance(500) ? SITE_PATHS : 12);
	struct site_file *f = &s->file[n];

	f->stamp++;
	if (!f->there) {
		f->there = true;
		f->content = dice(CONTENTS);
	} else if (chance(200)) {
		f->there = false;
	} else if (!chance(100)) {	/* else: only touched */
		f->content = dice(CONTENTS);
	}
	return n;
}

void
site_lose(struct site *s, uint32_t of_1000)
{
	for (size_t n = 0; n < SITE_PATHS; n++)
		if (chance(of_1000))
			s->file[n].there = false;
}

bool
site_has(const struct site *s, size_t n)
{
	return !s->unmounted && s->file[n].there;
}

bool
site_is_empty(const struct site *s)
{
	for (size_t n = 0; n < SITE_PATHS; n++)
		if (site_has(s, n))
			return false;
	return true;
}

const char *
site_path(char out[SITE_TEXT], size_t n)
{
	snprintf(out, SITE_TEXT, "d%zu/p%zu.html", n % 7, n);
	return out;
}

const char *
site_url(char out[SITE_TEXT], const struct site *s, size_t n)
{
	snprintf(out, SITE_TEXT, "https://www.s%u.gov.cn/d%zu/p%zu.html",
	    s->number, n % 7, n);
	return out;
}

const char *
site_title(char out[SITE_TEXT], const struct site_file *f, size_t n)
{
	snprintf(out, SITE_TEXT, "第%zu页 edition %u", n, f->content);
	return out;
}

void
site_hash(uint8_t out[32], const struct site_file *f, size_t n)
{
	char text[SITE_TEXT];
	struct sha s;

	site_title(text, f, n);
	sha_begin(&s);
	sha_add(&s, text, strlen(text));
	sha_end(&s, out);
}

bool
site_said_is_foreign(size_t n)
{
	return n % 2 == 1;
}

const char *
site_said_url(char out[SITE_TEXT], const struct site *s, size_t n)
{
	if (site_said_is_foreign(n))
		snprintf(out, SITE_TEXT, "https://foreign.example/%zu", n);
	else
		snprintf(out, SITE_TEXT, "https://www.s%u.gov.cn/said/%zu",
		    s->number, n);
	return out;
}
