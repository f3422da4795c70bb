// SPDX-License-Identifier: GPL-2.0-only
// The per-CPU section drawn to scale, one cell or two side by side.
const ROW = 15, GAP = 2, LEFT = 54, FOLD_FROM = 5, ROWS_WANTED = 80, ROWS_AT_MOST = 8192;
const mapState = { a: "", b: "", line: 64, row: 0, find: "", only: true, fold: true };
const differences = {
  added: "only in the second", removed: "only in the first", moved: "another offset", resized: "another size", retyped: "another type",
};

const cellsWithMap = () => data.cells.filter((cell) => cell.layout >= 0);
function layoutOf(name) {
  const cell = byName.get(name);
  return cell && cell.layout >= 0 ? data.layouts[cell.layout] : null;
}
function variablesOf(layout) {
  if (!layout.list)
    layout.list = layout.variables.map(([name, offset, size, align, type, file]) => ({ name: words(name), offset, size, align, type: words(type), file: words(file) }));
  return layout.list;
}

// Static variables of several files may share a name: the nth of a name is the nth of the other.
function keyed(list) {
  const seen = new Map(), keys = new Map();
  for (const variable of list) {
    const n = (seen.get(variable.name) || 0) + 1;
    seen.set(variable.name, n);
    keys.set(`${variable.name}\u0000${n}`, variable);
  }
  return keys;
}

function compareLayouts(a, b) {
  const left = keyed(variablesOf(a)), right = keyed(variablesOf(b)), pairs = [];
  for (const [key, one] of left) {
    const other = right.get(key);
    const kinds = !other ? ["removed"] : [one.size !== other.size && "resized", one.type !== other.type && "retyped", one.offset !== other.offset && "moved"].filter(Boolean);
    pairs.push({ key, a: one, b: other || null, kinds });
  }
  for (const [key, other] of right) if (!left.has(key)) pairs.push({ key, a: null, b: other, kinds: ["added"] });
  return pairs;
}

// Which rows are drawn where. Of a stretch of rows that are all inside one variable, or one hole, the first
// and the last are drawn and one between them stands for the others.
function rowsOf(layout, row) {
  const total = Math.ceil(layout.size / row), owner = new Array(total).fill(-1);
  variablesOf(layout).forEach((variable, index) => {
    const first = Math.floor(variable.offset / row), last = Math.floor((variable.offset + Math.max(variable.size, 1) - 1) / row);
    for (let i = first; i <= last && i < total; i++) {
      const whole = variable.offset <= i * row && variable.offset + variable.size >= (i + 1) * row;
      owner[i] = whole ? index : -2;
    }
  });
  const at = new Array(total), folds = [];
  let lines = 0;
  for (let i = 0; i < total;) {
    let end = i + 1;
    while (mapState.fold && owner[i] !== -2 && end < total && owner[end] === owner[i]) end++;
    const fold = end - i >= FOLD_FROM;
    for (let k = i; k < end; k++) at[k] = fold && k > i && k < end - 1 ? -1 : fold && k === end - 1 ? lines + 2 : lines + (k - i);
    if (fold) folds.push({ line: lines + 1, count: end - i - 2, variable: owner[i] });
    lines += fold ? 3 : end - i;
    i = end;
  }
  return { at, folds, lines };
}

function rowBytes(layouts) {
  let row = mapState.row || 256;
  // a damaged section may claim gigabytes: no more rows than a page can hold
  while (Math.max(...layouts.map((layout) => layout.size)) / row > ROWS_AT_MOST) row *= 2;
  if (mapState.row) return row;
  while (Math.max(...layouts.map((layout) => rowsOf(layout, row).lines)) > ROWS_WANTED) row *= 2;
  return row;
}

// [start, end) as pieces of rows
function pieces(start, end, row) {
  const list = [];
  for (let at = start; at < end;) {
    const stop = Math.min(end, (Math.floor(at / row) + 1) * row);
    list.push([Math.floor(at / row), at % row, stop - at]);
    at = stop;
  }
  return list;
}

