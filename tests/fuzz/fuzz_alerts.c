/*
 * What operators write of who is told what, when, and where the hub's parts
 * may look: the whole file as hub.conf. If it is good, each rule and receiver
 * is one that alerts can work with. And the same bytes as networks to be
 * allowed: what is allowed may be connected to, and no more than one network
 * for each word.
 */
#include <arpa/inet.h>
#include <netinet/in.h>

#include "contrib/base/inward.h"
#include "contrib/base/text.h"
#include "contrib/base/zone.h"
#include "hub/alert_rule.h"
#include "hub/config.h"
#include "hub/config_alert.h"
#include "tests/fuzz/fuzzkit.h"

#define INPUT 16384
#define YEAR (366 * UINT64_C(86400000))	/* ms */

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n);

/* --- who is told ------------------------------------------------------------------- */

static void
judge_rules(const struct conf *file)
{
	struct alert_rules rules;

	alert_rules_init(&rules, file);
	for (size_t i = 0; i < ALERT_RULES; i++) {
		const struct alert_rule *r = &rules.rule[i];

		must(r->hold <= YEAR && r->remind <= YEAR &&
		    r->reminders <= 1000);
		for (char *const *to = r->receivers; to != NULL &&
		    *to != NULL; to++)
			must(config_receiver_named(file, span_of(*to)) !=
			    NULL);
	}
}

static void
judge_receiver(const struct config_receiver *r, const char *name)
{
	unsigned from = 0, to = 0;

	must(name[0] != '\0' && strpbrk(name, " \t") == NULL);
	must(r->kind[0] != '\0' && strpbrk(r->from, "\r\n<>") == NULL);
	for (char *const *one = r->to; *one != NULL; one++)
		must(strcmp(r->kind, "mail") != 0 ||
		    (strchr(*one, '@') != NULL &&
		    strpbrk(*one, "\r\n<> ,;") == NULL));
	must(r->quiet[0] == '\0' || (config_quiet_parse(span_of(r->quiet),
	    &from, &to) && from != to && from < 1440 && to < 1440));
	must(r->zone[0] == '\0' || zone_is_known(r->zone));
	must(r->timeout > 0 && r->give_up > 0);
}

static void
judge_file(struct span s)
{
	char path[128];
	struct conf *file = NULL;
	const struct config_receiver *r;
	const struct config *c;
	const char *name;
	struct buf why;

	fuzz_put("hub.conf", s.at, s.n);
	snprintf(path, sizeof(path), "%s/hub.conf", fuzz_dir);
	buf_init(&why, 1u << 20);
	c = config_read(path, &file, &why);
	must((c == NULL) == (why.n > 0) && (c == NULL) == (file == NULL));
	if (c != NULL) {
		judge_rules(file);
		for (size_t n = 0; (r = config_receiver(file, n, &name)) !=
		    NULL; n++)
			judge_receiver(r, name);
		conf_free(file);
	}
	buf_clear(&why);
}

/* --- where it may look ----------------------------------------------------------------- */

static void
judge_allowed(const struct inward *w, size_t n)
{
	struct sockaddr_in6 six = { .sin6_family = AF_INET6 };
	struct inward one = { .count = 1 };

	must(w->allowed[n].bits <= 128);
	memcpy(&six.sin6_addr, w->allowed[n].at, 16);
	must(inward_may(w, (const struct sockaddr *)&six));
	one.allowed[0] = w->allowed[n];
	must(inward_may(&one, (const struct sockaddr *)&six));
}

/* What isn't within may not be looked at, whatever the text was. */
static void
judge_private(const struct inward *w)
{
	struct sockaddr_in four = { .sin_family = AF_INET };
	bool within = false;
	uint8_t at[16] = { [10] = 0xff, [11] = 0xff, [12] = 10, [15] = 9 };

	memcpy(&four.sin_addr, at + 12, 4);
	for (size_t i = 0; i < w->count; i++) {
		bool same = true;

		for (unsigned b = 0; b < w->allowed[i].bits; b++)
			same = same && ((at[b / 8] ^ w->allowed[i].at[b / 8])
			    >> (7 - b % 8) & 1) == 0;
		within = within || same;
	}
	must(inward_may(w, (const struct sockaddr *)&four) == within);
}

static void
judge_networks(struct span s)
{
	struct inward w = { .count = 0 };
	char text[INPUT + 1];
	struct buf why;
	bool good;

	memcpy(text, s.at, s.n);
	text[s.n] = '\0';
	buf_init(&why, 4096);
	good = inward_allow_all(&w, text, &why);
	must(good == (why.n == 0) && w.count <= INWARD_ALLOWED);
	for (size_t i = 0; i < w.count; i++)
		judge_allowed(&w, i);
	judge_private(&w);
	buf_clear(&why);
}

int
LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
	struct span s = { (const char *)at, n };

	if (n == 0 || n > INPUT)
		return 0;
	if (fuzz_dir[0] == '\0')
		fuzz_dir_make();
	judge_networks(s);
	judge_file(s);
	return 0;
}
