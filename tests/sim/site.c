/*
 * See site.h. A page may become what it was before.
 */
#include "tests/sim/site.h"

#include <stdio.h>
#include <string.h>

#include "tests/sim/sim.h"

#define EDITIONS 6		/* of what is said */

/* One half has as many as the other. */
static size_t
in_use(size_t n)
{
	return n % 2 == 0 ? n / 2 : SITE_HALF + n / 2;
}

size_t
site_some(const struct site *s)
{
	return in_use(dice(s->paths));
}

/* Mostly of the cluster; some lead where nothing is, some out of it. */
static struct site_link
draw_link(const struct site *s)
{
	struct site_link l = { .host = (uint8_t)(1 + dice(s->sites)),
		.plain = chance(150) };

	if (chance(60))
		l.host = 0;
	else if (sim.domains && chance(200))
		l.host += SITE_NEW;
	l.path = (uint16_t)(chance(30) ? SITE_PATHS + dice(SITE_NEVER) :
	    chance(400) ? dice(14) : site_some(s));
	return l;
}

static uint32_t
write_page(const struct site *s)
{
	struct site_page p = { .nav = chance(750) ? SITE_NAV : 0 };

	memcpy(p.link, s->nav, p.nav * sizeof(*p.link));
	p.n = (uint8_t)(p.nav + dice(SITE_LINKS - SITE_NAV + 1));
	for (size_t i = p.nav; i < p.n; i++)
		p.link[i] = draw_link(s);
	return site_page_put(&p);
}

static bool
is_link(const struct site_link *a, const struct site_link *b)
{
	return a->host == b->host && a->path == b->path &&
	    a->plain == b->plain;
}

/* --- work ----------------------------------------------------------------- */

void
site_init(struct site *s, uint32_t number, uint32_t sites, uint32_t paths)
{
	*s = (struct site){ .number = number, .host = number,
		.sites = sites,
		.paths = paths };
	for (size_t i = 0; i < SITE_NAV; i++)
		s->nav[i] = draw_link(s);
	for (size_t n = 0; n < SITE_PATHS; n++)
		s->file[n] = (struct site_file){ .content = write_page(s),
			.stamp = 1 };
	for (size_t n = 0; n < s->paths; n++)
		s->file[in_use(n)].there = chance(600);
}

size_t
site_edit(struct site *s)
{
	size_t n = chance(500) ? site_some(s) : dice(12);
	struct site_file *f = &s->file[n];

	f->stamp++;
	if (!f->there) {
		f->there = true;
		if (chance(700))
			f->content = write_page(s);
	} else if (chance(200)) {
		f->there = false;
	} else if (!chance(100)) {	/* else: only touched */
		f->content = write_page(s);
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
site_rename(struct site *s, size_t from, size_t to)
{
	struct site_file *f = &s->file[from], *t = &s->file[to];

	if (!f->there || from == to)
		return false;
	t->there = true;
	t->content = f->content;
	t->stamp++;
	f->there = false;
	f->content = write_page(s);	/* if something comes there again */
	f->stamp++;
	return true;
}

void
site_swap(struct site *s, size_t a, size_t b)
{
	struct site_file *f = &s->file[a], *t = &s->file[b], was = *f;

	f->there = t->there;
	f->content = t->content;
	t->there = was.there;
	t->content = was.content;
	f->stamp++;
	t->stamp++;
}

void
site_take_down(struct site *s, size_t n)
{
	s->file[n].there = false;
	s->file[n].content = write_page(s);
	s->file[n].stamp++;
}

static void
put_nav(struct site *s)
{
	for (size_t n = 0; n < SITE_PATHS; n++) {
		struct site_page p = *site_page(s->file[n].content);

		if (p.nav == 0)
			continue;
		memcpy(p.link, s->nav, p.nav * sizeof(*p.link));
		s->file[n].content = site_page_put(&p);
		s->file[n].stamp++;
	}
}

void
site_edit_nav(struct site *s)
{
	s->nav[dice(SITE_NAV)] = draw_link(s);
	put_nav(s);
}

static bool
mend_nav(struct site *s, const struct site_link *old,
    const struct site_link *new)
{
	bool any = false;

	for (size_t i = 0; i < SITE_NAV; i++)
		if (is_link(&s->nav[i], old)) {
			s->nav[i] = *new;
			any = true;
		}
	if (any)
		put_nav(s);
	return any;
}

bool
site_mend(struct site *s, size_t n, const struct site_link *old,
    const struct site_link *new)
{
	static const struct site_link nowhere = { .host = 0 };
	struct site_page p = *site_page(s->file[n].content);
	bool any = false;

	if (new == NULL)
		new = &nowhere;
	if (p.nav > 0 && mend_nav(s, old, new)) {
		p = *site_page(s->file[n].content);
		any = true;
	}
	for (size_t i = p.nav; i < p.n; i++)
		if (is_link(&p.link[i], old)) {
			p.link[i] = *new;
			any = true;
		}
	if (any) {
		s->file[n].content = site_page_put(&p);
		s->file[n].stamp++;
	}
	return any;
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

/* --- names ---------------------------------------------------------------- */

/* The prefix of all that it has. */
const char *
site_root(char out[SITE_TEXT], const struct site *s)
{
	char host[SITE_TEXT];

	snprintf(out, SITE_TEXT, "https://%s/", site_host_name(host, s->host));
	return out;
}

/* … and of all in its column. */
const char *
site_column(char out[SITE_TEXT], const struct site *s, size_t n)
{
	char half, host[SITE_TEXT];
	size_t i = site_place(n, &half);

	snprintf(out, SITE_TEXT, "https://%s/%c%zu/",
	    site_host_name(host, s->host), half, i % SITE_COLUMNS);
	return out;
}

const char *
site_url(char out[SITE_TEXT], const struct site *s, size_t n)
{
	struct site_link l = { .host = (uint8_t)s->host,
		.path = (uint16_t)n };

	return site_link_url(out, &l);
}

/* --- what people say ------------------------------------------------------ */

const char *
site_title(char out[SITE_TEXT], const struct site_file *f, size_t n)
{
	snprintf(out, SITE_TEXT, "第%zu条 edition %u", n,
	    f->content % EDITIONS);
	return out;
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