function drawSection(layout, row, width, side, pairs, choose) {
  const scale = width / row, nrRows = Math.ceil(layout.size / row), { at, folds, lines } = rowsOf(layout, row);
  const height = lines * (ROW + GAP) + 4;
  const y = (i) => at[i] * (ROW + GAP) + 2;
  const root = svg("svg", { viewBox: `0 0 ${LEFT + width + 4} ${height}`, tabindex: "0", role: "group",
    "aria-label": `${variablesOf(layout).length} variables; arrows go from one to the next` });
  for (let i = 0; i < nrRows; i++) {
    if (at[i] < 0) continue;
    root.append(svg("rect", { class: "hole", x: LEFT, y: y(i), width: Math.min(row, layout.size - i * row) * scale, height: ROW }));
    if (at[i] % 4 === 0 || at[i - 1] < 0) root.append(svg("text", { x: LEFT - 6, y: y(i) + ROW - 4, "text-anchor": "end" }, hex(i * row)));
  }
  const labels = svg("g", {}), kinds = new Map();
  if (pairs) for (const pair of pairs) if (pair[side]) kinds.set(pair[side], pair);
  variablesOf(layout).forEach((variable, index) => {
    const pair = kinds.get(variable);
    const group = svg("g", { "data-index": index });
    const tooltip = svg("title", {}, `${oneLine(variable.name)}: ${hex(variable.offset)}, ${plural(variable.size, "byte")}`);
    const css = "v" + (pair && pair.kinds.length ? ` ${pair.kinds[0]}` : index % 2 ? " alt" : "");
    const parts = pieces(variable.offset, Math.min(variable.offset + variable.size, layout.size), row).filter(([line]) => at[line] >= 0);
    parts.forEach(([line, x, length]) => {
      group.append(svg("rect", { class: css, x: LEFT + x * scale, y: y(line), width: Math.max(length * scale, 1.2), height: ROW }));
    });
    // a name where one fits: about six units a letter
    const widest = parts.reduce((best, part) => (part[2] > best[2] ? part : best), [0, 0, 0]);
    const name = oneLine(variable.name), room = Math.floor((widest[2] * scale - 6) / 6.1);
    const mark = pair && pair.kinds.length ? { added: "+", removed: "−", moved: "→", resized: "↔", retyped: "T" }[pair.kinds[0]] + " " : "";
    const label = mark + name;
    if (room >= Math.min(label.length, 5))
      labels.append(svg("text", { class: "name", x: LEFT + widest[1] * scale + 3, y: y(widest[0]) + ROW - 4 }, label.length > room ? label.slice(0, room - 1) + "…" : label));
    group.append(tooltip);
    group.addEventListener("click", () => choose(side, index));
    group.addEventListener("mouseenter", () => choose(side, index, true));
    root.append(group);
  });
  // cache lines, where they are far enough apart to be seen
  if (mapState.line * scale >= 6)
    for (let i = 0; i < nrRows; i++)
      for (let x = at[i] < 0 ? row : mapState.line; x < Math.min(row, layout.size - i * row); x += mapState.line)
        root.append(svg("line", { class: "tick", x1: LEFT + x * scale, x2: LEFT + x * scale, y1: y(i), y2: y(i) + ROW }));
  for (const fold of folds) {
    const name = fold.variable >= 0 ? ` of ${oneLine(variablesOf(layout)[fold.variable].name)}` : " without a variable";
    root.append(svg("text", { x: LEFT + 3, y: fold.line * (ROW + GAP) + ROW - 2 }, `⋮ ${plural(fold.count, "row")} (${bytes(fold.count * row)})${name}`));
  }
  root.append(labels);
  return root;
}

function summaryOf(layout) {
  const list = variablesOf(layout);
  let end = 0, holes = 0, hole = 0, straddling = 0;
  for (const variable of list) {
    if (variable.offset > end) { holes++; hole += variable.offset - end; }
    end = Math.max(end, variable.offset + variable.size);
    const line = mapState.line;
    straddling += variable.size > 0 && variable.size <= line && Math.floor(variable.offset / line) !== Math.floor((variable.offset + variable.size - 1) / line);
  }
  if (layout.size > end) { holes++; hole += layout.size - end; }
  return `${bytes(layout.size)}, ${plural(list.length, "variable")}, ${plural(holes, "hole")} of ${bytes(hole)} together` +
    (straddling ? `; ${plural(straddling, "variable")} would fit in one cache line and lie in two` : "");
}

