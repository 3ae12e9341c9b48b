/* See sources.h. */
#include "agent/sources.h"

#include <stdlib.h>
#include <string.h>

#include "agent/covers.h"
#include "agent/known.h"
#include "contrib/base/err.h"
#include "contrib/base/log.h"
#include "contrib/base/mem.h"
#include "protocol/limits.h"
#include "protocol/url.h"

#define TROUBLE_MAX 8192	/* bytes of a sentence */
#define ORPHANS_MOST 64		/* more are dealt with when these are gone */

struct one {
	const struct source_kind *kind;
	struct source *source;
	char *name;
	const struct config_source *set;	/* NULL: an orphan */
};

struct sources {
	struct source_host host;
	struct one one[CONFIG_SOURCES_MAX + ORPHANS_MOST];
	size_t count, set;	/* of all; of the settings, which are first */
};

/* What people call it: status, release and refuse do. */
static const char *
shown(const struct one *o)
{
	if (o->name[0] == '\0')
		return SOURCE_SAID;
	return strcmp(o->name, KNOWN_STRAY) == 0 ? SOURCE_STRAY : o->name;
}

static bool
is_meant(const struct one *o, const char *name)
{
	return name == NULL || name[0] == '\0' || strcmp(shown(o), name) == 0;
}

static struct one *
find(struct sources *s, struct span name)
{
	for (size_t i = 0; i < s->count; i++)
		if (span_is(name, span_of(s->one[i].name)))
			return &s->one[i];
	return NULL;
}

static struct one *
add(struct sources *s, const struct source_kind *kind, struct span name,
    const struct config_source *set)
{
	struct one *o = &s->one[s->count++];

	must(s->count <= CONFIG_SOURCES_MAX + ORPHANS_MOST);
	o->kind = kind;
	o->set = set;
	o->name = mem_copy(name.n > 0 ? name.at : "", name.n);
	o->source = kind->open(&s->host, o->name, set);
	return o;
}

/* NULL: there are too many. */
static struct one *
find_or_adopt(struct sources *s, struct span name)
{
	struct one *o = find(s, name);

	if (o == NULL && s->count < CONFIG_SOURCES_MAX + ORPHANS_MOST)
		o = add(s, &source_orphan, name, NULL);
	return o;
}

/* --- life ---------------------------------------------------------------------- */

struct names {			/* sources that have rows */
	char *at[ORPHANS_MOST];
	size_t count;
};

static void
note_name(void *arg, struct span source)
{
	struct names *n = arg;

	if (n->count < ORPHANS_MOST)
		n->at[n->count++] = mem_copy(
		    source.n > 0 ? source.at : "", source.n);
}

static void
open_orphans(struct sources *s)
{
	struct names names = { .count = 0 };
	struct store_txn *t = store_look(s->host.store);

	known_sources(t, note_name, &names);
	store_end(t);
	for (size_t i = 0; i < names.count; i++) {
		(void)find_or_adopt(s, span_of(names.at[i]));
		free(names.at[i]);
	}
}

static bool
is_live(const struct sources *s, struct span name)
{
	for (size_t i = 0; i < s->set; i++)
		if (span_is(name, span_of(s->one[i].name)))
			return true;
	return false;
}

static bool
is_looking(const struct sources *s)
{
	for (size_t i = 0; i < s->set; i++)
		if (s->one[i].kind->is_looking(s->one[i].source))
			return true;
	return false;
}

static enum root_found
find_file(const struct sources *s, struct span name, struct span path)
{
	enum root_found found = ROOT_GONE;
	char *text = mem_copy(path.at, path.n);

	for (size_t i = 0; i < s->set; i++)
		if (span_is(name, span_of(s->one[i].name)))
			found = s->one[i].kind->find(s->one[i].source, text);
	free(text);
	return found;
}

static void
each_url(const struct sources *s, void (*each)(void *arg, struct span url),
    void *arg)
{
	struct buf url;

	buf_init(&url, LIMIT_URL + 1);
	for (size_t i = 0; i < s->set; i++) {
		buf_reset(&url);
		(void)url_normal(&url, span_of(s->one[i].set->url), NULL);
		if (url.n == 0 || url.at[url.n - 1] != '/')
			buf_byte(&url, '/');
		each(arg, buf_look(&url));
	}
	buf_clear(&url);
}

/* Covers are told by the sources themselves; what is none any more can't. */
static bool
has_cover(void *arg, struct span source)
{
	return is_live(arg, source);
}

static void
take_back_covers(struct sources *s)
{
	size_t told;

	(void)covers_tell_gone(s->host.store, has_cover, s, &told);
	if (told > 0)
		s->host.news(s->host.arg, told);
}

