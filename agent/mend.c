/* See mend.h. */
#include "agent/mend.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "agent/known.h"
#include "agent/media.h"
#include "agent/mend_private.h"
#include "agent/mendfile.h"
#include "agent/mendlog.h"
#include "agent/redirect_map.h"
#include "contrib/base/clock.h"
#include "contrib/base/lang.h"
#include "contrib/base/mem.h"
#include "protocol/limits.h"
#include "protocol/sha.h"
#include "protocol/url_place.h"

#define TURN 500		/* rows that are read at a time */
#define WHY_MAX 1024
#define ANEW 60000		/* ms: a letter that is younger by this than a run
				 * was not known to it, whatever its number: a hub
				 * that was restored begins with 1 again */

struct row {			/* of a page that the hub was told of */
	char *path, *url;
	uint8_t hash[32];
	int64_t touched;	/* ms: it, or its owner, mode or name */
	int64_t written;	/* ms, as its mtime says */
};

struct mend {
	const struct mend_spec *spec;
	struct mend_count *n;
	struct mendlist *list;
	struct rewrite *rules;		/* the cluster's */
	struct mendlist_entry moved;	/* of a link that they move */
	struct buf to, kept;
	struct mendlog *log;	/* NULL: only look, and there is none */
	struct mendpage *pages;
	struct mendfile file;
	struct root root;
	const char *source;
	int64_t now;
	/* The turn. */
	struct span name;
	const char *below;
	struct row row[TURN];
	size_t count;
	struct known_mark mark;
	/* The page. */
	const struct row *page;
	bool ours;		/* a run of ours made it as it is */
	uint64_t letters;	/* … which knew of letters up to this one … */
	int64_t made;		/* … ms, then */
	const struct mendlist_entry *by[MENDPAGE_EDITS_MAX];
	size_t wanted, by_map;	/* links of it; of these no letter speaks */
	const struct mendlist_entry *kept_by;	/* a link stays for this */
};

/* --- which sources ------------------------------------------------------ */

bool
mend_is_below(struct span path, const char *below)
{
	size_t n = strlen(below);

	return n == 0 || (path.n >= n && memcmp(path.at, below, n) == 0 &&
	    (path.n == n || path.at[n] == '/'));
}

/* What is left of path below root; NULL: it isn't below it. */
static const char *
rest_of(const char *path, const char *root)
{
	size_t n = strlen(root);

	while (n > 0 && root[n - 1] == '/')
		n--;
	if (strncmp(path, root, n) != 0)
		return NULL;
	if (path[n] == '\0')
		return path + n;
	return path[n] == '/' ? path + n + 1 : NULL;
}

char *
mend_below(const struct mend_spec *s, size_t i)
{
	const char *name = s->config->source[i].name, *rest = NULL;
	char path[PATH_MAX], root[PATH_MAX];

	if (s->only == NULL || strcmp(s->only, name) == 0)
		return mem_text("");
	if (realpath(s->only, path) != NULL &&
	    realpath(s->config->source[i].set->root, root) != NULL)
		rest = rest_of(path, root);
	return rest != NULL ? mem_text(rest) : NULL;
}

bool
mend_is_any(const struct mend_spec *s, struct buf *why)
{
	char *below = NULL;

	for (size_t i = 0; i < s->config->count && below == NULL; i++)
		below = mend_below(s, i);
	if (below == NULL && s->only != NULL)
		buf_printf(why, _("%s is no source and not below the root of "
		    "one; zqagent source list shows them"), s->only);
	else if (below == NULL)
		buf_text(why, _("there is no source; zqagent source add "
		    "makes one"));
	free(below);
	return why->n == 0;
}

/* --- pages of a source -------------------------------------------------- */

static bool
may_be_page(struct span path)
{
	struct media m = media_of(path, SPAN_NONE);

	return m.is_page || strcmp(m.type, "application/octet-stream") == 0;
}

static bool
take_row(void *arg, const struct known *k)
{
	struct mend *m = arg;
	struct row *r = &m->row[m->count];
	int64_t t = k->stat.mtime > k->stat.ctime ? k->stat.mtime :
	    k->stat.ctime;

	if (!span_is(k->source, m->name) || !k->told || k->adopted ||
	    k->said.n > 0 || !mend_is_below(k->path, m->below) ||
	    !may_be_page(k->path))
		return true;
	r->path = mem_copy(k->path.at, k->path.n);
	r->url = mem_copy(k->url.at, k->url.n);
	r->touched = t / 1000000;
	r->written = k->stat.mtime / 1000000;
	memcpy(r->hash, k->hash, sizeof(r->hash));
	m->count++;
	return true;
}

