// SPDX-License-Identifier: GPL-2.0-only
// Sizes and times of a family's cells over the runs of the record.
let timeFamily = "";
let charts = [];

// A point: run, verdict, bytes of BTF, of the module's, of the per-CPU section, build seconds or null, flaky, layout
const POINT = { run: 0, verdict: 1, btf: 2, extra: 3, percpu: 4, build: 5, flaky: 6, layout: 7 };

function pointsOf(name) {
  return data.history.cells[name] || [];
}

function seriesOf(cells, value) {
  return cells.map((cell) => {
    const list = new Array(data.history.runs.length).fill(null);
    for (const point of pointsOf(cell.name)) list[point[POINT.run]] = value(point);
    return list;
  });
}

const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

// Along an axis neighbours must differ, so they are told to the byte or the second.
const axisBytes = (n) => (n >= 1e6 ? `${(n / 1e6).toFixed(2)} MB` : `${number(n)} B`);
const axisSeconds = (s) => `${number(Math.round(s * 10) / 10)} s`;

function chart(title, note, cells, value, format, onAxis) {
  const values = seriesOf(cells, value);
  const box = h("div", { class: "chart" }, h("h3", {}, title), h("p", { class: "soft" }, note));
  if (!values.some((list) => list.some((v) => v !== null))) {
    box.append(h("p", { class: "soft" }, "nothing recorded yet"));
    return box;
  }
  const target = h("div", {});
  box.append(target, dataTable(title, cells, values, format));
  const axis = { stroke: css("--soft"), grid: { stroke: css("--faint"), width: 1 }, ticks: { stroke: css("--line"), width: 1 }, font: "12px system-ui, sans-serif" };
  const runs = data.history.runs;
  const label = (i) => (Number.isInteger(i) && runs[i] ? day(runs[i][1]).slice(5, 10) : "");
  const options = () => ({
    width: Math.max(box.clientWidth - 30, 240), height: 220, cursor: { y: false, drag: { x: false, y: false } }, scales: { x: { time: false, range: (_, min, max) => [min - 0.5, max + 0.5] } },
    axes: [{ ...axis, incrs: [1, 2, 5, 10, 20, 50], values: (_, at) => at.map(label) }, { ...axis, size: 72, values: (_, at) => at.map(onAxis) }],
    series: [{ label: "run", value: (_, i) => (i === null || i === undefined ? "" : oneLine(runs[i]?.[0] || "")) },
      ...cells.map((cell, i) => ({ label: cell.mode, stroke: css(`--chart-${i % 3 + 1}`), width: 1.8, dash: [[], [7, 4], [2, 3]][i % 3], spanGaps: true,
        points: { show: true, size: 5 + i, fill: css("--paper") }, value: (_, v) => (v === null || v === undefined ? "–" : format(v)) }))],
  });
  charts.push({ draw: () => { target.replaceChildren(); new uPlot(options(), [runs.map((_, i) => i), ...values], target); } });
  return box;
}

// What a chart shows, for those who cannot see it.
function dataTable(title, cells, values, format) {
  return h("details", {}, h("summary", {}, "as a table"), h("table", { class: "list" },
    h("thead", {}, h("tr", {}, h("th", {}, "run"), cells.map((cell) => h("th", { class: "num" }, cell.mode)))),
    h("tbody", {}, data.history.runs.map(([name], i) => h("tr", {}, h("td", { class: "mono" }, oneLine(name)),
      values.map((list) => h("td", { class: "num" }, list[i] === null ? "–" : format(list[i]))))))));
}

function verdictStrip(cells) {
  return h("div", { class: "strip", role: "group", "aria-label": "Verdicts, the oldest run first" }, cells.flatMap((cell) => [h("span", { class: "mono" }, cell.mode),
    h("div", {}, pointsOf(cell.name).map((point) => {
      const verdict = words(point[POINT.verdict]), text = `${oneLine(data.history.runs[point[POINT.run]][0])}: ${verdict}${point[POINT.flaky] ? ", flaky" : ""}`;
      return h("span", { class: `chip ${classOf(verdict)}`, title: text, role: "img", "aria-label": text }, signOf(verdict));
    }))]));
}

function layoutMoves(cells) {
  const moves = new Map();
  for (const cell of cells) {
    let before = -1;
    for (const point of pointsOf(cell.name)) {
      const layout = point[POINT.layout], run = point[POINT.run];
      if (layout < 0) continue;
      if (before >= 0 && before !== layout) moves.set(run, [...(moves.get(run) || []), cell.mode]);
      before = layout;
    }
  }
  if (!moves.size) return [];
  const rows = [...moves].sort((a, b) => b[0] - a[0]).map(([run, modes]) => h("li", {}, `${oneLine(data.history.runs[run][0])}: `, h("span", { class: "mono" }, modes.join(", "))));
  return [h("h3", {}, "The per-CPU layout changed"), h("ul", {}, rows)];
}

function drawTime(view) {
  if (!data.history || !data.history.runs.length) {
    view.replaceChildren(h("p", { class: "note" }, "The record has no other run yet."));
    return;
  }
  const families = unique(data.cells.map((cell) => cell.family));
  if (!families.includes(timeFamily)) timeFamily = families[0];
  const cells = data.cells.filter((cell) => cell.family === timeFamily);
  const runs = data.history.runs;
  charts = [];
  view.replaceChildren(
    h("div", { class: "bar" }, select("family", families.map((family) => [family, family]), timeFamily, (value) => go("time", value)),
      h("span", { class: "soft" }, `${plural(runs.length, "run")}, ${day(runs[0][1])} to ${day(runs[runs.length - 1][1])}`)),
    verdictStrip(cells),
    h("div", { class: "charts" },
      chart("BTF of vmlinux and its module", "bytes", cells, (point) => point[POINT.btf] + point[POINT.extra] || null, bytes, axisBytes),
      chart("Build time", "builds that were made, not kept ones", cells, (point) => point[POINT.build], seconds, axisSeconds),
      chart("Per-CPU section", "bytes of one CPU's copy", cells, (point) => point[POINT.percpu] || null, bytes, axisBytes)),
    ...layoutMoves(cells));
  for (const one of charts) one.draw();
}

function redrawCharts() {
  if (!document.getElementById("view-time").hidden) for (const one of charts) one.draw();
}
