// SPDX-License-Identifier: GPL-2.0-only
// The grid: a row for each architecture, a column for each toolchain, kernel, profile, pahole and mode; or, where that
// would be wide and low, a row for each of these and a column for each architecture and mode.
const unique = (list) => [...new Set(list)];
const shown = new Set(Object.keys(verdicts));
const buttons = new Map();

// A family's name without its architecture.
const groupOf = (cell) => (cell.family && cell.family.startsWith(cell.arch + "/") ? cell.family.slice(cell.arch.length + 1) : `${cell.toolchain}/${cell.kernel}`);

const COLUMNS_WANTED = 9;

// What rows and columns are of, and the modes
function axes() {
  const modes = ["n", "m", "y"].filter((mode) => data.cells.some((cell) => cell.mode === mode));
  const arches = { name: "architecture", of: (cell) => cell.arch }, groups = { name: "built", of: groupOf };
  for (const axis of [arches, groups]) axis.list = unique(data.cells.map(axis.of));
  const turned = groups.list.length * modes.length > COLUMNS_WANTED && groups.list.length > arches.list.length;
  return turned ? [groups, arches, modes] : [arches, groups, modes];
}
const spaced = (name) => name.replaceAll("/", " · ");

function cellNote(cell) {
  const n = cell.findings.filter((finding) => finding[2]).length;
  if (n) return number(n);
  if (cell.verdict === "known") return number(cell.findings.length);
  return cell.booted && cell.boot_verdict !== "ok" ? cell.boot_verdict : "";
}

function cellLabel(cell) {
  const n = cell.findings.filter((finding) => finding[2]).length;
  const parts = [cell.name, cell.verdict];
  if (n) parts.push(plural(n, "new finding"));
  if (cell.findings.length - n) parts.push(plural(cell.findings.length - n, "known finding"));
  if (cell.flaky) parts.push("flaky");
  return parts.join(", ");
}

function cellButton(cell, row, column) {
  const note = cellNote(cell);
  const button = h("button", {
    type: "button", class: `cell ${classOf(cell.verdict)}`, tabindex: "-1", "aria-label": cellLabel(cell),
    title: cellLabel(cell), "data-cell": cell.name, "data-row": row, "data-column": column,
    onclick: () => go("cell", cell.name),
  }, h("b", { "aria-hidden": "true" }, signOf(cell.verdict)), note && h("small", {}, note),
  cell.flaky && h("i", { "aria-hidden": "true" }, "~"));
  buttons.set(cell.name, button);
  return button;
}

// One stop for Tab, and the arrows move in the grid.
function moveInGrid(event) {
  const from = event.target.closest(".cell");
  const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
  if (!from || !step) return;
  event.preventDefault();
  let row = Number(from.dataset.row) + step[0], column = Number(from.dataset.column) + step[1];
  const table = from.closest("table");
  // over the gaps of a matrix that is not full
  for (let i = 0; i < 200; i++, row += step[0], column += step[1]) {
    const next = table.querySelector(`.cell[data-row="${row}"][data-column="${column}"]`);
    if (!next) continue;
    from.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
    return;
  }
}

function gridHead(rowsAre, list) {
  const groups = list.filter((column) => column.first);
  return h("thead", {},
    h("tr", {}, h("th", { class: "arch", rowspan: 1 }),
      groups.map((column) => h("th", { colspan: column.span, scope: "colgroup" }, spaced(column.over)))),
    h("tr", {}, h("th", { class: "arch", scope: "col" }, rowsAre),
      list.map((column) => h("th", { scope: "col", class: column.first ? "first" : "" }, column.mode))));
}

function grid() {
  const [down, across, modes] = axes();
  const list = across.list.flatMap((over) => modes.map((mode, i) => ({ over, mode, first: i === 0, span: modes.length })));
  const cells = new Map(data.cells.map((cell) => [`${down.of(cell)}|${across.of(cell)}|${cell.mode}`, cell]));
  const rows = down.list.map((name, row) => h("tr", {},
    h("th", { class: "arch", scope: "row" }, spaced(name)),
    list.map((column, i) => {
      const cell = cells.get(`${name}|${column.over}|${column.mode}`);
      return h("td", { class: column.first ? "first" : "" }, cell ? cellButton(cell, row, i) : null);
    })));
  const table = h("table", { class: list.length > COLUMNS_WANTED ? "grid many" : "grid", onkeydown: moveInGrid }, gridHead(down.name, list), h("tbody", {}, rows));
  const first = table.querySelector(".cell");
  if (first) first.tabIndex = 0;
  return table;
}

