// SPDX-License-Identifier: GPL-2.0-only
// One cell: why it has its verdict, and all that repeats or explains it.
const SHOWN_AT_FIRST = 25;
const panel = document.getElementById("detail");
let openedFrom = null;

function fact(name, ...value) {
  return value.every((part) => part === null || part === undefined || part === "") ? null : [h("dt", {}, name), h("dd", {}, value)];
}

function copyable(text) {
  const button = h("button", {
    type: "button", class: "plain",
    onclick: async () => {
      try {
        await navigator.clipboard.writeText(text);
        button.textContent = "copied";
      } catch {
        // a page from a file may not: the text is then marked for the user's own copying
        getSelection().selectAllChildren(pre);
        button.textContent = "marked";
      }
    },
  }, "copy");
  const pre = h("pre", {}, lines(text));
  return h("div", { class: "copy" }, pre, button);
}

function findingItem([index, known, isNew]) {
  const [check, image, variable, witness, expected, actual] = data.findings[index].map(words);
  const where = words(known);
  return h("div", { class: "finding" },
    h("div", {}, h("code", {}, h("strong", {}, oneLine(variable))), h("span", { class: "soft" }, oneLine(image)),
      h("span", { class: "soft" }, oneLine(check)), !isNew && h("span", { class: "chip known" }, where ? "known" : "in the baseline too")),
    h("div", { class: "says" }, h("span", {}, oneLine(witness)), h("span", {}, oneLine(expected)), h("span", {}, "BTF"), h("span", {}, oneLine(actual))),
    where && h("p", { class: "soft" }, "proof: ", h("code", {}, `docs/findings.md#${oneLine(where)}`)));
}

// A list that is long grows as it is asked for.
function growing(items, draw) {
  const box = h("div", {});
  let drawn = 0;
  const more = h("button", { type: "button", class: "plain", onclick: () => add(items.length) });
  function add(upto) {
    box.append(...items.slice(drawn, upto).map(draw));
    drawn = Math.min(upto, items.length);
    more.textContent = `show ${number(items.length - drawn)} more`;
    more.hidden = drawn >= items.length;
  }
  add(SHOWN_AT_FIRST);
  return h("div", {}, box, more);
}

function findingsOf(cell) {
  const fresh = cell.findings.filter((finding) => finding[2]);
  const old = cell.findings.filter((finding) => !finding[2]);
  const parts = [];
  if (fresh.length) parts.push(h("h3", {}, plural(fresh.length, "new finding")), growing(fresh, findingItem));
  if (old.length)
    parts.push(h("details", { open: !fresh.length && old.length <= 5 }, h("summary", {}, `${plural(old.length, "finding")} that ${old.length === 1 ? "is" : "are"} known`), growing(old, findingItem)));
  return parts;
}

function checksOf(cell) {
  if (!cell.checks.length) return null;
  const count = (state) => cell.checks.filter((check) => words(check[1]) === state).length;
  const rows = cell.checks.map(([id, state, reason, applicable, items]) => {
    const verdict = words(state) === "pass" ? "pass" : words(state) === "fail" ? "fail" : "skipped";
    return h("tr", {}, h("td", {}, chip(verdict, words(state))), h("td", { class: "mono" }, words(id)),
      h("td", { class: "num" }, verdict === "skipped" ? "" : number(items)),
      h("td", {}, reason < 0 ? "" : oneLine(words(reason)) + (applicable ? " (a witness was lacking)" : "")));
  });
  return h("details", {}, h("summary", {}, `${plural(cell.checks.length, "check")}: ${count("pass")} pass, ${count("fail")} fail, ${count("skipped")} skipped`),
    h("table", { class: "list" }, h("thead", {}, h("tr", {}, h("th", {}, "outcome"), h("th", {}, "check"), h("th", { class: "num" }, "items"), h("th", {}, "why not"))), h("tbody", {}, rows)));
}

function logsOf(cell) {
  if (!cell.logs.length) return null;
  return [h("h3", {}, "Logs"), h("ul", {}, cell.logs.map(([kind, path]) => h("li", {}, h("a", { href: encodeURI(data.links + path) }, kind),
    " ", h("span", { class: "soft mono" }, oneLine(path))))),
  cell.logs.filter(([, path]) => data.tails[path] !== undefined).map(([kind, path]) => h("details", { open: true }, h("summary", {}, `the end of the ${kind}`),
    h("pre", {}, lines(data.tails[path]))))];
}