static void
clear_rows(struct mend *m)
{
	for (size_t i = 0; i < m->count; i++) {
		free(m->row[i].path);
		free(m->row[i].url);
	}
	m->count = 0;
}

/* --- one page ----------------------------------------------------------- */

static void
refuse(struct mend *m, const char *why)
{
	m->n->refused++;
	m->spec->refused(m->spec->arg, m->source, m->page->path, why);
}

/* Has nobody but us changed the page since the letter? */
static bool
is_of_then(const struct mend *m, const struct mendlist_entry *e)
{
	if (m->ours)
		return e->letter > m->letters || e->when > m->made + ANEW;
	return m->spec->changed || m->page->touched <= e->when;
}

/* Of two that changed places each is a living page: what links there since
 * then means it as it stands, also if we made it so ourselves. */
static bool
is_mended(const struct mend *m, const struct mendlist_entry *e)
{
	int64_t since;

	return mendlist_is_reused(m->list, e, &since) &&
	    (m->ours ? m->made : m->page->touched) >= since;
}

/* No letter says anything of it; but the cluster's map of moves may. */
static bool
find_on_map(struct mend *m, struct span target, struct span *to)
{
	uint32_t number;

	buf_reset(&m->to);
	if (rewrite_count(m->rules) == 0 ||
	    !rewrite_url(m->rules, target, m->now, &m->to, &number) ||
	    rewrite_is_reused(m->rules, target, m->now))
		return false;
	*to = buf_look(&m->to);
	m->moved.link.move = number;
	return true;
}

/* What moved may have moved on since the letter: the map says where it is in
 * the end. */
static void
follow_map(struct mend *m, struct span target,
    const struct mendlist_entry *by, struct span *to)
{
	if (by->link.move == 0 || rewrite_count(m->rules) == 0 ||
	    rewrite_is_reused(m->rules, target, m->now))
		return;
	buf_reset(&m->to);
	if (rewrite_url(m->rules, target, m->now, &m->to, NULL))
		*to = buf_look(&m->to);
}

/* A letter speaks of an address as one link has it: others may have https. */
static void
keep_secure(struct mend *m, struct span target, struct span *to)
{
	buf_reset(&m->kept);
	url_place_secure(&m->kept, *to, target);
	if (!m->kept.bad)
		*to = buf_look(&m->kept);
}

static bool
on_target(void *arg, const struct href *at, struct span target,
    struct span *to)
{
	struct mend *m = arg;
	const struct mendlist_entry *by = NULL;

	(void)at;
	switch (mendlist_find(m->list, target, m->now, to, &by)) {
	case MENDLIST_LATER:
		m->n->later++;
		return false;
	case MENDLIST_NOW:
		break;
	default:
		if (by != NULL || !find_on_map(m, target, to))
			return false;
		m->wanted++;
		m->by_map++;
		return true;
	}
	if (is_mended(m, by))
		return false;
	if (!is_of_then(m, by)) {
		/* What we did ourselves needs no word. */
		if (!m->ours)
			m->kept_by = by;
		return false;
	}
	follow_map(m, target, by, to);
	keep_secure(m, target, to);
	m->wanted++;
	return true;
}

static_assert(MENDPAGE_EDITS_MAX == 100000, "as is said below");

static const char *
result_text(enum mendpage_result rc)
{
	switch (rc) {
	case MENDPAGE_CHARSET:
		return _("is in UTF-16, which can't be mended: save it as "
		    "UTF-8, or mend it by hand");
	case MENDPAGE_UNSAFE:
		return _("would not read the same afterwards: mend it by "
		    "hand");
	default:
		return _("has more than 100000 links to be mended, which is "
		    "too many: mend it by hand, or have its program write it "
		    "anew");
	}
}

static bool
put_log(struct mend *m, const struct mendpage_found *f, struct span bytes,
    struct buf *why)
{
	struct mendlog_page p = { .run = m->n->run, .when = m->now,
	    .letters = mendlist_newest(m->list), .source = m->name,
	    .path = span_of(m->page->path), .edit = f->edit,
	    .count = f->count };

