/*
 * From the document to a directory. See restore.h.
 */
#include "hub/restore.h"

#include <dirent.h>
#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "certs/keep.h"
#include "certs/roll.h"
#include "contrib/base/clock.h"
#include "contrib/base/lang.h"
#include "contrib/base/text.h"
#include "hub/act_read.h"
#include "hub/errand.h"
#include "hub/init.h"
#include "hub/tls.h"
#include "protocol/limits.h"
#include "protocol/namespaces.h"
#include "protocol/xml.h"

#define SETTINGS_MAX 65536
#define WHY_MAX 4096
#define CA_CERT CONFIG_CA "/ca.pem"
#define CA_KEY CONFIG_CA "/ca.key"
#define CA_TICKET_KEY CONFIG_CA "/ticket.key"

/* --- files ----------------------------------------------------------------- */

static bool
is_there(const char *dir, const char *name)
{
	char path[CONFIG_PATH_MAX];

	return access(config_path(path, dir, name), F_OK) == 0;
}

static bool
put_ticket_key(const char *path, const struct ca *ca, struct buf *why)
{
	struct buf hex;
	bool ok;

	buf_init(&hex, 2 * TICKET_KEY + 1);
	text_hex(&hex, ca->ticket_key, TICKET_KEY);
	buf_byte(&hex, '\n');
	ok = keep_put(path, 0600, KEEP_NEW, buf_look(&hex), why);
	OPENSSL_cleanse(hex.at, hex.n);
	buf_clear(&hex);
	return ok;
}

static bool
put_next(const struct backup *b, const char *dir, struct buf *why)
{
	char path[CONFIG_PATH_MAX];
	X509 *link = b->link, *next = b->next.cert;

	return b->next.cert == NULL || is_there(dir, ROLL_CERT) || (
	    keep_put_key(config_path(path, dir, ROLL_KEY), KEEP_NEW,
	    b->next.key, why) &&
	    keep_put_certs(config_path(path, dir, ROLL_LINK), KEEP_NEW,
	    &link, 1, why) &&
	    keep_put_certs(config_path(path, dir, ROLL_CERT), KEEP_NEW,
	    &next, 1, why));
}

/* Those that aren't there. */
static bool
put_cas(const struct backup *b, const char *hub, struct buf *why)
{
	char dir[CONFIG_PATH_MAX], path[CONFIG_PATH_MAX];
	X509 *cert = b->ca.cert;

	config_path(dir, hub, CONFIG_CA);
	return keep_dir(dir, 0700, why) && (is_there(dir, "ca.key") ||
	    keep_put_key(config_path(path, dir, "ca.key"), KEEP_NEW,
	    b->ca.key, why)) && (is_there(dir, "ticket.key") ||
	    put_ticket_key(config_path(path, dir, "ticket.key"), &b->ca,
	    why)) && put_next(b, dir, why) && (is_there(dir, "ca.pem") ||
	    keep_put_certs(config_path(path, dir, "ca.pem"), KEEP_NEW, &cert,
	    1, why));
}

/* "dir" is where this file lies, and that is elsewhere now. */
static bool
is_dir_line(struct span line)
{
	struct span s = text_trim(line);

	if (!text_starts(s, "dir"))
		return false;
	s = text_trim((struct span){ .at = s.at + 3, .n = s.n - 3 });
	return s.n > 0 && s.at[0] == '=';
}

static bool
put_settings(const struct backup *b, const char *dir, struct buf *why)
{
	const char *at = json_string_value(json_object_get(b->whole,
	    "settings"));
	char path[CONFIG_PATH_MAX];
	struct buf text;
	bool ok;

	buf_init(&text, (size_t)2 * SETTINGS_MAX);
	while (*at != '\0') {
		struct span line = { .at = at, .n = strcspn(at, "\n") };

		if (is_dir_line(line))
			buf_text(&text, "# Restored into another place: ");
		buf_span(&text, line);
		buf_byte(&text, '\n');
		at += line.n + (at[line.n] == '\n');
	}
	ok = keep_put(config_path(path, dir, CONFIG_FILE), 0640, KEEP_NEW,
	    buf_look(&text), why);
	buf_clear(&text);
	return ok;
}

static bool
make_files(const struct backup *b, const char *dir, struct buf *why)
{
	char tls[CONFIG_PATH_MAX], journal[CONFIG_PATH_MAX];
	char view[CONFIG_PATH_MAX];

	return put_cas(b, dir, why) &&
	    keep_dir(config_path(tls, dir, CONFIG_TLS), 0700, why) &&
	    keep_dir(config_path(journal, dir, CONFIG_JOURNAL), 0700, why) &&
	    keep_dir(config_path(view, dir, CONFIG_VIEW), 0700, why) &&
	    put_settings(b, dir, why);
}

/* --- the register ---------------------------------------------------------- */

/* When the backup was made, as certificates tell the time: one of the same
 * second may be older or newer, and is taken for newer. */
