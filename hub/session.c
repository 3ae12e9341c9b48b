#include "hub/session.h"

#include <jansson.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "certs/keep.h"
#include "contrib/base/clock.h"
#include "contrib/base/err.h"
#include "contrib/base/lang.h"
#include "contrib/base/log.h"
#include "contrib/base/mem.h"
#include "contrib/base/text.h"
#include "hub/config.h"
#include "protocol/sha.h"

#define LIFE (30 * INT64_C(86400000))	/* ms */
#define TOUCHED_MS 600000	/* how late the file may be about `used` */
#define HASH 32
#define TOKEN_BYTES 32
#define FORM_BYTES 16
#define FILE_MODE 0600

struct session {
	uint8_t hash[HASH];	/* SHA-256 of the token */
	char name[USER_NAME];
	uint8_t seal[USER_SEAL];
	int64_t since, used;	/* ms */
};

struct sessions {
	char path[CONFIG_PATH_MAX];
	int64_t idle;
	uint8_t key[TOKEN_BYTES];	/* of forms of who has no token */
	struct session *row;
	size_t count;
	int64_t written;	/* ms, mono */
};

/* --- the file ------------------------------------------------------------- */

static bool
read_bytes(const json_t *o, const char *name, uint8_t *out, size_t n)
{
	const char *text = json_string_value(json_object_get(o, name));

	return text != NULL && text_unhex(span_of(text), out, n);
}

static void
read_row(struct sessions *s, const json_t *o)
{
	struct session one = { .since = json_integer_value(
	    json_object_get(o, "since")), .used = json_integer_value(
	    json_object_get(o, "used")) };
	const char *name = json_string_value(json_object_get(o, "name"));

	if (one.since < 0 || one.used < 0 ||
	    name == NULL || !user_name_is_fit(span_of(name)) ||
	    !read_bytes(o, "hash", one.hash, HASH) ||
	    !read_bytes(o, "seal", one.seal, USER_SEAL))
		return;
	snprintf(one.name, sizeof(one.name), "%s", name);
	s->row[s->count++] = one;
}

static void
read_file(struct sessions *s)
{
	json_t *whole = json_load_file(s->path, 0, NULL);
	const json_t *list = json_object_get(whole, "sessions");

	(void)read_bytes(whole, "key", s->key, sizeof(s->key));
	for (size_t i = 0; i < json_array_size(list) && i < SESSION_MOST;
	    i++)
		read_row(s, json_array_get(list, i));
	json_decref(whole);
}

static void
set_bytes(json_t *o, const char *name, const uint8_t *at, size_t n)
{
	struct buf b;

	buf_init(&b, 2 * n + 1);
	text_hex(&b, at, n);
	json_object_set_new(o, name, json_string(buf_cstr(&b)));
	buf_clear(&b);
}

static json_t *
write_row(const struct session *one)
{
	json_t *o = json_pack("{s:s, s:I, s:I}", "name", one->name, "since",
	    (json_int_t)one->since, "used", (json_int_t)one->used);

	set_bytes(o, "hash", one->hash, HASH);
	set_bytes(o, "seal", one->seal, USER_SEAL);
	return o;
}

/* A disk that is full takes nobody's session away: it is in memory. */
static void
write_file(struct sessions *s)
{
	json_t *list = json_array(), *whole = json_pack("{s:o}", "sessions",
	    list);
	const char *before = lang_borrow("en");	/* not the last reader's */
	struct buf why;
	char *text;

	set_bytes(whole, "key", s->key, sizeof(s->key));
	for (size_t i = 0; i < s->count; i++)
		json_array_append_new(list, write_row(&s->row[i]));
	text = json_dumps(whole, JSON_COMPACT);
	json_decref(whole);
	must(text != NULL);
	buf_init(&why, 4096);
	if (!keep_put(s->path, FILE_MODE, KEEP_REPLACE, span_of(text), &why))
		log_warn("%.*s: who is signed in now must do so again after "
		    "a restart", (int)text_trim(buf_look(&why)).n,
		    buf_cstr(&why));
	lang_switch(before);
	buf_clear(&why);
	free(text);
	s->written = clock_mono();
}

/* --- rows ----------------------------------------------------------------- */

static bool
is_over(const struct sessions *s, const struct session *one, int64_t now)
{
	return now - one->used >= s->idle || now - one->since >= LIFE;
}

static void
drop(struct sessions *s, size_t at)
{
	s->row[at] = s->row[--s->count];
}

static void
drop_old(struct sessions *s)
{
	int64_t now = clock_wall();

	for (size_t i = s->count; i-- > 0;)
		if (is_over(s, &s->row[i], now))
			drop(s, i);
}