	memcpy(p.before, m->file.hash, sizeof(p.before));
	sha_of(p.after, bytes);
	return mendlog_put(m->log, &p, why);
}

static bool
apply(struct mend *m, const struct mendpage_found *f, struct buf *why)
{
	struct buf bytes;
	bool ok;

	buf_init(&bytes, (size_t)2 * MENDFILE_MAX);
	mendpage_write(&bytes, buf_look(&m->file.bytes), f->edit, f->count);
	if (m->n->run == 0)
		m->n->run = mendlog_last(m->log) + 1;
	ok = put_log(m, f, buf_look(&bytes), why) &&
	    mendfile_replace(&m->file, &m->root, m->page->path,
	    buf_look(&bytes), mendlog_agent(m->log), why);
	buf_clear(&bytes);
	return ok;
}

static void
tell_edits(struct mend *m, const struct mendpage_found *f)
{
	struct span to;

	for (size_t i = 0; i < f->count; i++) {
		m->by[i] = &m->moved;
		(void)mendlist_find(m->list, f->edit[i].from, m->now, &to,
		    &m->by[i]);
	}
	m->n->pages++;
	m->n->links += f->count;
	m->spec->page(m->spec->arg, m->source, m->page->path, f->edit, m->by,
	    f->count);
	if (m->file.stat.st_nlink < 2)
		return;
	m->n->split++;
	m->spec->split(m->spec->arg, m->source, m->page->path,
	    m->file.stat.st_nlink);
}

/* The page has links to mend. */
static void
mend_links(struct mend *m, const struct mendpage_found *f)
{
	struct buf why;

	buf_init(&why, WHY_MAX);
	if (!mendfile_may(&m->file, &m->root, m->page->path, &why) ||
	    (m->spec->apply && !apply(m, f, &why)))
		refuse(m, buf_cstr(&why));
	else
		tell_edits(m, f);
	buf_clear(&why);
}

/* What a newer letter speaks of, while it was changed since an older one. */
static void
mend_some(struct mend *m, const struct mendpage_found *f)
{
	mend_links(m, f);
	if (m->kept_by != NULL)
		refuse(m, _("has links that stay: it was changed since the "
		    "letter about them; look at it, then use --changed"));
}

/* An mtime can be set by who puts files there: it is no proof. */
static void
refuse_changed(struct mend *m)
{
	if (m->page->written > m->kept_by->when)
		refuse(m, _("was changed since the letter: look at it, then "
		    "use --changed"));
	else
		refuse(m, _("was changed since the letter, or put there with "
		    "an old time, or given another owner, mode or name "
		    "(chown, chmod, mv): if it is as it was then, use "
		    "--changed"));
}

static void
tell_left(struct mend *m, const struct mendpage_found *f)
{
	if (f->left > 0)
		m->spec->left(m->spec->arg, m->source, m->page->path,
		    f->left_line, f->left < MENDPAGE_LEFT_MAX ? f->left :
		    MENDPAGE_LEFT_MAX);
	m->n->left += f->left;
}

static void
look_at(struct mend *m)
{
	struct mendpage_found f;
	enum mendpage_result rc;

	m->ours = m->log != NULL && mendlog_made(m->log, m->file.hash,
	    &m->letters, &m->made);
	m->wanted = m->by_map = 0;
	m->kept_by = NULL;
	rc = mendpage_find(m->pages, buf_look(&m->file.bytes),
	    span_of(m->page->url), on_target, m, &f);
	m->n->looked++;
	tell_left(m, &f);
	if (rc != MENDPAGE_GOOD && m->wanted > 0)
		refuse(m, result_text(rc));
	else if (f.count > 0 && memcmp(m->file.hash, m->page->hash,
	    sizeof(m->file.hash)) != 0)
		refuse(m, _("was changed, and the hub wasn't told yet: try "
		    "again when zqagentd has"));
	else if (f.count > 0 && (m->kept_by == NULL ||
	    m->wanted > m->by_map))
		mend_some(m, &f);
	else if (m->kept_by != NULL)
		refuse_changed(m);
}