function filterMatrix() {
  let n = 0;
  for (const cell of data.cells) {
    const on = shown.has(classOf(cell.verdict)) && (!shown.has("flaky only") || cell.flaky);
    buttons.get(cell.name).classList.toggle("dim", !on);
    n += on;
  }
  say(`${plural(n, "cell")} shown`);
}

function verdictFilter(verdict) {
  const n = data.cells.filter((cell) => classOf(cell.verdict) === verdict).length;
  if (!n) return null;
  const button = h("button", {
    type: "button", class: `chip ${verdict}`, "aria-pressed": "true", title: verdicts[verdict].says,
    onclick: () => {
      if (!shown.delete(verdict)) shown.add(verdict);
      button.setAttribute("aria-pressed", shown.has(verdict));
      filterMatrix();
    },
  }, h("b", { "aria-hidden": "true" }, signOf(verdict)), `${number(n)} ${verdict}`);
  return button;
}

function flakyFilter() {
  const n = data.cells.filter((cell) => cell.flaky).length;
  if (!n) return null;
  const button = h("button", {
    type: "button", class: "plain", "aria-pressed": "false", title: "the same files have had another verdict",
    onclick: () => {
      if (!shown.delete("flaky only")) shown.add("flaky only");
      button.setAttribute("aria-pressed", shown.has("flaky only"));
      button.textContent = shown.has("flaky only") ? "show all" : `~ ${n} flaky only`;
      filterMatrix();
    },
  }, `~ ${n} flaky only`);
  return button;
}

// What needs a look, in words: a grid of five hundred cells does not say it.
function attention() {
  const bad = data.cells.filter((cell) => cell.verdict === "fail" || cell.verdict === "error");
  if (!bad.length) return null;
  const rows = bad.slice(0, 100).map((cell) => h("tr", { class: "pick", onclick: () => go("cell", cell.name) },
    h("td", {}, chip(cell.verdict)),
    h("td", {}, h("a", { href: "#cell=" + encodeURIComponent(cell.name), class: "mono" }, cell.name)),
    h("td", {}, oneLine(cell.reason || ""))));
  return h("div", { class: "attention" }, h("h2", {}, "Needs a look"),
    h("table", { class: "list" }, h("thead", {}, h("tr", {}, ["verdict", "cell", "why"].map((text) => h("th", { scope: "col" }, text)))), h("tbody", {}, rows)),
    bad.length > 100 && h("p", { class: "soft" }, `and ${number(bad.length - 100)} more`));
}

// The faults behind known findings: a line for each section of docs/findings.md and check.
function knownFaults() {
  const faults = new Map();
  for (const cell of data.cells)
    for (const [index, known] of cell.findings) {
      if (known < 0) continue;
      const check = data.findings[index][0], key = `${known} ${check}`;
      const fault = faults.get(key) || { known, check, findings: 0, cells: new Set() };
      fault.findings++;
      fault.cells.add(cell.name);
      faults.set(key, fault);
    }
  if (!faults.size) return null;
  const rows = [...faults.values()].sort((a, b) => b.findings - a.findings).map((fault) => h("tr", {},
    h("td", {}, oneLine(words(fault.known)).replaceAll("-", " ")), h("td", { class: "mono" }, oneLine(words(fault.check))),
    h("td", { class: "num" }, number(fault.cells.size)), h("td", { class: "num" }, number(fault.findings))));
  return h("div", { class: "attention" }, h("h2", {}, "Known faults"),
    h("table", { class: "list" }, h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "docs/findings.md"), h("th", { scope: "col" }, "check"),
      h("th", { class: "num", scope: "col" }, "cells"), h("th", { class: "num", scope: "col" }, "findings"))), h("tbody", {}, rows)));
}

function legend() {
  return h("div", { class: "legend" },
    Object.entries(verdicts).map(([name, verdict]) => h("span", {}, h("b", { class: name, "aria-hidden": "true" }, verdict.sign), h("span", {}, `${name}: ${verdict.says}`))),
    h("span", {}, h("b", { class: "flaky", "aria-hidden": "true" }, "~"), "flaky: the same files have had another verdict"));
}

function drawMatrix(view) {
  view.append(
    h("div", { class: "bar", role: "group", "aria-label": "Verdicts shown" }, Object.keys(verdicts).map(verdictFilter), flakyFilter()),
    h("div", { class: "beside" }, h("div", { class: "scroll fit" }, grid()), h("div", { class: "notes" }, attention(), knownFaults())), legend());
}
