// SPDX-License-Identifier: GPL-2.0-only
// Which view is open, and the colours.
const views = [["matrix", "Matrix"], ["map", "Per-CPU map"], ["time", "Over time"], ["run", "This run"]];

function drawRun(view) {
  const run = data.run;
  const rows = [["begun", day(run.began_at)], ["took", run.ended_at ? seconds(run.wall_s) : "did not come to its end"], ["matrix", run.matrix], ["options", (run.options || "").trim()],
    ["held against", run.baseline], ["btfmatrix", [run.version, run.commit].filter(Boolean).join(", ")],
    ["pahole", run.pahole_version ? `${run.pahole_version}, ${data.cells.every((cell) => cell.repaired || !cell.pahole) && run.repaired ? "output repaired" : "not all repaired"}` : ""], ["pahole's path", run.pahole_path], ["pahole's packages", run.pahole_packages],
    ["/bin/sh", run.sh], ["host", run.host], ["processes of a build", String(run.jobs)], ["folder", run.dir]];
  const tools = unique(data.cells.flatMap((cell) => [cell.compiler, cell.linker, cell.make, cell.qemu]).filter(Boolean)).sort();
  view.append(h("dl", { class: "facts" }, rows.map(([name, value]) => fact(name, value ? oneLine(value) : ""))),
    h("h3", {}, "Tools of its cells"), h("ul", {}, tools.map((tool) => h("li", { class: "mono" }, oneLine(tool)))));
}

const drawn = new Set();
function open(view) {
  for (const [name] of views) {
    document.getElementById(`view-${name}`).hidden = name !== view;
    const tab = document.getElementById(`tab-${name}`);
    tab.setAttribute("aria-selected", name === view);
    tab.tabIndex = name === view ? 0 : -1;
  }
}

// The cell whose panel is open, or was the last to be: Tab and Escape come back to it.
function markCurrent(name) {
  for (const [other, button] of buttons) {
    button.tabIndex = other === name ? 0 : -1;
    if (other === name) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
  }
  openedFrom = name;
}

function route() {
  const [view, value] = place();
  if (view === "cell" && byName.has(value)) {
    if (document.getElementById("view-matrix").hidden) open("matrix");
    markCurrent(value);
    showCell(byName.get(value));
    return;
  }
  const wasOpen = !panel.hidden;
  hideCell();
  if (view === "map") [mapState.a, mapState.b = ""] = value ? value.split("|") : [mapState.a, mapState.b];
  if (view === "time" && value) timeFamily = value;
  const known = views.some(([name]) => name === view) ? view : "matrix";
  open(known);
  if (known === "map") drawMap(document.getElementById("view-map"));
  if (known === "time") drawTime(document.getElementById("view-time"));
  if (known === "run" && !drawn.has("run")) { drawn.add("run"); drawRun(document.getElementById("view-run")); }
  if (known === "matrix" && wasOpen && openedFrom) {
    buttons.get(openedFrom).focus();
  } else if (wasOpen) {
    document.getElementById("main").focus();
  }
}

function drawTabs() {
  const tabs = document.getElementById("tabs");
  tabs.append(...views.map(([name, text]) => h("button", { type: "button", role: "tab", id: `tab-${name}`, "aria-controls": `view-${name}`, onclick: () => go(name) }, text)));
  tabs.addEventListener("keydown", (event) => {
    const list = [...tabs.children], step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const next = list[(list.indexOf(document.activeElement) + step + list.length) % list.length];
    next.focus();
    next.click();
  });
}

const themes = [["", "as the system has them", "◐"], ["light", "light", "○"], ["dark", "dark", "●"]];
const systemIsDark = matchMedia("(prefers-color-scheme: dark)");
let theme = "";
function setTheme(name) {
  const [value, says, sign] = themes.find(([one]) => one === name) || themes[0];
  theme = value;
  document.documentElement.dataset.theme = value || (systemIsDark.matches ? "dark" : "light");
  const button = document.getElementById("theme");
  button.textContent = sign;
  button.setAttribute("aria-label", `Colours: ${says}`);
  button.title = `Colours: ${says}`;
  redrawCharts();
}
// A page from a file may have no storage.
function stored(value) {
  try {
    if (value === undefined) return localStorage.getItem("btfmatrix-theme") || "";
    localStorage.setItem("btfmatrix-theme", value);
  } catch { /* then it is not kept */ }
  return value || "";
}

drawTabs();
const total = data.cells.length;
document.getElementById("run-line").textContent = `${oneLine(data.run.name)} · ${plural(total, "cell")} · ${day(data.run.began_at)}`;
drawMatrix(document.getElementById("view-matrix"));
setTheme(stored());
document.getElementById("theme").addEventListener("click", () => {
  const now = themes.findIndex(([name]) => name === theme);
  const next = themes[(now + 1) % themes.length][0];
  stored(next);
  setTheme(next);
});
systemIsDark.addEventListener("change", () => setTheme(theme));
function resized() {
  redrawCharts();
  if (!document.getElementById("view-map").hidden) drawMap(document.getElementById("view-map"));
}
let resizing = 0;
addEventListener("resize", () => { clearTimeout(resizing); resizing = setTimeout(resized, 120); });
addEventListener("hashchange", route);
addEventListener("keydown", (event) => { if (event.key === "Escape" && !panel.hidden) closeCell(); });
route();
document.documentElement.dataset.ready = "yes";
