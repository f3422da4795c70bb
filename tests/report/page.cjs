// SPDX-License-Identifier: GPL-2.0-only
// page.cjs CHROMIUM DIR SHOTS: opens DIR/small/report.html and DIR/big/report.html as people do.
const { chromium } = require("playwright-core");
const path = require("node:path");
const [, , executablePath, dir, shots] = process.argv;
const url = (name, hash = "") => `file://${path.join(dir, name, "report.html")}${hash}`;
const CELL = "s390x/gcc/6.12/m"; // make_record gives it the hostile names
const PANIC = "arm/gcc/6.12/y";

function check(name, good, note) {
  console.log(`${good ? "ok" : "not ok"} ${name}`);
  if (!good && note !== undefined) console.log(`  ${JSON.stringify(note)}`);
}

let browser;
const requests = [], problems = [];

// The page follows its address, which the browser tells it of a moment later.
const MOMENT = 120000;
const becomes = (locator, state) => locator.waitFor({ state, timeout: MOMENT }).then(() => true, () => false);
const holds = (page, condition, argument) => page.waitForFunction(condition, argument, { timeout: MOMENT }).then(() => true, () => false);

async function open(name, options = {}, hash = "") {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  context.setDefaultTimeout(MOMENT);
  const page = await context.newPage();
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
  page.on("request", (request) => requests.push(request.url()));
  page.on("dialog", (dialog) => { problems.push(`dialog: ${dialog.message()}`); dialog.dismiss(); });
  await page.goto(url(name, hash));
  await page.waitForSelector("html[data-ready]");
  return page;
}
const shot = (page, name, fullPage = false) => page.screenshot({ path: path.join(shots, `${name}.png`), fullPage });
const cell = (page, name) => page.locator(`.cell[data-cell="${name}"]`);

async function matrix() {
  const page = await open("small");
  check("72 cells are shown", (await page.locator(".cell").count()) === 72);
  const label = await cell(page, CELL).getAttribute("aria-label");
  check("a cell says its name, verdict and findings", label === `${CELL}, fail, 10 new findings, 60 known findings`, label);
  check("a verdict has a sign, not a colour alone", (await cell(page, CELL).locator("b").textContent()) === "✕");
  check("a kernel that panicked says so in the grid", (await cell(page, PANIC).textContent()).includes("panic"));
  check("a flaky cell is marked", (await page.locator(".cell i").count()) >= 1);
  await shot(page, "matrix-light");
  await page.locator("button.chip.pass").click();
  check("a verdict can be put in the background", (await page.locator(".cell.pass:not(.dim)").count()) === 0 && (await page.locator(".cell.fail.dim").count()) === 0);
  const faults = await page.locator(".attention").last().innerText();
  check("known faults are summed up", /variables declared without bounds\s+global.none-missing\s+43\s+2,580/.test(faults), faults);
  await page.getByRole("button", { name: /flaky only/ }).click();
  const bright = await page.locator(".cell:not(.dim)").count();
  check("flaky cells alone can be shown", bright >= 1 && bright === (await page.locator(".cell:not(.dim) i").count()), bright);
  await page.context().close();
}

async function detail() {
  const page = await open("small");
  await cell(page, CELL).click();
  const panel = page.locator("#detail");
  check("a click opens the cell", (await panel.locator("h2").textContent()) === CELL);
  check("its address can be passed on", page.url().endsWith("#cell=" + encodeURIComponent(CELL)), page.url());
  const text = await panel.innerText();
  for (const name of ["<script>alert(1)</script>", "</script><img src=x onerror=window.broken=1>", "a\"b'c&d`e|f", "esc\\x1b[31mred\\x07", "line\\x0abreak", "\\x2028separator", "${7*7}{{constructor}}"])
    check(`a name is shown as it is: ${name}`, text.includes(name));
  check("no name became a part of the page", (await page.evaluate(() => window.broken)) === undefined && (await page.locator("#detail img, #detail script").count()) === 0);
  check("a finding says what the witness and BTF say", text.includes("offset 0x1c40") && text.includes("offset 0x1c48"));
  check("known findings are folded", text.includes("60 findings that are known"));
  check("checks are counted", /10 checks: \d pass, 4 fail, 0 skipped/.test(text));
  check("the command that repeats it is there", text.includes(`--arch s390x --toolchain gcc --kernel 6.12 --mode m`));
  await panel.getByText(/symbols set/).click();
  check("the config is there", (await panel.innerText()).includes("CONFIG_DEBUG_INFO_BTF_VARS=m"));
  await shot(page, "cell-light");
  await page.keyboard.press("Escape");
  check("Escape closes it", await becomes(panel, "hidden"));
  check("and the focus is on the cell again", await holds(page, (name) => document.activeElement.dataset.cell === name, CELL));
  await page.goBack();
  check("the browser's Back opens it again", await becomes(panel, "visible"));
  await page.goto(url("small", "#cell=" + encodeURIComponent(PANIC)));
  const log = await panel.innerText();
  check("a failed cell shows the end of its log as text", log.includes("Kernel panic - not syncing") && log.includes("<b>not bold</b>") && log.includes("\\x1b[31m"));
  const href = await panel.getByRole("link", { name: "console log" }).getAttribute("href");
  check("a log's link leads to the file beside the page", href.endsWith(`cells/${PANIC.replaceAll("/", "-")}/console.log`) && !href.includes("://"), href);
  await page.context().close();
}