static void
take_page(struct mend *m, const struct row *r)
{
	struct buf why;
	struct span head;

	buf_init(&why, WHY_MAX);
	m->page = r;
	if (mendfile_read(&m->file, &m->root, r->path, &why)) {
		head = buf_look(&m->file.bytes);
		head.n = head.n < MEDIA_HEAD ? head.n : MEDIA_HEAD;
		if (media_of(span_of(r->path), head).is_page)
			look_at(m);
	} else {
		refuse(m, buf_cstr(&why));
	}
	buf_clear(&why);
}

/* --- all of them -------------------------------------------------------- */

/* Do its settings let it? */
static bool
is_let(struct mend *m, const struct config_source *set)
{
	bool off = strcmp(set->mend, "off") == 0;

	if (m->spec->automatic)
		return strcmp(set->mend, "auto") == 0;
	if (off && m->spec->apply) {
		m->n->refused++;
		m->spec->refused(m->spec->arg, m->source, "", _("is not to be "
		    "mended: its section in agent.conf says mend = off; write "
		    "mend = ask there"));
	}
	return !off || !m->spec->apply;
}

static void
mend_source(struct mend *m)
{
	bool more = true;

	m->mark = (struct known_mark){ .n = 0 };
	while (more) {
		struct store_txn *t = store_look(m->spec->store);

		more = known_walk(t, &m->mark, TURN, take_row, m);
		store_end(t);
		for (size_t i = 0; i < m->count; i++)
			take_page(m, &m->row[i]);
		clear_rows(m);
	}
}

static void
try_source(struct mend *m, size_t i, const char *below)
{
	const struct config_source *set = m->spec->config->source[i].set;
	uint64_t before = m->n->links;
	int error;

	m->source = m->spec->config->source[i].name;
	m->name = span_of(m->source);
	m->below = below;
	if (!is_let(m, set))
		return;
	error = root_open(&m->root, set->root);
	if (error != 0) {
		m->spec->refused(m->spec->arg, m->source, "",
		    strerror(error));
		return;
	}
	mend_source(m);
	root_close(&m->root);
	m->n->off += m->n->links > before && strcmp(set->mend, "off") == 0;
}

static void
mend_all(struct mend *m)
{
	for (size_t i = 0; i < m->spec->config->count; i++) {
		char *below = mend_below(m->spec, i);

		if (below != NULL)
			try_source(m, i, below);
		free(below);
	}
}

/* Failing is said, and does no harm: it is tried again after the next run. */
static void
trim_log(struct mend *m)
{
	const struct config_top *top = m->spec->config->top;
	struct buf why;

	buf_init(&why, WHY_MAX);
	if (!mendlog_trim(m->log, m->now - (int64_t)top->mend_undo,
	    top->mend_undo_size, &m->n->dropped, &why)) {
		m->n->refused++;
		m->spec->refused(m->spec->arg, buf_cstr(&why), "", "");
	}
	buf_clear(&why);
}

bool
mend_run(const struct mend_spec *s, struct mend_count *n, struct buf *why)
{
	struct mend *m;
	struct store_txn *t;
	bool ok;

	*n = (struct mend_count){ .looked = 0 };
	if (!mend_is_any(s, why))
		return false;
	m = mem_new(sizeof(*m));
	m->spec = s;
	m->n = n;
	m->now = clock_wall();
	m->root.fd = -1;
	mendfile_init(&m->file);
	t = store_look(s->store);
	m->list = mendlist_read(t);
	m->rules = redirect_map_rules(t);
	buf_init(&m->to, LIMIT_URL);
	buf_init(&m->kept, LIMIT_URL);
	store_end(t);
	/* Looking, too, needs to know what was done, unless it may not. */
	m->log = mendlog_open(s->config->top->dir, why);
	ok = m->log != NULL || !s->apply;
	if (ok)
		buf_reset(why);
	if (ok && mendlist_count(m->list) + rewrite_count(m->rules) > 0) {
		m->pages = mendpage_new();
		mend_all(m);
	}
	if (m->n->run != 0)
		trim_log(m);
	mendpage_free(m->pages);
	mendlog_close(m->log);
	mendlist_free(m->list);
	rewrite_free(m->rules);
	buf_clear(&m->to);
	buf_clear(&m->kept);
	mendfile_clear(&m->file);
	free(m);
	return ok;
}