/* There is room for one more. */
static void
make_room(struct sessions *s)
{
	size_t oldest = 0;

	drop_old(s);
	if (s->count < SESSION_MOST)
		return;
	for (size_t i = 1; i < s->count; i++)
		if (s->row[i].used < s->row[oldest].used)
			oldest = i;
	drop(s, oldest);
}

/* By its hash: how long that takes says nothing of any token. */
static struct session *
find(const struct sessions *s, struct span token)
{
	uint8_t hash[HASH];

	if (token.n != SESSION_TOKEN - 1)
		return NULL;
	sha_of(hash, token);
	for (size_t i = 0; i < s->count; i++)
		if (memcmp(s->row[i].hash, hash, HASH) == 0)
			return &s->row[i];
	return NULL;
}

static void
make_place(const char *dir)
{
	struct buf why;

	buf_init(&why, 4096);
	if (!users_place(dir, &why))
		log_warn("%s", buf_cstr(&why));
	buf_clear(&why);
}

struct sessions *
sessions_new(const char *dir, int64_t idle)
{
	struct sessions *s = mem_new(sizeof(*s));

	config_path(s->path, dir, SESSION_FILE);
	make_place(dir);
	keep_sweep(s->path);
	s->idle = idle;
	s->row = mem_grow(NULL, SESSION_MOST, sizeof(*s->row));
	must(RAND_bytes(s->key, sizeof(s->key)) == 1);
	read_file(s);
	drop_old(s);
	s->written = clock_mono();
	return s;
}

void
sessions_free(struct sessions *s)
{
	if (s == NULL)
		return;
	write_file(s);
	free(s->row);
	free(s);
}

void
sessions_begin(struct sessions *s, const struct user *user,
    char token[SESSION_TOKEN])
{
	int64_t now = clock_wall();
	struct session one = { .since = now, .used = now };
	uint8_t chance[TOKEN_BYTES];
	struct buf b;

	must(RAND_bytes(chance, sizeof(chance)) == 1);
	buf_init(&b, SESSION_TOKEN);
	text_base32(&b, chance, sizeof(chance));
	must(b.n == SESSION_TOKEN - 1);
	memcpy(token, buf_cstr(&b), SESSION_TOKEN);
	buf_clear(&b);
	sha_of(one.hash, span_of(token));
	user_seal(one.seal, user);
	memcpy(one.name, user->name, sizeof(one.name));
	make_room(s);
	s->row[s->count++] = one;
	write_file(s);
}

const struct user *
sessions_user(struct sessions *s, const struct users *u, struct span token)
{
	struct session *one = find(s, token);
	uint8_t seal[USER_SEAL];
	const struct user *user;

	if (one == NULL)
		return NULL;
	user = users_find(u, span_of(one->name));
	if (user != NULL)
		user_seal(seal, user);
	if (user == NULL || is_over(s, one, clock_wall()) ||
	    CRYPTO_memcmp(seal, one->seal, USER_SEAL) != 0) {
		drop(s, (size_t)(one - s->row));
		write_file(s);
		return NULL;
	}
	one->used = clock_wall();
	if (clock_mono() - s->written >= TOUCHED_MS)
		write_file(s);
	return user;
}

void
sessions_end(struct sessions *s, struct span token)
{
	struct session *one = find(s, token);

	if (one == NULL)
		return;
	drop(s, (size_t)(one - s->row));
	write_file(s);
}

/* --- forms ---------------------------------------------------------------- */

static void
put_form(char out[SESSION_FORM], struct span key, struct span of)
{
	uint8_t mac[EVP_MAX_MD_SIZE];
	struct buf b;

	must(key.n > 0 && key.n < INT32_MAX && HMAC(EVP_sha256(), key.at,
	    (int)key.n, (const unsigned char *)of.at, of.n, mac,
	    NULL) != NULL);
	buf_init(&b, SESSION_FORM);
	text_hex(&b, mac, FORM_BYTES);
	memcpy(out, buf_cstr(&b), SESSION_FORM);
	buf_clear(&b);
}

void
session_form(char out[SESSION_FORM], struct span token)
{
	put_form(out, token, SPAN("form"));
}

void
sessions_form(const struct sessions *s, char out[SESSION_FORM],
    const struct user *user)
{
	put_form(out, (struct span){ .at = (const char *)s->key,
	    .n = sizeof(s->key) }, span_of(user->name));
}

bool
session_same(struct span given, struct span wanted)
{
	return wanted.n > 0 && given.n == wanted.n &&
	    CRYPTO_memcmp(given.at, wanted.at, wanted.n) == 0;
}
