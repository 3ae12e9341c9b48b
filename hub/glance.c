/*
 * Glance: a page in UTF-8, its text, and what stands in that; see glance.h.
 *
 * The words come from what hijacked sites of the country's public bodies
 * showed. A page that warns of gambling speaks of it as well, and of the
 * police: such a one needs many more of them.
 */
#include "hub/glance.h"

#include <iconv.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "contrib/base/err.h"
#include "contrib/base/lang.h"
#include "contrib/base/mem.h"
#include "contrib/base/text.h"
#include "hub/plaintext.h"

#define DECLARED_WITHIN 4096	/* bytes */
#define SHORT 600		/* letters of a page that says one thing: 200 of
				 * them if they are Han */
#define VERY_SHORT 120
#define BAD_WORDS 3		/* different ones, … */
#define BAD_WORDS_TITLED 2	/* … or with one of them in the title, … */
#define BAD_WORDS_WARNING 8	/* … or where the police is spoken of */
#define LETTERS_FOR_LANGUAGE 60

struct glancer {
	iconv_t gb, big5;
	struct buf utf8;
	struct plaintext plain;
};

/* --- character sets -------------------------------------------------------- */

struct glancer *
glancer_new(void)
{
	struct glancer *g = mem_new(sizeof(*g));

	g->gb = iconv_open("UTF-8", "GB18030");
	g->big5 = iconv_open("UTF-8", "BIG5-HKSCS");
	if (g->gb == (iconv_t)-1 || g->big5 == (iconv_t)-1)
		fatal("no converter for GB18030 or Big5: is the C library's "
		    "gconv directory there?");
	buf_init(&g->utf8, 4 * (size_t)GLANCE_MOST);
	plaintext_init(&g->plain, 4 * (size_t)GLANCE_MOST);
	return g;
}

void
glancer_free(struct glancer *g)
{
	if (g == NULL)
		return;
	iconv_close(g->gb);
	iconv_close(g->big5);
	buf_clear(&g->utf8);
	plaintext_clear(&g->plain);
	free(g);
}

static bool
has_nocase(struct span s, const char *word)
{
	size_t n = strlen(word);

	for (size_t i = 0; i + n <= s.n; i++)
		if (strncasecmp(s.at + i, word, n) == 0)
			return true;
	return false;
}

/* What isn't whole at the end was cut there by us. */
static struct span
without_cut_char(struct span page)
{
	size_t n = page.n;

	for (int i = 0; i < 3 && n > 0 && (page.at[n - 1] & 0xc0) == 0x80; i++)
		n--;
	if (n > 0 && (page.at[n - 1] & 0xc0) == 0xc0)
		n--;
	else
		n = page.n;
	return (struct span){ page.at, n };
}

static bool
is_utf8_but_for_end(struct span page)
{
	return text_is_utf8(page) || text_is_utf8(without_cut_char(page));
}

/* What can't be read becomes a blank. */
static void
convert(struct glancer *g, iconv_t from, struct span page)
{
	char out[4096], *in = mem_copy(page.at, page.n), *at = in;
	size_t left = page.n;

	iconv(from, NULL, NULL, NULL, NULL);
	while (left > 0) {
		char *to = out;
		size_t room = sizeof(out), before = left;

		(void)iconv(from, &at, &left, &to, &room);
		buf_put(&g->utf8, out, sizeof(out) - room);
		if (left == before || (left > 0 && room > 16)) {
			buf_byte(&g->utf8, ' ');
			at++;
			left--;
		}
	}
	free(in);
}

static struct span
in_utf8(struct glancer *g, struct span page, struct span type)
{
	struct span head = { page.at,
	    page.n < DECLARED_WITHIN ? page.n : DECLARED_WITHIN };

	buf_reset(&g->utf8);
	if (text_is_utf8(page))
		return page;
	if (is_utf8_but_for_end(page))
		return without_cut_char(page);
	convert(g, has_nocase(type, "big5") || has_nocase(head, "big5") ?
	    g->big5 : g->gb, page);
	return buf_look(&g->utf8);
}

/* --- words ------------------------------------------------------------------ */