async function keyboard() {
  const page = await open("small");
  await cell(page, "x86_64/gcc/6.12/n").focus();
  for (const key of ["ArrowRight", "ArrowDown", "ArrowDown", "Enter"]) await page.keyboard.press(key);
  check("arrows and Enter open a cell", (await page.locator("#detail h2").textContent()) === CELL);
  check("the focus goes into it", await page.evaluate(() => document.getElementById("detail").contains(document.activeElement)));
  await page.keyboard.press("Escape");
  check("one stop for Tab in the grid", (await page.locator('.cell[tabindex="0"]').count()) === 1);
  await page.locator("#tab-matrix").focus();
  await page.keyboard.press("ArrowRight");
  await page.locator("#view-map").waitFor();
  check("arrows go from view to view", await page.locator("#view-matrix").isHidden());
  await page.locator(".map svg").focus();
  for (let i = 0; i < 3; i++) await page.keyboard.press("ArrowRight");
  check("arrows go from variable to variable", (await page.locator(".one h3").textContent()) !== "", await page.locator(".one h3").textContent());
  await page.context().close();
}

async function map() {
  const page = await open("small", {}, "#map=" + encodeURIComponent("x86_64/gcc/6.12/n"));
  const scale = await page.evaluate(() => {
    // to scale: each rectangle is as wide as its bytes, and no wider than a pixel's rounding
    const layout = layoutOf(mapState.a), list = variablesOf(layout), row = rowBytes([layout]);
    const full = Number(document.querySelector(".map .hole").getAttribute("width"));
    let worst = 0, drawn = 0;
    document.querySelectorAll(".map g[data-index]").forEach((group) => {
      const variable = list[group.dataset.index], rects = [...group.querySelectorAll("rect")];
      const whole = pieces(variable.offset, variable.offset + variable.size, row);
      if (rects.length !== whole.length) return; // folded
      const width = rects.reduce((sum, rect) => sum + Number(rect.getAttribute("width")), 0);
      const x = Number(rects[0].getAttribute("x")) - LEFT;
      worst = Math.max(worst, Math.abs(width - variable.size * full / row), Math.abs(x - (variable.offset % row) * full / row));
      drawn++;
    });
    return { worst, drawn, all: list.length };
  });
  check("variables are drawn to scale", scale.worst < 2.5 && scale.drawn > scale.all / 2, scale);
  await shot(page, "map-light");
  await page.getByLabel("beside").selectOption("arm64/gcc/6.12/n");
  check("two cells are side by side", (await page.locator(".map").count()) === 2);
  const boxes = await page.locator(".map").evaluateAll((list) => list.map((one) => one.getBoundingClientRect().top));
  check("on a wide screen in one row", boxes[0] === boxes[1], boxes);
  check("what differs is marked", (await page.locator(".v.moved").count()) > 0 && (await page.locator(".v.resized").count()) > 0);
  const counts = await page.evaluate(() => {
    const pairs = compareLayouts(layoutOf(mapState.a), layoutOf(mapState.b));
    return { pairs: pairs.filter((pair) => pair.kinds.length).length, rows: document.querySelectorAll("#view-map tbody tr").length };
  });
  check("the table has every difference", counts.pairs === counts.rows && counts.rows > 0, counts);
  await page.locator("#view-map tbody tr").first().click();
  check("a row of the table shows its variable in both maps", (await page.locator(".map:nth-child(1) .on").count()) > 0 && (await page.locator(".map:nth-child(2) .on").count()) > 0);
  check("and says both places", /first: [^]*second: /.test(await page.locator(".one").innerText()));
  await page.getByPlaceholder("name, type or file").fill("<script>");
  check("a variable is found by its name", (await page.locator("#view-map tbody tr").count()) === 1);
  await shot(page, "map-two");
  const giant = await page.evaluate(() => {
    const layout = layoutOf(mapState.a), start = performance.now();
    layout.size = 0xffffffff;
    layout.list[0].size = 0xfffffff0;
    layout.list[1].offset = 0xfffffff0;
    mapState.row = 256;
    drawMap(document.getElementById("view-map"));
    return { ms: performance.now() - start, rects: document.querySelectorAll(".map rect").length };
  });
  check("a section that claims four gigabytes is drawn too", giant.rects > 0 && giant.rects < 60000, giant);
  await page.reload();
  await page.waitForSelector("html[data-ready]");
  await page.getByLabel("fold long stretches").uncheck();
  check("nothing is folded where that is not wanted", (await page.locator(".map").first().innerText()).includes("⋮") === false);
  await page.context().close();
}