function configOf(cell) {
  if (cell.config < 0) return null;
  const all = data.configs[cell.config].map((index) => strings[index]);
  const pre = h("pre", {}, lines(all.join("\n")));
  const search = h("input", {
    type: "search", placeholder: "find", "aria-label": "Find in the config",
    oninput: () => { pre.textContent = lines(all.filter((line) => line.toLowerCase().includes(search.value.toLowerCase())).join("\n")); },
  });
  return h("details", {}, h("summary", {}, `Config: ${plural(all.length, "symbol")} set`), search, pre);
}

function command(name, text) {
  return text && h("details", {}, h("summary", {}, name), copyable(text));
}

function factsOf(cell) {
  return h("dl", { class: "facts" },
    fact("variables", cell.verified ? `${number(cell.nr_percpu)} per-CPU, ${number(cell.nr_global)} other` + (cell.nr_absences ? `; ${plural(cell.nr_absences, "symbol")} with no variable, each by a rule` : "") : ""),
    fact("BTF", cell.btf_bytes ? bytes(cell.btf_bytes) + (cell.extra_btf_bytes ? `, and ${bytes(cell.extra_btf_bytes)} in vmlinux_btf_extra.ko` : "") : ""),
    fact("other kinds in the module", cell.extra_kinds ? oneLine(cell.extra_kinds) : ""),
    fact("build", cell.built ? seconds(cell.build_wall_s) + (cell.cached ? ", kept from an earlier run" : `, ${plural(cell.compiled, "object")} compiled`) : ""),
    fact("boot", cell.booted ? `${oneLine(cell.boot_verdict || "")}, ${seconds(cell.boot_wall_s)}` : "", cell.boot_detail ? `: ${oneLine(cell.boot_detail)}` : ""),
    fact("guest", [cell.guest_release, cell.guest_machine].filter(Boolean).map(oneLine).join(" ")),
    fact("tools", [cell.compiler, cell.linker, cell.make, cell.qemu].filter(Boolean).map(oneLine).join(", ")),
    fact("profile", cell.profile && cell.profile !== "tiny" ? cell.profile : ""),
    fact("pahole", cell.pahole_version ? `${oneLine(cell.pahole_version)}${cell.pahole === "default" ? "" : `, asked for as ${oneLine(cell.pahole || "")}`}; ${cell.repaired ? "its output repaired" : "as it is"}` : ""),
    fact("source", [cell.source_origin, cell.source_commit].filter(Boolean).map(oneLine).join(" ")));
}

function attemptsOf(cell) {
  if (!cell.attempts.length) return null;
  return h("p", { class: "note" }, "Tried before: ", cell.attempts.map((attempt) => h("span", {}, chip(attempt.verdict), " ", oneLine(attempt.reason || ""), " ")));
}

function showCell(cell) {
  const title = h("h2", { id: "detail-title", tabindex: "-1" }, cell.name);
  panel.replaceChildren(
    h("div", { class: "detail-top" }, chip(cell.verdict), cell.flaky && h("span", { class: "chip flaky" }, "~ flaky"), title,
      h("button", { type: "button", class: "plain", onclick: closeCell, "aria-label": "Close" }, "✕")),
    ...[cell.reason && h("p", { class: `reason ${classOf(cell.verdict)}` }, oneLine(cell.reason)), attemptsOf(cell), factsOf(cell),
      h("div", { class: "bar" },
        cell.layout >= 0 && h("button", { type: "button", class: "plain", onclick: () => go("map", cell.name) }, "per-CPU map"),
        data.history && h("button", { type: "button", class: "plain", onclick: () => go("time", cell.family) }, "over time")),
      findingsOf(cell), checksOf(cell), logsOf(cell),
      h("h3", {}, "Again"), cell.reproduce && copyable(cell.reproduce), command("Build command", cell.build_command),
      command("Boot command", cell.boot_command), configOf(cell)].flat(3).filter(Boolean));
  panel.hidden = false;
  panel.scrollTop = 0;
  title.focus();
}

function closeCell() {
  go("matrix");
}

function hideCell() {
  if (panel.hidden) return;
  panel.hidden = true;
  panel.replaceChildren();
}
