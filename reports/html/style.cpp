// SPDX-License-Identifier: Apache-2.0
#include "reports/html/parts.hpp"
#include "reports/plot/theme.hpp"

namespace ridge::reports::html {
namespace {

std::string variables(const plot::Theme& theme) {
    std::string out;
    for (std::size_t i = 0; i < plot::role_count; ++i) {
        const auto role = static_cast<plot::Role>(i);
        out += "--" + std::string(plot::role_name(role)) + ":" + plot::hex(theme.of(role)) + ";";
    }
    return out;
}

constexpr std::string_view rules = R"css(
*{box-sizing:border-box}
body{margin:0 auto;max-width:88rem;padding:1.5rem 1.25rem 4rem;background:var(--background);color:var(--text);
font:15px/1.5 system-ui,"Segoe UI","DejaVu Sans",Arial,sans-serif}
h1{font-size:1.7rem;line-height:1.2;margin:.2rem 0}
h2{font-size:1.3rem;margin:2.6rem 0 .6rem;padding-top:.8rem;border-top:1px solid var(--grid)}
h3{font-size:1.05rem;margin:1.8rem 0 .4rem}
p{margin:.4rem 0;max-width:60rem}
a{color:var(--series-1)}
.sub,.facts,figcaption{color:var(--muted)}
nav a{margin-right:1rem}
.facts span{margin-right:1.4rem;white-space:nowrap}
.facts b{color:var(--text);font-weight:600}
.mark{display:inline-block;padding:0 .45em;border:1px solid currentColor;border-radius:.7em;font-size:.82em;line-height:1.5;white-space:nowrap}
.measured{color:var(--series-3)}.predicted{color:var(--series-1);border-style:dashed}.specified{color:var(--muted);border-style:dotted}
.legend{display:flex;flex-wrap:wrap;gap:.3rem 1.4rem;margin:.8rem 0 0;padding:0;list-style:none}
.cards{display:flex;flex-wrap:wrap;gap:.8rem;margin:1rem 0}
.card{flex:1 1 11rem;padding:.7rem .9rem;border:1px solid var(--grid);border-radius:.5rem;background:var(--surface)}
.card .label{color:var(--muted);font-size:.85rem}.card .figure{font-size:1.35rem;font-weight:600}
figure{margin:.6rem 0 1rem;border:1px solid var(--grid);border-radius:.5rem;overflow:hidden}
figure svg{display:block;width:100%;height:auto}
svg g.point,svg g.line{cursor:pointer;outline:none}
svg g.point:focus-visible,svg g.point.on{filter:drop-shadow(0 0 3px var(--text))}
.scroll{overflow:auto;max-height:36rem;border:1px solid var(--grid);border-radius:.5rem;margin:.6rem 0 1.2rem}
table{border-collapse:separate;border-spacing:0;width:100%;font-size:.84rem}
caption{text-align:left;padding:.5rem .7rem;font-weight:600}
caption a{font-weight:400;margin-left:.6rem}
th,td{padding:.28rem .6rem;text-align:left;border-bottom:1px solid var(--grid);vertical-align:top}
td{max-width:36rem;white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
.words td{white-space:normal;max-width:none}
th{position:sticky;top:0;background:var(--surface);white-space:nowrap;z-index:1}
th button{all:unset;cursor:pointer;font-weight:600}
th button:focus-visible{outline:2px solid var(--series-1);outline-offset:2px}
th[aria-sort=ascending] button::after{content:" \25B2"}th[aria-sort=descending] button::after{content:" \25BC"}
.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.none{color:var(--muted)}
.flagged{color:var(--warning);font-weight:600}
.flagged::before{content:"\26A0\00A0"}
tbody tr:hover td,tr.on td{background:color-mix(in srgb,var(--series-1) 12%,transparent)}
details>summary{cursor:pointer;margin:.6rem 0;font-weight:600}
#tip{position:fixed;z-index:9;max-width:30rem;padding:.5rem .7rem;border:1px solid var(--axis);border-radius:.4rem;background:var(--surface);
color:var(--text);font-size:.82rem;line-height:1.4;white-space:pre-line;box-shadow:0 4px 14px rgb(0 0 0/.25);pointer-events:none}
#tip.pinned{pointer-events:auto;border-color:var(--series-1)}
#tip b{display:block}
@media print{body{max-width:none;font-size:10pt}.scroll{overflow:visible;max-height:none;border:0}nav,caption a{display:none}
td{max-width:12rem;overflow-wrap:anywhere}table{font-size:6.5pt}th,td{padding:.1rem .25rem;white-space:normal}th{position:static}
figure{break-inside:avoid}tr{break-inside:avoid}@page{size:A4 landscape;margin:12mm}}
)css";

}  // namespace

std::string style_sheet() {
    return ":root{color-scheme:light dark;" + variables(plot::light_theme()) +
           "}\n@media screen and (prefers-color-scheme:dark){:root{" + variables(plot::dark_theme()) + "}}" +
           std::string(rules);
}

}  // namespace ridge::reports::html
