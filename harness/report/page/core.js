// SPDX-License-Identifier: GPL-2.0-only
// What all views use: the data, elements, numbers as people read them.
const data = JSON.parse(document.getElementById("data").textContent);
const strings = data.strings;
const byName = new Map(data.cells.map((cell) => [cell.name, cell]));
const words = (index) => (index < 0 ? null : strings[index]);

const verdicts = {
  pass: { sign: "✓", says: "built, booted, every check ran, nothing found" },
  known: { sign: "≈", says: "all that was found is listed in configs/known.ini, with proof" },
  fail: { sign: "✕", says: "findings, or a kernel that did not come up well" },
  error: { sign: "!", says: "something kept it from being checked" },
  skipped: { sign: "–", says: "the run ended before its turn" },
};
const signOf = (verdict) => (verdicts[verdict] || { sign: "?" }).sign;
const classOf = (verdict) => (verdicts[verdict] ? verdict : "skipped");

// Text only ever becomes text: nothing here takes markup from the data.
function h(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "class") element.className = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

function svg(tag, attributes, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes || {}))
    if (value !== null && value !== undefined) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

// Control characters, and those that turn text round, are shown by their numbers.
function visible(text) {
  return String(text).replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g,
    (c) => "\\x" + c.charCodeAt(0).toString(16).padStart(2, "0"));
}
const lines = (text) => visible(text).replace(/\t/g, " ");
const oneLine = (text) => visible(text).replace(/[\n\t]/g, (c) => (c === "\n" ? "\\x0a" : "\\x09"));

const number = (n) => n.toLocaleString("en-US");
const hex = (n) => "0x" + n.toString(16);
const plural = (n, what) => `${number(n)} ${what}${n === 1 ? "" : "s"}`;
function bytes(n) {
  if (n < 10000) return `${number(n)} B`;
  return n < 1e6 ? `${(n / 1e3).toFixed(1)} kB` : `${(n / 1e6).toFixed(2)} MB`;
}
function seconds(s) {
  if (s < 60) return `${s.toFixed(1)} s`;
  const whole = Math.round(s);
  return whole < 3600 ? `${Math.floor(whole / 60)} min ${whole % 60} s` : `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}
const day = (when) => new Date(when * 1000).toISOString().slice(0, 16).replace("T", " ") + " UTC";

function chip(verdict, text) {
  return h("span", { class: `chip ${classOf(verdict)}` }, h("b", { "aria-hidden": "true" }, signOf(verdict)), text || verdict);
}

function say(text) {
  document.getElementById("said").textContent = text;
}

function select(label, values, value, changed) {
  const element = h("select", { onchange: () => changed(element.value) },
    values.map(([key, text]) => h("option", { value: key, selected: key === value }, text)));
  return h("label", {}, label, element);
}

// The page's state is its address: #cell=NAME, #map=A|B, #time=FAMILY, #run
function go(view, value) {
  const hash = "#" + view + (value ? "=" + encodeURIComponent(value) : "");
  if (location.hash === hash) route();
  else location.hash = hash;
}
function place() {
  const [view, value] = location.hash.slice(1).split("=", 2);
  let decoded = "";
  try { decoded = decodeURIComponent(value || ""); } catch { /* an address typed by hand */ }
  return [view || "matrix", decoded];
}
