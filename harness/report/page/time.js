// SPDX-License-Identifier: GPL-2.0-only
// Sizes and times of a family's cells over the runs of the record.
let timeFamily = "";
let charts = [];

// A point: run, verdict, bytes of BTF, of the module's, of the per-CPU section, build seconds or null, flaky, layout
const POINT = { run: 0, verdict: 1, btf: 2, extra: 3, percpu: 4, build: 5, flaky: 6, layout: 7 };

function pointsOf(name) {
  return data.history.cells[name] || [];
}

// Those of the record that had any of the cells: [number in the record, name, when]
function runsOf(cells) {
  const numbers = new Set(cells.flatMap((cell) => pointsOf(cell.name).map((point) => point[POINT.run])));
  return [...numbers].sort((a, b) => a - b).map((run) => [run, ...data.history.runs[run]]);
}

function seriesOf(cells, runs, value) {
  return cells.map((cell) => {
    const of = new Map(pointsOf(cell.name).map((point) => [point[POINT.run], value(point)]));
    return runs.map(([run]) => of.get(run) ?? null);
  });
}

const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

// Along an axis neighbours must differ, so they are told to the byte or the second, and runs of one day by the hour.
const axisBytes = (n) => (n >= 1e6 ? `${(n / 1e6).toFixed(2)} MB` : `${number(n)} B`);
const axisSeconds = (s) => `${number(Math.round(s * 10) / 10)} s`;

function dateLabels(runs) {
  const days = runs.map(([, , when]) => day(when)), one = unique(days.map((text) => text.slice(0, 10))).length === 1;
  return (i) => (Number.isInteger(i) && days[i] ? (one ? days[i].slice(11, 16) : days[i].slice(5, 10)) : "");
}

function chart(title, note, cells, runs, value, format, onAxis) {
  const values = seriesOf(cells, runs, value);
  const box = h("div", { class: "chart" }, h("h3", {}, title), h("p", { class: "soft" }, note));
  if (!values.some((list) => list.some((v) => v !== null))) {
    box.append(h("p", { class: "soft" }, "nothing recorded yet"));
    return box;
  }
  const target = h("div", {});
  box.append(target, dataTable(cells, runs, values, format));
  const axis = { stroke: css("--soft"), grid: { stroke: css("--faint"), width: 1 }, ticks: { stroke: css("--line"), width: 1 }, font: "12px system-ui, sans-serif" };
  const label = dateLabels(runs);
  // as wide as the longest of its labels
  const size = (_, labels) => 20 + 7 * Math.max(0, ...(labels || []).map((text) => text.length));
  const options = () => ({
    width: Math.max(box.clientWidth - 30, 240), height: 220, cursor: { y: false, drag: { x: false, y: false } }, scales: { x: { time: false, range: [-0.5, runs.length - 0.5] } },
    axes: [{ ...axis, incrs: [1, 2, 5, 10, 20, 50], values: (_, at) => at.map(label) }, { ...axis, size, values: (_, at) => at.map(onAxis) }],
    series: [{ label: "run", value: (_, i) => (i === null || i === undefined ? "" : oneLine(runs[i]?.[1] || "")) },
      ...cells.map((cell, i) => ({ label: cell.mode, stroke: css(`--chart-${i % 3 + 1}`), width: 1.8, dash: [[], [7, 4], [2, 3]][i % 3], spanGaps: true,
        points: { show: true, size: 5 + i, fill: css("--paper") }, value: (_, v) => (v === null || v === undefined ? "–" : format(v)) }))],
  });
  charts.push({ draw: () => { target.replaceChildren(); new uPlot(options(), [runs.map((_, i) => i), ...values], target); } });
  return box;
}

// What a chart shows, for those who cannot see it.
function dataTable(cells, runs, values, format) {
  return h("details", {}, h("summary", {}, "as a table"), h("table", { class: "list" },
    h("thead", {}, h("tr", {}, h("th", {}, "run"), cells.map((cell) => h("th", { class: "num" }, cell.mode)))),
    h("tbody", {}, runs.map(([, name], i) => h("tr", {}, h("td", { class: "mono" }, oneLine(name)),
      values.map((list) => h("td", { class: "num" }, list[i] === null ? "–" : format(list[i]))))))));
}

function verdictStrip(cells, runs) {
  return h("div", { class: "strip", role: "group", "aria-label": "Verdicts, the oldest run first" }, cells.flatMap((cell) => [h("span", { class: "mono" }, cell.mode),
    h("div", {}, runs.map(([run, name]) => {
      const point = pointsOf(cell.name).find((one) => one[POINT.run] === run);
      if (!point) return h("span", { class: "chip none", title: `${oneLine(name)}: not in it` });
      const verdict = words(point[POINT.verdict]), text = `${oneLine(name)}: ${verdict}${point[POINT.flaky] ? ", flaky" : ""}`;
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
  const runs = runsOf(cells);
  charts = [];
  view.replaceChildren(
    h("div", { class: "bar" }, select("family", families.map((family) => [family, family]), timeFamily, (value) => go("time", value)),
      h("span", { class: "soft" }, runs.length > 1 ? `${plural(runs.length, "run")}, ${day(runs[0][2])} to ${day(runs[runs.length - 1][2])}` : "1 run: there is nothing yet to hold it against")),
    verdictStrip(cells, runs),
    h("div", { class: "charts" },
      chart("BTF of vmlinux and its module", "bytes", cells, runs, (point) => point[POINT.btf] + point[POINT.extra] || null, bytes, axisBytes),
      chart("Build time", "builds that were made, not kept ones", cells, runs, (point) => point[POINT.build], seconds, axisSeconds),
      chart("Per-CPU section", "bytes of one CPU's copy", cells, runs, (point) => point[POINT.percpu] || null, bytes, axisBytes)),
    ...layoutMoves(cells));
  for (const one of charts) one.draw();
}

function redrawCharts() {
  if (!document.getElementById("view-time").hidden) for (const one of charts) one.draw();
}
