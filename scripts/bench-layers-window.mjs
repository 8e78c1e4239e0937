// The layer explorer as a person waits for it: `node scripts/bench-layers-window.mjs`, as root on Linux, after `npm run build`, with
// Node 24 and Debian's Chromium. A real engine, the real app, a real page; each time is from the click or key to after the paint
// that shows the answer. Prints medians beside what is wanted.

import { chromium } from '@playwright/test';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startApp } from '../test/e2e/app.ts';
import { startTestEngine } from '../test/engine/harness.ts';
import { ociArchive } from '../test/layers/archives.ts';
import { makeTar } from '../test/layers/oracle.ts';

const SIZES = [{ name: 'bench/files:40k', layers: 5, files: 8000, openMs: 150 }, { name: 'bench/files:500k', layers: 10, files: 50_000, openMs: 1000 }];
const OPENINGS = 5;
const SETTLE_MS = 2500; // a spare explorer thread is at hand again, the page has loaded its other views
const FRAMES = 300;
const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const rows = [];
const report = (what, values, wanted) => rows.push({ what, median: Math.round(median(values) * 10) / 10, worst: Math.round(Math.max(...values) * 10) / 10, wanted });

/** `count` files in folders of 100; every layer but the first rewrites a tenth of the one before. */
const makeEntries = (count, layer) => Array.from({ length: count }, (_, i) => {
  const rewrites = layer > 0 && i % 10 === 0;
  const home = rewrites ? layer - 1 : layer;
  return { path: `usr/lib/part-${home}/package-${Math.floor(i / 100) % 977}/lib/module-${i}.so.${i % 7}`, content: `${home}.${i}${rewrites ? '.again' : ''}` };
});

/** In the page: milliseconds from `act` until the frame in which `until` holds has been painted. */
function install() {
  globalThis.timed = (act, until) => new Promise((resolve, reject) => {
    const { port1, port2 } = new MessageChannel();
    const begin = performance.now();
    port1.onmessage = () => resolve(performance.now() - begin);
    const look = () => {
      if (until()) port2.postMessage(0); // arrives after this frame's paint
      else if (performance.now() - begin > 20_000) reject(new Error(`never happened: ${until}`));
      else requestAnimationFrame(look);
    };
    act();
    requestAnimationFrame(look);
  });
  globalThis.treeText = () => [...document.querySelectorAll('[role=treeitem]')].map((row) => row.textContent).join();
  globalThis.typeInto = (input, text) => {
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(input, text);
    input.dispatchEvent(new Event('input', { bubbles: true }));
  };
}

const openImage = (name) => timed(
  () => [...document.querySelectorAll('a')].find((link) => link.textContent.includes(name)).click(),
  () => document.querySelector('[role=treeitem]') && document.querySelector('[role=option]'),
);
const selectLayer = (index) => {
  const before = treeText();
  return timed(() => document.querySelectorAll('[role=option]')[index].click(), () => treeText() !== before);
};
const filterBy = (text) => {
  const input = document.querySelector('input[aria-label="Filter paths"]');
  const before = input.parentElement.textContent + treeText();
  return timed(() => typeInto(input, text), () => input.parentElement.textContent + treeText() !== before);
};
const scrollRows = (frames) => new Promise((resolve) => {
  const box = document.querySelector('[role=tree]');
  const times = [];
  let blank = 0;
  let last;
  const step = (now) => {
    if (last !== undefined) times.push(now - last);
    last = now;
    box.scrollTop += 130; // five rows a frame
    const { x, y, height } = box.getBoundingClientRect();
    if (!document.elementFromPoint(x + 80, y + height / 2)?.closest('[role=treeitem]')) blank++;
    if (times.length < frames) requestAnimationFrame(step);
    else resolve({ times, blank });
  };
  requestAnimationFrame(step);
});

async function measure(page, origin, { name, layers, openMs }) {
  const start = async () => {
    await page.goto(new URL('/layers', origin).href);
    await page.getByRole('link', { name }).waitFor();
    await page.waitForTimeout(SETTLE_MS);
  };
  const opened = [];
  for (let i = 0; i < OPENINGS; i++) { await start(); opened.push(await page.evaluate(openImage, name)); }
  report(`${name}: first paint of layers and root`, opened, `<= ${openMs} ms`);
  const reopened = [];
  for (let i = 0; i < OPENINGS; i++) {
    await page.getByRole('link', { name: 'Layers', exact: true }).first().click();
    await page.getByRole('link', { name }).waitFor();
    reopened.push(await page.evaluate(openImage, name));
  }
  report(`${name}: opened again`, reopened, '<= 150 ms');
  const selected = [];
  for (let i = layers - 2; i >= 0; i--) selected.push(await page.evaluate(selectLayer, i));
  report(`${name}: another layer, seen for the first time`, selected, '<= 50 ms');
  await page.evaluate(selectLayer, layers - 1);
  const typed = [];
  for (const text of ['mo', 'module-1', 'module-12', 'module-123', 'module-1234', 'package-9', 'so.3', 'part-2']) typed.push(await page.evaluate(filterBy, text));
  report(`${name}: typing in the filter`, typed, '<= 50 ms');
  await page.evaluate(filterBy, '');
  await page.getByLabel('Open all folders').click();
  await page.locator('[role=treeitem][aria-level="4"]').first().waitFor();
  const { times, blank } = await page.evaluate(scrollRows, FRAMES);
  report(`${name}: frames while all rows are scrolled, ${blank} blank`, times, '16.7 ms');
}

const folder = mkdtempSync(join(tmpdir(), 'gantry-bench-'));
const engine = await startTestEngine();
const app = await startApp(engine.socketPath);
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'] });
try {
  for (const { name, layers, files } of SIZES) {
    const path = join(folder, 'image.tar');
    writeFileSync(path, ociArchive([{ name, compression: 'gzip', layers: Array.from({ length: layers }, (_, layer) => makeTar(makeEntries(files, layer))) }], { docker: true }));
    await engine.dockerOk('load', '-q', '-i', path);
  }
  const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
  await page.addInitScript(install);
  await page.goto(app.address);
  await page.getByRole('navigation').first().waitFor();
  for (const size of SIZES) await measure(page, app.origin, size);
  console.table(rows);
} finally {
  await browser.close();
  await app[Symbol.asyncDispose]();
  await engine[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
}
