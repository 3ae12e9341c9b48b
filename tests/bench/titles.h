/*
 * Made-up items of made-up government sites, the same for the same seed: for
 * benches. Words are drawn by rank with a Zipf-like weight; the frequent ones
 * are what such titles are really made of, the rare ones stand in for the
 * names of places, people and projects.
 */
#ifndef ZQ_TESTS_TITLES_H
#define ZQ_TESTS_TITLES_H

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contrib/base/buf.h"
#include "contrib/base/text.h"
#include "protocol/change.h"

#define TITLES_WORDS 30000
#define TITLES_SITES 100	/* numbers from 1 */
#define TITLES_NOW INT64_C(1795000000000)

static const char *const titles_frequent[] = {
	"关于", "通知", "工作", "河南省", "公告", "会议", "郑州市", "召开",
	"开展", "政府", "建设", "2026年", "服务", "印发", "管理", "发展",
	"活动", "项目", "公示", "人民政府", "2025年", "办公室", "安全",
	"全市", "调研", "检查", "情况", "企业", "信息公开", "教育", "实施",
	"方案", "生态环境", "推进", "培训", "意见", "乡村振兴", "招聘",
	"部署", "报告", "改革", "督导", "重点", "干部", "监管", "整治",
	"专项", "组织", "举行", "领导", "学习", "农业", "工程", "采购",
	"中标", "招标", "结果", "学校", "医疗", "保障", "社会", "专题",
	"市场监管局", "自然资源", "疫情防控", "消防", "防汛", "文化",
	"旅游", "交通", "住房", "城乡", "规划", "土地", "出让", "环境影响",
	"评价", "审批", "许可", "行政处罚", "决定书", "年度", "预算", "决算",
	"公开", "政策解读", "办事指南", "营商环境", "优化", "高质量", "创新",
	"科技", "人才", "就业", "创业", "养老", "保险", "社区", "党建",
	"主题教育", "志愿", "宣传", "推动", "提升", "加强", "做好", "落实",
	"贯彻", "精神", "深入", "群众", "工作会议", "座谈会", "启动仪式",
	"签约", "投资", "产业", "数字化", "政务服务", "一网通办", "5G",
	"大数据", "统计公报", "年报", "拟录用", "人员", "名单", "任免",
	"公务员", "事业单位", "考试", "成绩", "面试", "体检", "黄河流域",
	"保护", "水利", "林业", "气象", "预警", "粮食", "蔬菜", "价格",
	"食品药品", "抽检", "不合格", "召回", "特种设备", "应急", "演练",
	"隐患", "排查", "事故", "调查", "法治", "普法", "信访", "纪委",
	"巡察", "整改", "反馈", "通报", "表彰", "先进", "模范", "文明",
	"创建", "卫生", "健康", "医院", "疫苗", "接种", "妇女", "儿童",
	"残疾人", "慈善", "救助", "低保", "退役军人", "征兵", "民政",
	"婚姻登记", "殡葬", "地名", "税务", "财政", "审计", "金融", "银行",
};
#define TITLES_FREQUENT (sizeof(titles_frequent) / sizeof(titles_frequent[0]))

struct titles {
	uint64_t dice;
	double *weight;		/* cumulative */
	char (*word)[16];
	struct buf title, keywords, text, url, id, column;
	bool titles_only;	/* no keywords, no description */
};

static inline uint64_t
titles_roll(struct titles *t, uint64_t of)
{
	t->dice += UINT64_C(0x9e3779b97f4a7c15);
	uint64_t z = t->dice;

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return (z ^ z >> 31) % of;
}

/* Two or three of 2,800 Han characters, the early ones more often. */
static inline void
titles_rare_word(struct titles *t, char out[16])
{
	struct buf b;

	buf_init(&b, 15);
	for (uint64_t n = 2 + titles_roll(t, 3) / 2; n > 0; n--) {
		uint64_t a = titles_roll(t, 2800), c = titles_roll(t, 2800);

		text_put_char(&b, 0x4e00 +
		    (uint32_t)((a < c ? a : c) * 7 % 20900));
	}
	memcpy(out, buf_cstr(&b), b.n + 1);
	buf_clear(&b);
}

