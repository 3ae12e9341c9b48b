/*
 * For tests of home pages: a look at one that is well, ways to spoil it, and
 * a view that rows are put in.
 */
#ifndef ZQ_TESTS_HOMEKIT_H
#define ZQ_TESTS_HOMEKIT_H

#include "hub/home_act.h"
#include "hub/home_judge.h"
#include "tests/unit/hub/storekit.h"

#define OWN "www.zz.gov.cn"
#define CODE "4101000001"
#define DAY (24 * INT64_C(3600000))

static struct kit kit;

static inline void
homekit_open(void)
{
	kit_open(&kit, &journal_lmdb);
	kit_site(&kit, 1);
	kit_site(&kit, 2);
	kit_show(&kit, 100);
}

static inline void
homekit_close(void)
{
	kit_close(&kit);
}

/* As set unless something else is. */
static const struct home_pace pace = { .slow = 5000, .limit = HOME_LIMIT };

static const struct home_look well = {
	.at = KIT_NOW, .cause = CAUSE_FINE, .ms = 300, .hops = 1,
	.hop = { { .url = "https://" OWN "/", .status = 200, .ms = 300,
	    .address = "203.0.113.7" } },
	.dns = { "203.0.113.7" }, .dns_count = 1,
	.has_page = true, .title = "郑州市人民政府", .language = GLANCE_HAN,
	.code = CODE, .domain = OWN, .asked_missing = true,
};

/* Sent on so often, for good or not, to there. */
static inline void
send_on(struct home_look *l, enum hop_kind kind, const char *to)
{
	l->hop[l->hops] = l->hop[0];
	l->hop[l->hops - 1].kind = kind;
	l->hop[l->hops - 1].status = kind == HOP_PERMANENT ? 301 : 302;
	snprintf(l->hop[l->hops++].url, HOME_URL, "%s", to);
}

static inline void
set_text(char *to, size_t size, const char *text)
{
	snprintf(to, size, "%s", text);
}
#define SET(field, text) set_text(field, sizeof(field), text)

/* --- what else it may be like --------------------------------------------- */