function describe(variable, layout) {
  const line = mapState.line, first = Math.floor(variable.offset / line), last = Math.floor((variable.offset + Math.max(variable.size, 1) - 1) / line);
  return [`${hex(variable.offset)} (${number(variable.offset)}), ${plural(variable.size, "byte")}, aligned to ${number(variable.align)}, cache line ${number(first)}${last > first ? `–${number(last)}` : ""}`,
    h("br"), h("code", {}, oneLine(variable.type || "")), variable.file ? ` · ${oneLine(variable.file)}` : ""];
}

function drawMap(view) {
  const names = cellsWithMap().map((cell) => cell.name);
  if (!names.length) {
    view.replaceChildren(h("p", { class: "note" }, "No cell of this run has a per-CPU section in its BTF."));
    return;
  }
  if (!layoutOf(mapState.a)) mapState.a = names[0];
  if (mapState.b && !layoutOf(mapState.b)) mapState.b = "";
  const a = layoutOf(mapState.a), b = mapState.b ? layoutOf(mapState.b) : null;
  const pairs = b ? compareLayouts(a, b) : null;
  const layouts = b ? [a, b] : [a], row = rowBytes(layouts);
  // one unit is one pixel, so that rows and letters keep their size
  const beside = b && view.clientWidth > 900;
  const width = Math.max((beside ? (view.clientWidth - 20) / 2 : view.clientWidth) - 30 - LEFT - 4, 200);
  const redraw = () => go("map", mapState.b ? `${mapState.a}|${mapState.b}` : mapState.a);
  const again = () => drawMap(view);
  const one = h("div", { class: "one", "aria-live": "polite" }, h("p", { class: "soft" }, "Point at a variable, or press an arrow key in the map."));
  const roots = {};
  let chosen = null;

  function choose(side, index, hovering) {
    if (hovering && chosen && chosen.kept) return;
    const layout = side === "b" ? b : a, variable = variablesOf(layout)[index];
    const pair = pairs && pairs.find((candidate) => candidate[side] === variable);
    chosen = { side, index, kept: !hovering };
    for (const root of Object.values(roots)) root.querySelectorAll(".on").forEach((element) => element.classList.remove("on"));
    for (const [which, root] of Object.entries(roots)) {
      const target = which === side ? variable : pair && pair[which];
      const at = target ? variablesOf(which === "b" ? b : a).indexOf(target) : -1;
      if (at >= 0) root.querySelectorAll(`g[data-index="${at}"] rect`).forEach((element) => element.classList.add("on"));
    }
    one.replaceChildren(h("h3", {}, oneLine(variable.name)),
      ...(pair ? [pair.a && h("p", {}, h("span", { class: "soft" }, "first: "), describe(pair.a, a)), pair.b && h("p", {}, h("span", { class: "soft" }, "second: "), describe(pair.b, b)),
        h("p", {}, pair.kinds.length ? pair.kinds.map((kind) => differences[kind]).join(", ") : "the same in both")] : [h("p", {}, describe(variable, layout))]).filter(Boolean));
  }
  function keys(side, event) {
    const list = variablesOf(side === "b" ? b : a);
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const from = chosen && chosen.side === side ? chosen.index : step > 0 ? -1 : list.length;
    choose(side, Math.min(Math.max(from + step, 0), list.length - 1));
    roots[side].querySelector(".on")?.scrollIntoView({ block: "nearest" });
  }
  const figures = [["a", mapState.a, a], ["b", mapState.b, b]].filter(([, , layout]) => layout).map(([side, name, layout]) => {
    roots[side] = drawSection(layout, row, width, side, pairs, choose);
    roots[side].addEventListener("keydown", (event) => keys(side, event));
    return h("figure", { class: "map" }, h("h3", {}, name), h("p", {}, `${oneLine(layout.section)}: ${summaryOf(layout)}`), roots[side]);
  });
  const options = names.map((name) => [name, name]);
  view.replaceChildren(
    h("div", { class: "bar" },
      select("cell", options, mapState.a, (value) => { mapState.a = value; redraw(); }),
      select("beside", [["", "nothing"], ...options.filter(([name]) => name !== mapState.a)], mapState.b, (value) => { mapState.b = value; redraw(); }),
      select("cache line", [32, 64, 128, 256].map((n) => [String(n), `${n} B`]), String(mapState.line), (value) => { mapState.line = Number(value); again(); }),
      select("a row is", [["0", "as it fits"], ...[256, 512, 1024, 2048, 4096, 8192].map((n) => [String(n), `${number(n)} B`])], String(mapState.row), (value) => { mapState.row = Number(value); again(); }),
      h("label", {}, h("input", { type: "checkbox", checked: mapState.fold, onchange: (event) => { mapState.fold = event.target.checked; again(); } }), "fold long stretches")),
    mapLegend(pairs, row, width), h("div", { class: beside ? "maps two" : "maps" }, figures), one, variableTable(a, b, pairs, choose));
}