static int64_t
made_at(const struct backup *b)
{
	const json_t *v = json_object_get(b->whole, "made");
	int64_t ms;

	if (!json_is_string(v) || !clock_parse(json_string_value(v),
	    json_string_length(v), 0, &ms) || ms <= 1000)
		return 0;
	return ms - 1000;
}

static void
put_ca(struct buf *xml, const json_t *root, const json_t *link)
{
	buf_text(xml, "<zq:ca>");
	xml_put_text(xml, span_of(json_string_value(root)));
	if (link != NULL)
		xml_put_text(xml, span_of(json_string_value(link)));
	buf_text(xml, "</zq:ca>");
}

/* The roll goes on where it was; its letter is written to all once more. */
static void
put_roll(const struct backup *b, const char *actor, const char *reason,
    struct acts *acts)
{
	const json_t *ca = json_object_get(b->whole, "ca");
	const json_t *next = json_object_get(b->whole, "next");
	struct buf xml, pin;

	buf_init(&xml, LIMIT_LETTER);
	buf_init(&pin, 2 * TICKET_PIN + 1);
	text_hex(&pin, b->next.pin, TICKET_PIN);
	buf_text(&xml, "<zq:trust xmlns:zq=\"" NS_ZQ "\">");
	put_ca(&xml, json_object_get(ca, "certificate"), NULL);
	put_ca(&xml, json_object_get(next, "certificate"),
	    json_object_get(b->whole, "link"));
	buf_text(&xml, "</zq:trust>");
	if (!xml.bad)
		acts_put(acts, json_pack("{s:s, s:s, s:s}", "do", "ca-roll",
		    "ca", buf_cstr(&pin), "trust", buf_cstr(&xml)), actor,
		    reason);
	buf_clear(&xml);
	buf_clear(&pin);
}

static void
put_acts(const struct backup *b, const char *actor, struct acts *acts)
{
	const char *made = json_string_value(json_object_get(b->whole,
	    "made"));
	json_int_t as_of = made_at(b);
	char reason[128];
	json_t *row;
	size_t i;

	snprintf(reason, sizeof(reason), "from the backup of %s",
	    made != NULL ? made : "?");
	json_array_foreach(json_object_get(b->whole, "sites"), i, row)
		acts_put(acts, json_pack("{s:s, s:O, s:I}", "do",
		    "site-restore", "row", row, "as_of", as_of), actor,
		    reason);
	if (b->next.cert != NULL)
		put_roll(b, actor, reason, acts);
}

/* What operators had announced; a backup of before there were moves has
 * none. One that can't be followed any more (its time is over) is held, and
 * keeps nothing else from coming back. */
static bool
write_moves(struct writer *w, const struct backup *b, const char *actor)
{
	struct acts acts;
	const char *by, *reason;
	json_t *one;
	size_t i;
	bool good;

	acts_init(&acts);
	json_array_foreach(json_object_get(b->whole, "moves"), i, one) {
		if (!span_is(act_read_text(one, "do"), SPAN("move-announce")))
			continue;
		by = json_string_value(json_object_get(one, "actor"));
		reason = json_string_value(json_object_get(one, "reason"));
		acts_put(&acts, json_copy(one), by != NULL && by[0] != '\0' ?
		    by : actor, reason);
	}
	good = acts.count == 0 || writer_act(w, &acts);
	acts_clear(&acts);
	return good;
}

/* An act that can't be followed is held: then the backup was not sane. */
static bool
write_register(struct writer *w, const struct backup *b, const char *actor,
    struct restored *r, struct buf *why)
{
	struct acts acts;
	bool ok = false;

	acts_init(&acts);
	put_acts(b, actor, &acts);
	r->only_ca &= journal_last(w->journal) != 0;
	if (r->only_ca)
		ok = true;
	else if (journal_last(w->journal) != 0)
		buf_text(why, _("this hub has a journal: a register is only "
		    "put back into one that has lost it\n"));
	else if (acts.count > 0 && !writer_act(w, &acts))
		buf_text(why, _("the disk is full\n"));
	else if (view_held_count(w->view, 0, 1) > 0)
		buf_text(why, _("sites: they don't fit together: a number or "
		    "a code that two have, or a parent that isn't there\n"));
	else if (!write_moves(w, b, actor))
		buf_text(why, _("the disk is full\n"));
	else
		ok = true;
	acts_clear(&acts);
	return ok;
}

/* Nobody else writes while the files and the sites are put there. */
static bool
put_rest(const struct backup *b, const struct config *c, const char *actor,
    struct restored *r, struct buf *why, struct buf *hint)
{
	struct tls_hosts hosts;
	struct errand e;
	bool ok;

	if (!errand_open(&e, c, why, hint)) {
		if (e.busy) {
			buf_reset(hint);
			buf_text(hint, _("a daemon runs there, or another "
			    "zqhub: stop it first. Nothing was changed"));
		}
		return false;
	}
	tls_gather(&hosts, c);
	ok = put_cas(b, c->dir, why) &&
	    tls_look(c, &hosts, why) < TLS_NO_CA &&
	    write_register(&e.writer, b, actor, r, why);
	errand_close(&e);
	return ok;
}