static const char *const bad_words[] = {
	"casino", "baccarat", "slot gacor", "slot online", "judi online",
	"togel", "sportsbook", "sports betting", "online betting",
	"online poker", "roulette", "jackpot", "escort service",
	"porn", "xxx video", "viagra", "nhà cái", "cá cược",
	"สล็อต", "คาสิโน", "บาคาร่า",
	"赌场", "博彩", "百家乐", "老虎机", "时时彩", "六合彩", "葡京",
	"真人娱乐", "棋牌娱乐", "真钱", "体育投注", "外围投注", "捕鱼游戏",
	"北京赛车", "开户送", "太阳城", "威尼斯人", "电子游艺", "彩金",
	"成人视频", "成人电影", "色情", "裸聊", "约炮", NULL
};
static const char *const warning_words[] = {
	"打击", "警方", "公安", "民警", "犯罪", "整治", "查处", "防范",
	"police", "addiction", "illegal gambling", NULL
};
static const char *const parked_words[] = {
	"domain is for sale", "domain may be for sale", "buy this domain",
	"domain name is for sale", "this domain is parked", "parked domain",
	"parked free", "domain has expired", "sedoparking", "parkingcrew",
	"inquire about this domain", "domain parking",
	"域名出售", "域名转让", "域名正在出售", "域名可转让", "购买此域名",
	"域名停放", "域名已过期", "域名已到期", "域名到期", NULL
};
static const char *const wall_words[] = {
	"just a moment", "attention required", "verify you are human",
	"verifying you are human", "checking your browser",
	"enable javascript and cookies", "ddos protection", "captcha",
	"are you a robot", "unusual traffic", "安全验证", "人机验证",
	"滑动验证", "访问验证", "请完成验证", "访问被阻断", "访问被拦截",
	"请求被拦截", "创宇盾", "安全狗", "云锁", NULL
};
static const char *const missing_words[] = {
	"not found", "404 error", "error 404", "page missing",
	"does not exist", "doesn't exist", "no longer available",
	"no longer exists", "页面不存在", "网页不存在", "内容不存在",
	"文章不存在", "信息不存在", "文件不存在", "找不到页面", "找不到该页",
	"找不到网页", "找不到文件", "页面没有找到", "页面找不到",
	"页面未找到", "无法找到", "未找到页面", "没有找到您", "已被删除",
	"已经被删除", "页面已删除", "页面丢失", "页面走丢", NULL
};

/* How many of the words stand in s; the first few go into sign. */
static unsigned
count_words(const char *const *words, struct span s, char *sign)
{
	unsigned count = 0;
	size_t n = 0;

	for (; *words != NULL; words++) {
		if (s.n == 0 ||
		    memmem(s.at, s.n, *words, strlen(*words)) == NULL)
			continue;
		count++;
		if (sign != NULL && n + strlen(*words) + 3 < GLANCE_SIGN)
			n += (size_t)snprintf(sign + n, GLANCE_SIGN - n,
			    "%s%s", n > 0 ? ", " : "", *words);
	}
	return count;
}

/* "404" as a word of its own: not 2404, nor a document's "404号". */
static bool
has_404(struct span title)
{
	static const char *const after[] = { "页", "错误", "，", "！", "—",
	    "。", "：" };

	for (size_t i = 0; i + 3 <= title.n; i++) {
		struct span rest = { title.at + i + 3, title.n - i - 3 };
		char before = i > 0 ? title.at[i - 1] : ' ';

		if (memcmp(title.at + i, "404", 3) != 0 ||
		    (before >= '0' && before <= '9'))
			continue;
		if (rest.n == 0 || (rest.at[0] > 0 &&
		    (rest.at[0] < '0' || rest.at[0] > '9')))
			return true;
		for (size_t k = 0; k < sizeof(after) / sizeof(after[0]); k++)
			if (text_starts(rest, after[k]))
				return true;
	}
	return false;
}

static void
look_for_words(struct glance *p, struct span title, struct span text)
{
	bool titled = count_words(bad_words, title, NULL) > 0;
	unsigned bad, needed;
	char title_sign[GLANCE_SIGN] = "";

	bad = count_words(bad_words, text, p->bad);
	if (titled && p->bad[0] == '\0')
		bad += count_words(bad_words, title, p->bad);
	else if (titled)
		bad += count_words(bad_words, title, title_sign);
	needed = titled ? BAD_WORDS_TITLED : BAD_WORDS;
	if (count_words(warning_words, title, NULL) > 0 ||
	    count_words(warning_words, text, NULL) > 0)
		needed = BAD_WORDS_WARNING;
	if (bad < needed)
		p->bad[0] = '\0';
	if (p->letters >= SHORT)
		return;
	if (count_words(parked_words, title, p->parked) == 0)
		count_words(parked_words, text, p->parked);
	if (count_words(wall_words, title, p->wall) == 0)
		count_words(wall_words, text, p->wall);
	p->says_missing = has_404(title) ||
	    count_words(missing_words, title, NULL) > 0 ||
	    (p->letters < VERY_SHORT &&
	    count_words(missing_words, text, NULL) > 0);
}

/* --- languages --------------------------------------------------------------- */

static const struct {
	uint32_t from, to;
	enum glance_language language;
	unsigned weight;	/* a Han character says as much as three letters */
} ranges[] = {
	{ 'a', 'z', GLANCE_LATIN, 1 }, { 0xdf, 0x24f, GLANCE_LATIN, 1 },
	{ 0x400, 0x52f, GLANCE_CYRILLIC, 1 },
	{ 0x600, 0x6ff, GLANCE_ARABIC, 1 }, { 0xe00, 0xe7f, GLANCE_THAI, 1 },
	{ 0x1e00, 0x1eff, GLANCE_LATIN, 1 },
	{ 0x3041, 0x30ff, GLANCE_KANA, 3 }, { 0x3400, 0x9fff, GLANCE_HAN, 3 },
	{ 0xac00, 0xd7a3, GLANCE_HANGUL, 3 },
	{ 0x370, 0xdff, GLANCE_OTHER, 1 }, { 0xe80, 0x1dff, GLANCE_OTHER, 1 },
	{ 0x20000, 0x3ffff, GLANCE_HAN, 3 },
};

