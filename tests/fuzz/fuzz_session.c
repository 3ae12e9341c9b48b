/*
 * The hub's own files of who may sign in and who has: bytes are read as
 * DIR/users and as DIR/sessions. Users are all fit or there are none, and are
 * written again as they were; what a password is kept as is compared with
 * one; a session that was read and is written reads the same.
 */
#include "contrib/base/log.h"
#include "contrib/base/text.h"
#include "hub/config.h"
#include "hub/session.h"
#include "hub/user.h"
#include "tests/fuzz/fuzzkit.h"
#include "tests/fuzz/scryptkit.h"

#define INPUT 16384
#define KEPT "$scrypt$ln=15,r=8,p=1$"
#define IDLE (INT64_C(1) << 60)		/* ms: none is too old */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool ready;

static void
set_up(void)
{
	struct buf why;

	log_open("fuzz", LOG_LEVEL_ERROR);
	fuzz_dir_make();
	buf_init(&why, 4096);
	must(users_place(fuzz_dir, &why));
	buf_clear(&why);
	ready = true;
}

/* The caller's, to free. */
static char *
get(const char *name, size_t *n)
{
	char path[CONFIG_PATH_MAX];
	FILE *f = fopen(config_path(path, fuzz_dir, name), "r");
	char *at = NULL;
	size_t room = 0;

	must(f != NULL);
	*n = (size_t)getdelim(&at, &room, '\0', f);
	fclose(f);
	return at;
}

/* --- users ----------------------------------------------------------------- */

static void
judge_user(const struct users *u, const struct user *one)
{
	must(user_name_is_fit(span_of(one->name)));
	must(one->role >= USER_VIEWER && one->role <= USER_ADMIN);
	must(users_find(u, span_of(one->name)) == one);
	must(memchr(one->kept, '\0', sizeof(one->kept)) != NULL);
}

static bool
are_same(const struct users *a, const struct users *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (strcmp(a->user[i].name, b->user[i].name) != 0 ||
		    strcmp(a->user[i].kept, b->user[i].kept) != 0 ||
		    a->user[i].role != b->user[i].role ||
		    a->user[i].since != b->user[i].since ||
		    a->user[i].changed != b->user[i].changed)
			return false;
	return true;
}

static void
judge_users(void)
{
	struct users u, again;
	struct buf why;

	buf_init(&why, 16384);
	if (users_read(&u, fuzz_dir, &why)) {
		for (size_t i = 0; i < u.count; i++)
			judge_user(&u, &u.user[i]);
		must(users_write(&u, fuzz_dir, &why));
		must(users_read(&again, fuzz_dir, &why) && are_same(&u, &again));
		users_clear(&again);
	} else {
		must(u.count == 0 && why.n > 0);
	}
	users_clear(&u);
	buf_clear(&why);
}

/* --- sessions -------------------------------------------------------------- */

static void
judge_sessions(void)
{
	size_t n, m;
	char *was, *is;

	sessions_free(sessions_new(fuzz_dir, IDLE));
	was = get(SESSION_FILE, &n);
	sessions_free(sessions_new(fuzz_dir, IDLE));
	is = get(SESSION_FILE, &m);
	must(n == m && memcmp(was, is, n) == 0);
	free(was);
	free(is);
}

/* --- what a password is kept as ---------------------------------------------- */

/* Nothing is a password's but by its hash. */
static void
judge_kept(const uint8_t *data, size_t size)
{
	char kept[PASSWORD_KEPT];

	if (size >= sizeof(kept) || !text_starts((struct span){
	    (const char *)data, size }, KEPT))
		return;
	memcpy(kept, data, size);
	kept[size] = '\0';
	must(!password_fits(kept, SPAN("correct horse battery")));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0 || size > INPUT)
		return 0;
	if (!ready)
		set_up();
	fuzz_put(USER_FILE, data, size);
	judge_users();
	fuzz_put(SESSION_FILE, data, size);
	judge_sessions();
	judge_kept(data, size);
	return 0;
}