static inline void
titles_open(struct titles *t, uint64_t seed)
{
	double sum = 0;

	*t = (struct titles){ .dice = seed };
	t->weight = malloc(TITLES_WORDS * sizeof(*t->weight));
	t->word = malloc(TITLES_WORDS * sizeof(*t->word));
	for (size_t i = 0; i < TITLES_WORDS; i++) {
		if (i < TITLES_FREQUENT)
			snprintf(t->word[i], sizeof(t->word[i]), "%s",
			    titles_frequent[i]);
		else
			titles_rare_word(t, t->word[i]);
		sum += 1 / pow((double)(i + 4), 0.95);
		t->weight[i] = sum;
	}
	buf_init(&t->title, 1024);
	buf_init(&t->keywords, 1024);
	buf_init(&t->text, 4096);
	buf_init(&t->url, 1024);
	buf_init(&t->id, 1024);
	buf_init(&t->column, 64);
}

static inline void
titles_close(struct titles *t)
{
	free(t->weight);
	free(t->word);
	buf_clear(&t->title);
	buf_clear(&t->keywords);
	buf_clear(&t->text);
	buf_clear(&t->url);
	buf_clear(&t->id);
	buf_clear(&t->column);
}

static inline const char *
titles_word(struct titles *t)
{
	double x = (double)titles_roll(t, UINT64_C(1) << 52) /
	    (double)(UINT64_C(1) << 52) * t->weight[TITLES_WORDS - 1];
	size_t low = 0, high = TITLES_WORDS - 1;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (t->weight[mid] < x)
			low = mid + 1;
		else
			high = mid;
	}
	return t->word[low];
}

static inline void
titles_words(struct titles *t, struct buf *b, size_t bytes, const char *gap)
{
	buf_reset(b);
	while (b->n < bytes) {
		if (b->n > 0)
			buf_text(b, gap);
		buf_text(b, titles_word(t));
	}
}

static inline void
titles_url(struct buf *b, uint64_t n, uint32_t site)
{
	buf_printf(b, "http://www.site%u.gov.cn/art/2026/%u/%u/"
	    "art_%u_%llu.html", site, (unsigned)(n % 12 + 1),
	    (unsigned)(n % 28 + 1), (unsigned)(n % 300),
	    (unsigned long long)n);
}

/* The n-th item, from 0, of `site`; lives until the next. Some 500 bytes as
 * a row; its title has about 20 characters. Sites are first met with all
 * they have, so dates come in any order: ten years of them. */
static inline void
titles_item(struct titles *t, uint64_t n, uint32_t site, struct change *c)
{
	titles_words(t, &t->title, 48 + titles_roll(t, 24), "");
	titles_words(t, &t->keywords, 24, " ");
	titles_words(t, &t->text, 120, "");
	buf_reset(&t->url);
	titles_url(&t->url, n, site);
	buf_reset(&t->id);
	buf_printf(&t->id, "art/art_%u_%llu.html", (unsigned)(n % 300),
	    (unsigned long long)n);
	buf_reset(&t->column);
	buf_printf(&t->column, "栏目%u", (unsigned)titles_roll(t, 60));
	change_init(c);
	c->kind = CHANGE_CREATED;
	c->seq = n + 1;
	c->when = TITLES_NOW;
	c->published = TITLES_NOW -
	    (int64_t)titles_roll(t, 3650 * 1440) * 60000;
	c->url = buf_look(&t->url);
	c->id = buf_look(&t->id);
	c->type = SPAN("text/html");
	c->length = 18000 + titles_roll(t, 9000);
	c->has_hash = true;
	for (size_t i = 0; i < 32; i += 8) {
		uint64_t h = titles_roll(t, UINT64_MAX);

		memcpy(c->hash + i, &h, 8);
	}
	c->word[WORD_TITLE] = buf_look(&t->title);
	if (!t->titles_only) {
		c->word[WORD_KEYWORDS] = buf_look(&t->keywords);
		c->word[WORD_DESCRIPTION] = buf_look(&t->text);
	}
	c->word[WORD_COLUMN] = buf_look(&t->column);
	c->word[WORD_COLUMN_TYPE] = SPAN("工作动态");
	c->word[WORD_SOURCE] = SPAN("市人民政府办公室");
	c->word[WORD_AUTHOR] = SPAN("王小明");
	c->word[WORD_LANGUAGE] = SPAN("zh-CN");
}

#endif
