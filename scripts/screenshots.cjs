// SPDX-License-Identifier: GPL-2.0-only
// screenshots.cjs CHROMIUM PAGE.html FOLDER CELL BESIDE: the pictures of docs/screenshots, of a report of a real run;
// BESIDE is the cell whose per-CPU section is held against CELL's.
// NODE_PATH names the folder with playwright-core: tests/report/node_modules.
const { chromium } = require("playwright-core");
const path = require("node:path");
const [, , executablePath, page, folder, cell, beside] = process.argv;

const pictures = [
  { name: "matrix-light" },
  { name: "matrix-dark", colorScheme: "dark" },
  { name: "cell-light", hash: `#cell=${encodeURIComponent(cell)}` },
  { name: "map-dark", hash: "#map", colorScheme: "dark" },
  { name: "map-two-light", hash: `#map=${encodeURIComponent(`${cell}|${beside}`)}` },
  { name: "phone-dark", hash: `#cell=${encodeURIComponent(cell)}`, colorScheme: "dark", viewport: { width: 390, height: 844 } },
];

(async () => {
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  for (const { name, hash = "", colorScheme = "light", viewport = { width: 1200, height: 760 } } of pictures) {
    const context = await browser.newContext({ viewport, colorScheme });
    const tab = await context.newPage();
    await tab.goto(`file://${path.resolve(page)}${hash}`);
    await tab.waitForSelector("html[data-ready]");
    await tab.waitForTimeout(500);
    await tab.screenshot({ path: path.join(folder, `${name}.png`) });
    await context.close();
  }
  await browser.close();
})();
