/*
 * For fuzz targets of the core: a journal in memory with a little of each in
 * it: sites that are enrolled, blocked, retired, forked, in quarantine, behind
 * a gate; moves, notices, alerts, pins, and things that are held.
 */
#ifndef ZQ_TESTS_FUZZ_WORLD_H
#define ZQ_TESTS_FUZZ_WORLD_H

#include "hub/journal_backend.h"
#include "protocol/change.h"
#include "protocol/features.h"
#include "tests/fuzz/viewkit.h"

#define WORLD_SITE(n, parent) "{\"do\":\"site-add\",\"site\":" #n ",\"code\":" \
	"\"410100000" #n "\",\"name\":\"site " #n "\",\"domains\":" \
	"[\"s" #n ".gov.cn\"],\"kind\":\"\",\"parent\":\"" parent "\"}"
#define WORLD_KEY8(n) #n #n #n #n #n #n #n #n
#define WORLD_KEY32(n) WORLD_KEY8(n) WORLD_KEY8(n) WORLD_KEY8(n) WORLD_KEY8(n)
#define WORLD_KEY(n) WORLD_KEY32(n) WORLD_KEY32(n)
#define WORLD_REF(n) "000000000000000000" #n #n
#define WORLD_ENROLL(n) "{\"do\":\"ticket\",\"site\":" #n ",\"ref\":\"" \
	WORLD_REF(n) "\",\"expires\":1795000001000}", "{\"do\":\"enroll\",\"site\":" #n \
	",\"ref\":\"" WORLD_REF(n) "\",\"key\":\"" WORLD_KEY(n) "\"}"

static const char *const world_acts[] = {
	WORLD_SITE(1, ""), WORLD_SITE(2, "4101000001"), WORLD_SITE(3, ""),
	WORLD_SITE(4, ""), WORLD_SITE(5, ""), WORLD_SITE(6, ""),
	WORLD_ENROLL(1), WORLD_ENROLL(2), WORLD_ENROLL(5), WORLD_ENROLL(6),
	"{\"do\":\"block\",\"site\":3}", "{\"do\":\"retire\",\"site\":4}",
	"{\"do\":\"fork\",\"site\":5,\"cause\":\"other-content\",\"seq\":3,"
	"\"instance_before\":\"00000000000000aa\",\"instance\":"
	"\"00000000000000bb\",\"before\":\"198.51.100.8:1\",\"address\":"
	"\"198.51.100.9:1\"}",
	"{\"do\":\"renew\",\"site\":6,\"key\":\"" WORLD_KEY(7) "\",\"old\":\""
	WORLD_KEY(6) "\",\"until\":1802776000000,\"ca\":"
	"\"00000000000000000000000000000001\",\"quarantine\":true}",
	"{\"do\":\"gate\",\"site\":2,\"count\":60,\"of\":100}",
	"{\"do\":\"domain-add\",\"site\":1,\"domain\":\"n1.gov.cn\"}",
	"{\"do\":\"move-announce\",\"site\":1,\"scope\":\"prefix\",\"old\":"
	"\"http://s1.gov.cn/a/\",\"new\":\"http://s1.gov.cn/b/\"}",
	"{\"do\":\"move-announce\",\"site\":1,\"scope\":\"domain\",\"old\":"
	"\"http://n1.gov.cn/\",\"new\":\"http://s2.gov.cn/\"}",
	"{\"do\":\"notice-announce\",\"site\":1,\"kind\":\"maintenance\","
	"\"recurs\":\"sun 03:00-05:00\",\"zone\":\"Asia/Shanghai\","
	"\"service\":\"\"}",
	"{\"do\":\"notice-announce\",\"site\":2,\"kind\":\"outage\","
	"\"service\":\"web\",\"from\":1795000000000,\"until\":"
	"1795007200000}",
	"{\"do\":\"alert-fire\",\"alert\":1,\"rule\":\"silent\",\"severity\":"
	"\"critical\",\"level\":1,\"class\":\"down\",\"group\":\"g\","
	"\"members\":[{\"subject\":\"4101000001\",\"since\":1794999990000,"
	"\"site\":1}]}",
	"{\"do\":\"alert-silence\",\"rule\":\"down\",\"site\":1,\"until\":"
	"1795000100000}",
	"{\"do\":\"checked\",\"url\":\"http://x.cn/a\",\"cause\":\"gone\","
	"\"detail\":\"d\",\"etag\":\"e\"}",
	"{\"do\":\"check-pin\",\"url\":\"http://x.cn/a\",\"outcome\":\"ok\","
	"\"until\":1795000100000}",
	"{\"do\":\"checked-host\",\"host\":\"x.cn\",\"title\":\"t\","
	"\"language\":\"zh\",\"domain\":\"x.cn\",\"certificate\":"
	"\"00112233445566778899aabbccddeeff\"}",
	"{\"do\":\"homes\",\"at\":1795000000000,\"rows\":[[1,0,0,200,9,0]]}",
	"{\"do\":\"nonsense\"}",
};

/* Told by site 2, which has a gate and knows all words. */
static inline void
world_tell(struct journal *j, uint32_t site, const char *url)
{
	uint8_t hash[1][32] = { { (uint8_t)site } };
	struct change c;
	struct buf row;
	struct span rows;
	struct journal_batch b = { .site = site, .incarnation = 1, .first = 1,
	    .head = 1, .held = site == 2 ? 3 : 0, .now = FUZZ_NOW,
	    .features = span_of(FEATURE_WANT " " FEATURE_GATE),
	    .row = &rows, .hash = (const uint8_t (*)[32])hash, .count = 1 };
	struct journal_verdict v;

	change_init(&c);
	c.seq = 1;
	c.kind = CHANGE_CREATED;
	c.when = FUZZ_NOW;
	c.url = span_of(url);
	c.word[WORD_TITLE] = SPAN("t");
	buf_init(&row, LIMIT_CHANGE);
	change_write(&row, &c);
	rows = buf_look(&row);
	do {
		journal_begin(j);
		journal_take(j, &b, FUZZ_NOW, &v);
	} while (journal_commit(j) != DB_OK);
	must(v.verdict == VERDICT_TAKEN);
	buf_clear(&row);
}

static inline struct journal *
world_make(uint64_t luck)
{
	struct journal *j;

	journal_mem_seed(luck);
	j = journal_open(&journal_mem, "", true, FUZZ_MOST, NULL);
	must(j != NULL);
	for (size_t i = 0; i < sizeof(world_acts) / sizeof(world_acts[0]); i++)
		do {
			journal_begin(j);
			journal_act(j, span_of(world_acts[i]), FUZZ_NOW);
		} while (journal_commit(j) != DB_OK);
	world_tell(j, 1, "http://elsewhere.gov.cn/a");
	world_tell(j, 2, "http://s2.gov.cn/a");
	world_tell(j, 5, "http://s5.gov.cn/a");
	return j;
}

#endif