function mapLegend(pairs, row, width) {
  const swatch = (css) => { const box = svg("svg", { class: "swatch", viewBox: "0 0 18 14", "aria-hidden": "true" }); box.append(svg("rect", { class: css, width: 18, height: 14 })); return box; };
  const entries = pairs ? [["v", "the same in both"], ...Object.entries(differences).map(([kind, text]) => [`v ${kind}`, `${{ added: "+", removed: "−", moved: "→", resized: "↔", retyped: "T" }[kind]} ${text}`])] : [["v", "a variable"], ["v alt", "the next one"]];
  return h("div", { class: "legend map-legend" }, entries.map(([css, text]) => h("span", {}, swatch(css), text)), h("span", {}, swatch("hole"), "no variable in BTF"),
    h("span", {}, `${number(row)} bytes a row${mapState.line * width / row >= 6 ? `, a thin line every ${mapState.line} bytes` : ""}`));
}

function variableTable(a, b, pairs, choose) {
  const all = pairs || variablesOf(a).map((variable) => ({ a: variable, b: null, kinds: [] }));
  const differing = pairs ? pairs.filter((pair) => pair.kinds.length) : [];
  const body = h("tbody", {});
  const place = (variable) => (variable ? [h("td", { class: "num mono" }, hex(variable.offset)), h("td", { class: "num" }, number(variable.size))] : [h("td", { class: "num" }, "–"), h("td", { class: "num" }, "–")]);
  const count = h("span", { class: "soft" });
  function fill() {
    const wanted = mapState.find.toLowerCase();
    const list = (pairs && mapState.only ? differing : all).filter((pair) => {
      const variable = pair.a || pair.b;
      return `${variable.name} ${variable.type || ""} ${variable.file || ""}`.toLowerCase().includes(wanted);
    });
    count.textContent = plural(list.length, "variable");
    body.replaceChildren(...list.slice(0, 1000).map((pair) => {
      const variable = pair.a || pair.b, side = pair.a ? "a" : "b";
      const index = variablesOf(side === "a" ? a : b).indexOf(variable);
      return h("tr", { class: "pick", onclick: () => choose(side, index) },
        h("td", {}, h("button", { type: "button", class: "quiet mono" }, oneLine(variable.name))), place(pair.a), pairs && place(pair.b),
        pairs && h("td", {}, pair.kinds.length ? pair.kinds.map((kind) => differences[kind]).join(", ") : "same"), h("td", { class: "mono" }, oneLine(variable.type || "")), h("td", {}, oneLine(variable.file || "")));
    }));
  }
  const search = h("input", { type: "search", placeholder: "name, type or file", value: mapState.find, oninput: () => { mapState.find = search.value; fill(); } });
  const only = pairs && h("label", {}, h("input", { type: "checkbox", checked: mapState.only, onchange: (event) => { mapState.only = event.target.checked; fill(); } }), "differences alone");
  const heads = ["variable", ...(pairs ? ["first: offset", "size", "second: offset", "size", "difference"] : ["offset", "size"]), "type", "file"];
  const isNumber = (text) => /offset|size/.test(text);
  fill();
  return h("div", {}, h("h3", {}, pairs ? (differing.length ? `${plural(differing.length, "variable")} of ${number(all.length)} differ${differing.length === 1 ? "s" : ""}` : "No variable differs") : "Variables"),
    h("div", { class: "bar" }, h("label", {}, "find", search), only, count),
    h("div", { class: "scroll" }, h("table", { class: "list padded" }, h("thead", {}, h("tr", {}, heads.map((text) => h("th", { scope: "col", class: isNumber(text) ? "num" : "" }, text)))), body)));
}