struct sources *
sources_open(const struct source_host *host, const struct config *c)
{
	struct sources *s = mem_new(sizeof(*s));

	s->host = *host;
	s->host.all = s;
	s->host.is_live = is_live;
	s->host.is_looking = is_looking;
	s->host.find = find_file;
	s->host.each_url = each_url;
	known_fill_twins(host->store);
	for (size_t i = 0; i < c->count; i++)
		(void)add(s, &source_dir, span_of(c->source[i].name),
		    c->source[i].set);
	s->set = s->count;
	open_orphans(s);
	take_back_covers(s);
	return s;
}

void
sources_close(struct sources *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; i < s->count; i++) {
		s->one[i].kind->close(s->one[i].source);
		free(s->one[i].name);
	}
	free(s);
}

size_t
sources_count(const struct sources *s)
{
	return s->set;
}

/* --- all of them ------------------------------------------------------------------ */

bool
sources_are_settled(const struct sources *s)
{
	for (size_t i = 0; i < s->count; i++)
		if (!s->one[i].kind->is_settled(s->one[i].source))
			return false;
	return true;
}

uint64_t
sources_held(const struct sources *s)
{
	uint64_t held = 0;

	for (size_t i = 0; i < s->count; i++)
		held += s->one[i].kind->held(s->one[i].source);
	return held;
}

void
sources_trouble(const struct sources *s, struct buf *b)
{
	for (size_t i = 0; i < s->count; i++)
		if (s->one[i].kind->trouble(s->one[i].source, b))
			return;
}

size_t
sources_troubled(const struct sources *s)
{
	struct buf why;
	size_t n = 0;

	buf_init(&why, TROUBLE_MAX);
	for (size_t i = 0; i < s->count; i++) {
		n += s->one[i].kind->trouble(s->one[i].source, &why);
		buf_reset(&why);
	}
	buf_clear(&why);
	return n;
}

json_t *
sources_status(struct sources *s)
{
	json_t *list = json_array();

	for (size_t i = 0; i < s->count; i++) {
		json_t *o = s->one[i].kind->status(s->one[i].source);

		if (o != NULL)
			json_array_append_new(list, o);
	}
	return list;
}

void
sources_look(struct sources *s, struct span source, struct span path)
{
	struct one *o = find_or_adopt(s, source);
	char *text = mem_copy(path.at, path.n);

	if (o != NULL)
		o->kind->look(o->source, text);
	free(text);
}

/* An orphan has to be there before it can be asked to judge. */
void
sources_rescan(struct sources *s)
{
	open_orphans(s);
	for (size_t i = 0; i < s->count; i++)
		s->one[i].kind->rescan(s->one[i].source);
}

void
sources_afresh(struct sources *s)
{
	for (size_t i = 0; i < s->count; i++)
		s->one[i].kind->afresh(s->one[i].source);
}

void
sources_pause(struct sources *s, bool on)
{
	for (size_t i = 0; i < s->count; i++)
		s->one[i].kind->pause(s->one[i].source, on);
}

/* --- one of them -------------------------------------------------------------------- */

bool
sources_has(const struct sources *s, const char *name)
{
	for (size_t i = 0; i < s->count; i++)
		if (is_meant(&s->one[i], name))
			return true;
	return false;
}

size_t
sources_rescan_one(struct sources *s, const char *name)
{
	size_t n = 0;

	for (size_t i = 0; i < s->set; i++)
		if (is_meant(&s->one[i], name)) {
			s->one[i].kind->rescan(s->one[i].source);
			n++;
		}
	return n;
}

static void
tell(const struct one *o, const char *what, const char *reason,
    const char *by)
{
	char quoted[LOG_QUOTE_MAX];

	log_warn("source=%s %s by=%s: %s", shown(o), what, by,
	    log_quote(quoted, reason, strlen(reason)));
}

size_t
sources_release(struct sources *s, const char *name, const char *reason,
    const char *by)
{
	size_t n = 0;

	for (size_t i = 0; i < s->count; i++)
		if (is_meant(&s->one[i], name) &&
		    s->one[i].kind->release(s->one[i].source, reason, by)) {
			tell(&s->one[i], "released", reason, by);
			n++;
		}
	return n;
}

size_t
sources_refuse(struct sources *s, const char *name, const char *reason,
    const char *by)
{
	size_t n = 0;

	for (size_t i = 0; i < s->count; i++)
		if (is_meant(&s->one[i], name) &&
		    s->one[i].kind->refuse(s->one[i].source, reason, by)) {
			tell(&s->one[i], "refused", reason, by);
			n++;
		}
	return n;
}