static const struct {
	const char *name, *word;
} languages[GLANCE_LANGUAGES] = {
	[GLANCE_NONE] = { "none", N_("too little text to tell its language") },
	[GLANCE_HAN] = { "Han", N_("Chinese characters") },
	[GLANCE_KANA] = { "Kana", N_("Japanese") },
	[GLANCE_HANGUL] = { "Hangul", N_("Korean") },
	[GLANCE_LATIN] = { "Latin", N_("Latin letters") },
	[GLANCE_CYRILLIC] = { "Cyrillic", N_("Cyrillic letters") },
	[GLANCE_THAI] = { "Thai", N_("Thai") },
	[GLANCE_ARABIC] = { "Arabic", N_("Arabic letters") },
	[GLANCE_OTHER] = { "other", N_("another script") },
};

const char *
glance_language_name(enum glance_language l)
{
	must(l < GLANCE_LANGUAGES);
	return languages[l].name;
}

const char *
glance_language_word(enum glance_language l)
{
	must(l < GLANCE_LANGUAGES);
	return _(languages[l].word);
}

bool
glance_language_parse(enum glance_language *l, struct span name)
{
	for (int i = 0; i < GLANCE_LANGUAGES; i++) {
		if (span_is(name, span_of(languages[i].name))) {
			*l = (enum glance_language)i;
			return true;
		}
	}
	return false;
}

static void
count_letters(struct glance *p, struct span text)
{
	unsigned weight[GLANCE_LANGUAGES] = { 0 };
	uint32_t c;

	while ((c = text_next(&text)) != UINT32_MAX || text.n > 0) {
		for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]);
		    i++) {
			if (c < ranges[i].from || c > ranges[i].to)
				continue;
			weight[ranges[i].language] += ranges[i].weight;
			p->letters += ranges[i].weight;
			break;
		}
	}
	/* Japanese is half Han. */
	if (weight[GLANCE_KANA] * 5 > weight[GLANCE_HAN])
		weight[GLANCE_KANA] += weight[GLANCE_HAN];
	p->language = GLANCE_NONE;
	for (int i = 1; i < GLANCE_LANGUAGES; i++)
		if (weight[i] >= LETTERS_FOR_LANGUAGE &&
		    weight[i] > weight[p->language])
			p->language = (enum glance_language)i;
}

/* --- all of it ---------------------------------------------------------------- */

void
glance_init(struct glance *p)
{
	*p = (struct glance){ .language = GLANCE_NONE };
	buf_init(&p->refresh, PLAINTEXT_REFRESH);
}

void
glance_clear(struct glance *p)
{
	buf_clear(&p->refresh);
}

/* of GLANCE_TITLE bytes */
static struct span
keep(char *to, const struct buf *from)
{
	struct span s = text_trim(text_cut(buf_look(from),
	    GLANCE_TITLE - 1));

	snprintf(to, GLANCE_TITLE, "%.*s", SPAN_ARGS(s));
	return s;
}

void
glance_page(struct glancer *g, struct glance *p, struct span page,
    struct span type)
{
	struct plaintext *plain = &g->plain;
	struct span title;
	struct buf low;

	if (page.n > GLANCE_MOST)
		page.n = GLANCE_MOST;
	plaintext_read(plain, in_utf8(g, page, type));
	title = keep(p->title, &plain->title);
	keep(p->article, &plain->article);
	keep(p->heading, &plain->heading);
	buf_init(&low, PLAINTEXT_TITLE);
	for (size_t i = 0; i < title.n; i++)
		buf_byte(&low, title.at[i] >= 'A' && title.at[i] <= 'Z' ?
		    (char)(title.at[i] - 'A' + 'a') : title.at[i]);
	count_letters(p, buf_look(&plain->text));
	look_for_words(p, buf_look(&low), buf_look(&plain->text));
	buf_clear(&low);
	minhash_make(&p->minhash, buf_look(&plain->text));
	snprintf(p->code, sizeof(p->code), "%.*s", SPAN_ARGS(text_cut(
	    buf_look(&plain->code), sizeof(p->code) - 1)));
	snprintf(p->domain, sizeof(p->domain), "%.*s", SPAN_ARGS(text_cut(
	    buf_look(&plain->domain), sizeof(p->domain) - 1)));
	p->password = plain->password;
	p->scripts = plain->scripts;
	buf_span(&p->refresh, buf_look(&plain->refresh));
}
