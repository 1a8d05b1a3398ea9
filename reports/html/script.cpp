// SPDX-License-Identifier: Apache-2.0
#include "reports/html/parts.hpp"

namespace ridge::reports::html {

// Without script the page is complete: the tooltips are <title> elements and the tables are in order.
std::string_view script() {
    return R"js(
"use strict";
const tip = document.createElement("div");
tip.id = "tip"; tip.hidden = true; tip.setAttribute("role", "status");
document.body.append(tip);
let pinned = null;

function show(group, x, y) {
  const lines = group.dataset.tip.split("\n");
  const head = document.createElement("b");
  head.textContent = lines.shift();
  tip.replaceChildren(head, lines.join("\n"));
  tip.hidden = false;
  const box = tip.getBoundingClientRect();
  tip.style.left = Math.max(4, Math.min(x + 14, innerWidth - box.width - 8)) + "px";
  tip.style.top = Math.max(4, Math.min(y + 14, innerHeight - box.height - 8)) + "px";
}
function rowOf(group) {
  const section = group.closest("section");
  return section && section.querySelector('tr[data-point="' + group.dataset.id + '"]');
}
function mark(group, on) {
  group.classList.toggle("on", on);
  const row = rowOf(group);
  if (row) row.classList.toggle("on", on);
}
function unpin() {
  if (!pinned) return;
  mark(pinned, false);
  pinned = null; tip.hidden = true; tip.classList.remove("pinned");
}
for (const group of document.querySelectorAll("svg g[data-id]")) {
  const title = group.querySelector("title");
  group.dataset.tip = title.textContent;
  group.setAttribute("aria-label", title.textContent);
  group.setAttribute("role", "img");
  title.remove();
  const centre = () => { const b = group.getBoundingClientRect(); return [b.x + b.width / 2, b.y + b.height / 2]; };
  group.addEventListener("mousemove", e => { if (!pinned) { show(group, e.clientX, e.clientY); mark(group, true); } });
  group.addEventListener("mouseleave", () => { if (!pinned) { tip.hidden = true; mark(group, false); } });
  group.addEventListener("focus", () => { if (!pinned) { show(group, ...centre()); mark(group, true); } });
  group.addEventListener("blur", () => { if (!pinned) { tip.hidden = true; mark(group, false); } });
  group.addEventListener("click", e => {
    const again = pinned === group;
    unpin();
    if (again) return;
    show(group, e.clientX, e.clientY); mark(group, true);
    pinned = group; tip.classList.add("pinned");
    e.stopPropagation();
  });
}
document.addEventListener("click", e => { if (!tip.contains(e.target)) unpin(); });
document.addEventListener("keydown", e => { if (e.key === "Escape") unpin(); });

for (const row of document.querySelectorAll("tr[data-point]")) {
  const point = () => row.closest("section").querySelector('g[data-id="' + row.dataset.point + '"]');
  row.addEventListener("mouseenter", () => point()?.classList.add("on"));
  row.addEventListener("mouseleave", () => point()?.classList.remove("on"));
}
function key(row, column) {
  const cell = row.cells[column];
  return cell.dataset.v ?? null;
}
for (const button of document.querySelectorAll("th button")) {
  button.addEventListener("click", () => {
    const th = button.parentElement, table = th.closest("table"), column = th.cellIndex;
    const down = th.getAttribute("aria-sort") === "ascending";
    for (const other of th.parentElement.cells) other.setAttribute("aria-sort", "none");
    th.setAttribute("aria-sort", down ? "descending" : "ascending");
    const number = th.classList.contains("n"), sign = down ? -1 : 1;
    const rows = [...table.tBodies[0].rows];
    rows.sort((a, b) => {
      const x = key(a, column), y = key(b, column);
      if (x === null || y === null) return (x === null) - (y === null);
      return sign * (number ? x - y : x.localeCompare(y));
    });
    table.tBodies[0].append(...rows);
  });
}
)js";
}

}  // namespace ridge::reports::html