static inline void be_same(struct home_look *l) { (void)l; }
static inline void be_casino(struct home_look *l)
{
	send_on(l, HOP_TEMPORARY, "https://casino.example.com/");
	SET(l->title, "Best casino 2026");
	SET(l->bad, "casino, jackpot");
	l->code[0] = '\0';
	l->language = GLANCE_LATIN;
}
static inline void be_stranger(struct home_look *l)
{
	send_on(l, HOP_PERMANENT, "https://shop.example.com/");
	SET(l->title, "Shoes");
	SET(l->code, "");
}
/* A copy of the page at a domain that anybody can have. */
static inline void be_copy(struct home_look *l)
{
	send_on(l, HOP_PERMANENT, "https://www.zz-gov.cn/");
}
static inline void be_parked(struct home_look *l)
{
	SET(l->title, "zz.gov.cn");
	SET(l->parked, "域名出售");
}
static inline void be_english(struct home_look *l)
{
	SET(l->title, "Welcome to nginx");
	l->language = GLANCE_LATIN;
	l->code[0] = l->domain[0] = '\0';
}
/* The same title: it has an English version now. */
static inline void be_translated(struct home_look *l)
{
	l->language = GLANCE_LATIN;
}
static inline void be_redesigned(struct home_look *l)
{
	SET(l->title, "郑州市人民政府门户网站");
}
static inline void be_counted(struct home_look *l)
{
	SET(l->title, "郑州市人民政府");
	l->ms = 900;
}
static inline void be_sent_on_once(struct home_look *l)
{
	send_on(l, HOP_PERMANENT, "https://www.zhengzhou.gov.cn/");
}
static inline void be_sent_on_for_now(struct home_look *l)
{
	send_on(l, HOP_TEMPORARY, "https://www.zhengzhou.gov.cn/");
}
static inline void be_sent_on_marked(struct home_look *l)
{
	be_sent_on_once(l);
	SET(l->title, "郑州市人民政府新版");	/* its code is enough */
}
static inline void be_sent_on_unmarked(struct home_look *l)
{
	be_sent_on_once(l);
	SET(l->title, "洛阳市人民政府");
	SET(l->code, "");
}
static inline void be_announced(struct home_look *l)
{
	send_on(l, HOP_PERMANENT, "https://www.new.gov.cn/");
}
static inline void be_neighbour(struct home_look *l)
{
	send_on(l, HOP_PERMANENT, "https://portal.zz.gov.cn/");
}
static inline void be_bare(struct home_look *l)
{
	send_on(l, HOP_PERMANENT, "https://zz.gov.cn/index.html");
}
static inline void be_other_own(struct home_look *l)
{
	send_on(l, HOP_PERMANENT, "https://www.own.gov.cn/");
}
static inline void be_at_cdn(struct home_look *l)
{
	SET(l->dns[0], "198.51.100.9");
	SET(l->hop[0].address, "198.51.100.9");
}
static inline void be_at_one_more(struct home_look *l)
{
	SET(l->dns[0], "198.51.100.9");
	SET(l->dns[1], "203.0.113.7");
	l->dns_count = 2;
}
static inline void be_renewed(struct home_look *l)
{
	l->hop[0].has_cert = true;
	memset(l->hop[0].cert.digest, 7, WEBCERT_DIGEST);
	SET(l->hop[0].cert.issuer, "Another CA");
}
/* Its server has a certificate for these, and for nobody else. */
static inline void be_certified(struct home_look *l, const char *names)
{
	l->cause = CAUSE_CERTIFICATE;
	l->has_page = false;
	l->hop[0].has_cert = true;
	SET(l->hop[0].cert.names, names);
}
static inline void be_anothers(struct home_look *l)
{
	be_certified(l, "shop.example.com *.example.net");
}
static inline void be_expired(struct home_look *l)
{
	be_certified(l, "shop.example.com *.zz.gov.cn");
}
/* 200, and nothing with it. */
static inline void be_empty(struct home_look *l)
{
	l->cause = CAUSE_EMPTY;
	l->has_page = false;
	SET(l->title, "");
	SET(l->code, "");
	SET(l->domain, "");
	l->language = GLANCE_NONE;
}
static inline void be_empty_elsewhere(struct home_look *l)
{
	be_sent_on_once(l);
	be_empty(l);
}
static inline void be_empty_stranger(struct home_look *l)
{
	send_on(l, HOP_TEMPORARY, "https://shop.example.com/");
	be_empty(l);
}
static inline void be_plain(struct home_look *l)
{
	SET(l->hop[0].url, "http://" OWN "/");
}
static inline void be_missing(struct home_look *l)
{
	l->is_missing = true;
	SET(l->title, "Apache default page");
}
static inline void be_other_code(struct home_look *l)
{
	SET(l->code, "4103000001");
}
static inline void be_null_code(struct home_look *l)
{
	SET(l->code, "null");
}
static inline void be_said_elsewhere(struct home_look *l)
{
	SET(l->domain, "http://WWW.new-zz.gov.cn/");
}
static inline void be_said_sloppily(struct home_look *l)
{
	SET(l->domain, "http://" OWN "/");
}
static inline void be_down(struct home_look *l)
{
	be_casino(l);
	l->cause = CAUSE_SERVER;
	l->has_page = false;
}

/* --- rows ------------------------------------------------------------------ */

/* One look each, at kit.now. */
static inline void
row(enum home_outcome o, unsigned ms, unsigned flags)
{
	kit_act(&kit, "{\"do\":\"homes\",\"at\":%lld,\"rows\":[[1,0,%d,200,"
	    "%u,%u%s]]}", (long long)kit.now, (int)o, ms, flags,
	    o == HOME_FAILED ? ",\"time\"" : "");
	kit_show(&kit, 100);
}

#endif