/* --- the whole ------------------------------------------------------------- */

/* The settings are there: the CA, the certificate for the edge, the sites. */
static bool
finish(const struct backup *b, const char *dir, const char *actor,
    struct restored *r, struct buf *why, struct buf *hint)
{
	char path[CONFIG_PATH_MAX];
	const struct config *c;
	struct conf *file;
	bool ok;

	c = config_read(config_path(path, dir, CONFIG_FILE), &file, why);
	if (c == NULL)
		return false;
	ok = put_rest(b, c, actor, r, why, hint);
	conf_free(file);
	return ok;
}

/* What there is where the backup shall go. */
enum found {
	FOUND_NOTHING,		/* or too little to be a hub */
	FOUND_HUB,		/* its CA, so it may be this one */
	FOUND_PARTLY,		/* this one, without its CA's certificate */
};

/* Its CA is gone; was it the backup's, by what that signed? */
static bool
has_lost_ca(const struct backup *b, const char *dir)
{
	char path[CONFIG_PATH_MAX];
	struct buf quiet;
	X509 *cert;
	bool has;

	if (!is_there(dir, CONFIG_FILE) || !is_there(dir, CONFIG_TLS_CERT))
		return false;
	buf_init(&quiet, WHY_MAX);
	cert = keep_get_cert(config_path(path, dir, CONFIG_TLS_CERT), &quiet);
	has = cert != NULL &&
	    X509_verify(cert, X509_get0_pubkey(b->ca.cert)) == 1;
	ERR_clear_error();
	X509_free(cert);
	buf_clear(&quiet);
	return has;
}

static enum found
find(const struct backup *b, const char *dir)
{
	if (is_there(dir, CA_CERT))
		return FOUND_HUB;
	return has_lost_ca(b, dir) ? FOUND_PARTLY : FOUND_NOTHING;
}

static bool
is_same_hub(const struct backup *b, const char *dir, struct buf *why,
    struct buf *hint)
{
	char path[CONFIG_PATH_MAX];
	X509 *cert = keep_get_cert(config_path(path, dir, CA_CERT), why);
	bool same = cert != NULL && X509_cmp(cert, b->ca.cert) == 0;

	if (cert != NULL && !same) {
		buf_printf(why, _("%s: there is another hub here, with "
		    "another CA\n"), path);
		buf_text(hint, _("name an empty directory with --dir"));
	}
	X509_free(cert);
	return same;
}

/* What would be left to lie beside the hub is somebody's. The file system's
 * own is not. */
static bool
is_empty(const char *dir, struct buf *why, struct buf *hint)
{
	DIR *d = opendir(dir);
	struct dirent *e;

	if (d == NULL)
		return true;		/* whoever makes it says what's wrong */
	while ((e = readdir(d)) != NULL) {
		if (strcmp(e->d_name, ".") == 0 ||
		    strcmp(e->d_name, "..") == 0 ||
		    strcmp(e->d_name, "lost+found") == 0)
			continue;
		buf_printf(why, _("%s is not empty: there is %s in it. "
		    "Nothing was changed\n"), dir, e->d_name);
		buf_text(hint, _("name an empty directory with --dir, or "
		    "move away what is in this one"));
		break;
	}
	closedir(d);
	return e == NULL;
}

static bool
into_hub(const struct backup *b, const char *dir, const char *actor,
    struct restored *r, struct buf *why, struct buf *hint)
{
	r->only_ca = !is_there(dir, CA_CERT) || !is_there(dir, CA_KEY) ||
	    !is_there(dir, CA_TICKET_KEY);
	if (!finish(b, dir, actor, r, why, hint))
		return false;
	r->only_register = !r->only_ca;
	return true;
}

static bool
into_nothing(const struct backup *b, const char *dir, const char *actor,
    struct restored *r, struct buf *why, struct buf *hint)
{
	bool was_there;

	if (!is_empty(dir, why, hint) || !init_begin(dir, &was_there, why))
		return false;
	if (make_files(b, dir, why) && finish(b, dir, actor, r, why, hint))
		return true;
	init_take_back(dir, was_there);
	return false;
}

bool
restore_into(const struct backup *b, const char *dir, const char *actor,
    struct restored *r, struct buf *why, struct buf *hint)
{
	*r = (struct restored){
		.sites = json_array_size(json_object_get(b->whole, "sites")),
		.rolling = b->next.cert != NULL,
	};
	switch (find(b, dir)) {
	case FOUND_HUB:
		if (!is_same_hub(b, dir, why, hint))
			return false;
		return into_hub(b, dir, actor, r, why, hint);
	case FOUND_PARTLY:
		return into_hub(b, dir, actor, r, why, hint);
	default:
		return into_nothing(b, dir, actor, r, why, hint);
	}
}