async function time() {
  const page = await open("small", {}, "#time=" + encodeURIComponent("x86_64/gcc/6.12"));
  check("three charts are drawn", (await page.locator(".chart canvas").count()) === 3);
  const painted = await page.locator(".chart canvas").first().evaluate((canvas) => {
    const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
    return new Set(Array.from({ length: pixels.length / 4 }, (_, i) => pixels.slice(4 * i, 4 * i + 3).join())).size;
  });
  check("with something in them", painted > 10, painted);
  check("nine runs have a verdict in each mode", (await page.locator(".strip .chip").count()) === 27);
  await page.getByText("as a table").first().click();
  const rows = await page.locator(".chart").first().locator("details tbody tr").count();
  check("a chart is there as a table", rows === 9, rows);
  check("a layout that changed is said", (await page.locator("#view-time").innerText()).includes("The per-CPU layout changed"));
  await shot(page, "time-light");
  await page.context().close();
}

async function run() {
  const page = await open("small", {}, "#run");
  const facts = await page.locator("#view-run dl").innerText();
  check("this run: each of its facts has a name and a text", /begun\s+20\d\d-/.test(facts) && /host\s+\S/.test(facts), facts);
  const text = [];
  for (const view of ["matrix", "map", "time", "run"]) {
    await page.locator(`#tab-${view}`).click();
    text.push(await page.locator(`#view-${view}`).innerText());
  }
  check("nothing is shown as what a program calls it", !/\[object |undefined|NaN|\bnull\b/.test(text.join("\n")), text.join("\n").match(/.*(\[object |undefined|NaN|\bnull\b).*/)?.[0]);
  await page.context().close();
}

async function darkAndPhone() {
  let page = await open("small", { colorScheme: "dark" });
  const back = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  check("dark where the system is", (await back()) === "rgb(20, 23, 26)", await back());
  await shot(page, "matrix-dark");
  await page.locator("#theme").click();
  check("light where the user wants it", (await back()) === "rgb(247, 247, 245)", await back());
  await page.context().close();
  for (const view of ["matrix", "map", "time", "cell=" + encodeURIComponent(CELL)]) {
    page = await open("small", { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 }, "#" + view);
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    check(`on a phone nothing sticks out: ${view.split("=")[0]}`, width <= 390, width);
    await shot(page, `phone-${view.split("=")[0]}`);
    await page.context().close();
  }
  page = await open("small", { colorScheme: "dark" }, "#map=" + encodeURIComponent("x86_64/gcc/6.12/n|arm64/gcc/6.12/n"));
  await shot(page, "map-dark");
  await page.context().close();
}

// WCAG 2's contrast of each verdict's text, in both colour schemes
async function contrast() {
  for (const colorScheme of ["light", "dark"]) {
    const page = await open("small", { colorScheme });
    const worst = await page.evaluate(() => {
      const parse = (text) => text.match(/[\d.]+/g).slice(0, 3).map(Number);
      const light = (rgb) => { const [r, g, b] = rgb.map((v) => { const c = v / 255; return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; }); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
      let least = 99;
      for (const element of document.querySelectorAll(".chip, .cell")) {
        const style = getComputedStyle(element);
        if (style.backgroundColor.endsWith(", 0)")) continue;
        const [a, b] = [light(parse(style.color)), light(parse(style.backgroundColor))].sort((x, y) => y - x);
        least = Math.min(least, (a + 0.05) / (b + 0.05));
      }
      return least;
    });
    check(`verdicts can be read, ${colorScheme}: contrast of 4.5 and more`, worst >= 4.5, worst);
    await page.context().close();
  }
}

async function big() {
  const page = await open("big");
  check("500 cells are shown", (await page.locator(".cell").count()) === 500);
  const turned = await page.evaluate(() => {
    const all = data.cells;
    data.cells = all.filter((cell) => cell.arch === "s390x");
    const table = grid(), rows = [...table.querySelectorAll("tbody th")].map((th) => th.textContent);
    const got = { rows, groups: unique(data.cells.map(groupOf)).length, cells: table.querySelectorAll(".cell").length, all: data.cells.length, columns: table.querySelectorAll("thead tr:last-child th").length - 1 };
    data.cells = all;
    return got;
  });
  check("one architecture built in many ways is a high table, not a wide one", turned.groups > 3 && turned.rows.length === turned.groups && turned.columns === 3 && turned.cells === turned.all, turned);
  await cell(page, CELL).click();
  check("and open", (await page.locator("#detail h2").textContent()) === CELL);
  await shot(page, "big");
  const took = await page.evaluate(() => { const entry = performance.getEntriesByType("navigation")[0]; return Math.round(entry.domContentLoadedEventEnd); });
  console.log(`500 cells, 30 runs: ready after ${took} ms`);
  await page.context().close();
}

(async () => {
  browser = await chromium.launch({ executablePath, args: ["--no-sandbox"], timeout: MOMENT });
  for (const test of [matrix, detail, keyboard, map, time, run, darkAndPhone, contrast, big]) {
    try {
      await test();
    } catch (error) {
      check(`${test.name}: ${String(error.message).split("\n")[0]}`, false);
    }
  }
  check("nothing was asked for but the page", requests.every((one) => /^file:.*report\.html/.test(one)), requests.filter((one) => !/report\.html/.test(one)));
  check("no error and no dialog", problems.length === 0, problems);
  await browser.close();
})();
