/*
 * The style of all pages. Colours have at least 4.5:1 against their ground
 * in both schemes; nothing is said by colour alone.
 */
#include "hub/sheet.h"

static const char style[] =
/* grounds and inks */
"*{box-sizing:border-box}"
":root{color-scheme:light dark;--ink:#1b2430;--soft:#55606d;--line:#d9dfe6;"
"--edge:#8793a1;--paper:#fff;--wash:#f3f6f9;--link:#0b5394;--on:#fff;"
"--good:#11682f;--warn:#7f4700;--bad:#a3121f}"
"@media(prefers-color-scheme:dark){:root{--ink:#e4e9ef;--soft:#a7b2be;"
"--line:#2f3842;--edge:#6f7c8a;--paper:#13181e;--wash:#1b222a;"
"--link:#86bbf7;--on:#10151a;--good:#74d291;--warn:#f0b765;--bad:#ff9791}}"
"body{margin:0;background:var(--paper);color:var(--ink);font:1rem/1.6 "
"system-ui,\"Noto Sans CJK SC\",\"Source Han Sans SC\",\"PingFang SC\","
"\"Microsoft YaHei\",sans-serif}"
"a{color:var(--link);text-underline-offset:.2em}"
/* what stood in a page may be written right to left; the rest stays */
"a,b,dd,h1,td,th,.soft{unicode-bidi:isolate}"
":focus-visible{outline:3px solid var(--link);outline-offset:2px}"
".skip{position:absolute;left:-999em}.skip:focus{left:1em;top:.5em;"
"background:var(--paper);padding:.5em;z-index:1}"
/* head and foot */
"header{border-bottom:1px solid var(--line);border-top:4px solid "
"var(--link);background:var(--wash)}"
"header>div,main,footer{max-width:70rem;margin:0 auto;padding:0 1.25rem}"
"header>div{display:flex;flex-wrap:wrap;gap:.5rem 1.5rem;"
"align-items:center;padding-top:.8rem;padding-bottom:.8rem}"
"header .name{font-weight:700;font-size:1.15rem;text-decoration:none;"
"color:var(--ink);overflow-wrap:anywhere}"
"header nav{display:flex;gap:1.25rem}"
"header form{flex:1 1 15rem;max-width:26rem;margin-left:auto}"
"header input{flex:1;min-width:6rem}"
"footer p{margin:3rem 0 2rem;padding-top:.9rem;"
"border-top:1px solid var(--line);color:var(--soft);font-size:.875rem}"
/* fields */
"form{display:flex;flex-wrap:wrap;gap:.6rem;align-items:end;margin:0}"
"label{display:block;font-size:.875rem;color:var(--soft)}"
"label input{display:block;margin-top:.1rem}"
"label.long{flex:1 1 16rem}label.long input{width:100%}"
"input,button{font:inherit;padding:.35rem .65rem;border:1px solid "
"var(--edge);border-radius:.3rem;background:var(--paper);color:var(--ink);"
"max-width:100%}"
"button{background:var(--link);border-color:var(--link);color:var(--on);"
"cursor:pointer}"
/* words */
"h1{font-size:1.5rem;line-height:1.35;margin:1.75rem 0 .5rem;"
"overflow-wrap:anywhere}"
"h2{font-size:1.125rem;margin:2.25rem 0 .5rem}"
".soft{color:var(--soft);font-size:.875rem}"
".lead{margin:.25rem 0 1rem}"
".note{border-left:4px solid var(--bad);background:var(--wash);"
"padding:.6rem 1rem;margin:1rem 0}"
/* figures, states, filters */
".sum,.pick{display:flex;flex-wrap:wrap;padding:0;list-style:none}"
".sum{gap:.75rem;margin:1rem 0 1.75rem}.sum li{flex:1 1 8rem;"
"border:1px solid var(--line);border-radius:.4rem;padding:.6rem .9rem;"
"background:var(--wash);color:var(--soft);font-size:.875rem}"
".sum b{display:block;font-size:1.6rem;line-height:1.3;font-weight:600;"
"color:var(--ink);font-variant-numeric:tabular-nums}"
".pick{gap:.5rem;margin:0 0 .75rem}.pick a{display:block;padding:.15rem "
".7rem;border:1px solid var(--line);border-radius:1rem;"
"text-decoration:none;font-size:.9rem}"
".pick a:hover{border-color:var(--link)}"
".pick a[aria-current]{background:var(--link);border-color:var(--link);"
"color:var(--on)}"
".state{white-space:nowrap;font-weight:600}.sync{color:var(--good)}"
".behind,.new{color:var(--warn)}.silent,.held,.trouble,.blocked,.quarantined{color:var(--bad)}"
/* tables and lists */
".wide{overflow-x:auto}table{border-collapse:collapse;width:100%}"
"th,td{padding:.4rem .75rem;text-align:left;vertical-align:top;"
"border-bottom:1px solid var(--line);line-height:1.45}"
"thead th{color:var(--soft);font-size:.875rem;font-weight:600;"
"white-space:nowrap;padding-top:.3rem;padding-bottom:.3rem}"
"tbody th{font-weight:400}tbody th>a{font-weight:600}"
"tbody tr:hover{background:var(--wash)}td time{white-space:nowrap}"
"th:first-child,td:first-child{padding-left:.25rem}"
".n{text-align:right;font-variant-numeric:tabular-nums}"
".items{list-style:none;padding:0;margin:0}.items li{padding:.7rem 0;"
"border-bottom:1px solid var(--line);overflow-wrap:anywhere}"
".items li>a{font-size:1.05rem}"
"dl{display:grid;grid-template-columns:max-content 1fr;"
"gap:.35rem 1.5rem;margin:1rem 0}dt{color:var(--soft)}dd{margin:0;"
"overflow-wrap:anywhere;white-space:pre-line}"
".more{margin:1.25rem 0}"
"@media(max-width:40rem){header form{max-width:none;margin-left:0}"
"dl{grid-template-columns:1fr;gap:0}dt{font-size:.875rem}"
"dd{margin-bottom:.6rem}th,td{padding:.5rem .4rem}.far{display:none}}";

void
sheet_style(struct buf *b)
{
	buf_put(b, style, sizeof(style) - 1);
}
