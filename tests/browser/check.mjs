// Opens pages in Chromium, narrow and wide, light and dark, and says what is wrong with them, one line each.
// node check.mjs [--shots FOLDER] PAGE.html...
import { readFileSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const pages = process.argv.slice(2);
const shots = pages[0] === '--shots' ? pages.splice(0, 2)[1] : null;
if (shots) mkdirSync(shots, { recursive: true });

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: flags });
let views = 0, sorted = 0, wrong = 0;
try {
  for (const path of pages)
    for (const width of [390, 1440])
      for (const colorScheme of ['light', 'dark']) {
        const where = `${basename(path)}, ${width} px, ${colorScheme}`;
        const say = what => { wrong++; console.log(`${where}: ${what}`); };
        // How a page looks does not change how it sorts: every column once, else one a table.
        await check(path, { width, height: 900 }, colorScheme, width === 1440 && colorScheme === 'light', say);
        views++;
      }
} finally {
  await browser.close();
}
console.log(`${views} views, ${sorted} columns sorted, ${wrong} findings`);
process.exitCode = wrong > 0 ? 1 : 0;

async function check(path, viewport, colorScheme, everyColumn, say) {
  const context = await browser.newContext({ viewport, colorScheme, reducedMotion: 'reduce' });
  const page = await context.newPage();
  const address = pathToFileURL(resolve(path)).href;
  page.on('console', message => ['error', 'warning'].includes(message.type()) && say(`console: ${message.text()}`));
  page.on('pageerror', error => say(`script: ${error.message}`));
  page.on('request', request => request.url() !== address && say(`asks for ${request.url()}`));
  await page.goto(address);
  if (shots) await page.screenshot({ path: join(shots, `${basename(path, '.html')}-${viewport.width}-${colorScheme}.png`), fullPage: true });

  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  if (overflow > 0) say(`${overflow} px wider than the screen`);
  await checkSorting(page, everyColumn, say);
  await page.evaluate(axe);
  // Of what axe looks at, the scheme changes colours alone.
  const { violations } = await page.evaluate(only => axe.run({ resultTypes: ['violations'], ...only }), colorScheme === 'dark' ? { runOnly: ['color-contrast'] } : {});
  for (const { id, impact, help, nodes } of violations)
    if (['serious', 'critical'].includes(impact)) say(`axe ${id} (${impact}): ${help}: ${nodes.slice(0, 3).map(n => n.target.join(' ')).join('; ')}`);
  await checkPolicy(page, say);
  await context.close();
}

// Every heading with a button: reached by focus, pressed by Enter and by the space bar, and the rows follow.
async function checkSorting(page, everyColumn, say) {
  for (const [at, table] of (await page.locator('table[data-sort]').all()).entries()) {
    const rows = await table.locator('tbody tr').count();
    for (const head of (await table.locator('thead th').all()).slice(0, everyColumn ? undefined : 1)) {
      if (rows < 2) continue;
      const name = `table ${at + 1}, '${(await head.textContent()).trim()}'`, button = head.getByRole('button');
      if (await button.count() !== 1) { say(`${name}: no button`); continue; }
      const before = await table.locator('tbody tr').allTextContents();
      await button.focus();
      await page.keyboard.press('Enter');
      const first = await head.getAttribute('aria-sort');
      if (!await ordered(head, first)) say(`${name}: not ${first}`);
      await page.keyboard.press('Space');
      const second = await head.getAttribute('aria-sort');
      if (!await ordered(head, second)) say(`${name}: not ${second}`);
      if (first === second || [first, second].includes('none')) say(`${name}: ${first}, then ${second}`);
      if (!(await page.getByRole('status').textContent()).includes(second)) say(`${name}: nothing is said`);
      await page.keyboard.press('Enter');
      const after = await table.locator('tbody tr').allTextContents();
      if (after.some((row, i) => row !== before[i])) say(`${name}: the given order does not come back`);
      sorted++;
    }
  }
}

// Read anew from the cells, by other means than the page's: figures with their unit, dashes last.
function ordered(head, order) {
  return head.evaluate((th, order) => {
    const texts = [...th.closest('table').tBodies[0].rows].map(row => row.cells[th.cellIndex].textContent);
    const isNone = text => text === '' || text === '-';
    const some = texts.filter(text => !isNone(text));
    if (texts.slice(0, some.length).some(isNone)) return false;
    const units = { K: 1e3, M: 1e6, G: 1e9, T: 1e12 };
    const value = text => parseFloat(text.replace(/[,>]/g, '')) * (units[/[\d.] ?([KMGT])/.exec(text)?.[1]] ?? 1);
    const figures = th.cellIndex > 0 && some.every(text => !Number.isNaN(value(text)));
    const sign = order === 'ascending' ? 1 : -1;
    return some.every((text, i) => i === 0 || sign * (figures ? value(text) - value(some[i - 1]) : text.localeCompare(some[i - 1], 'en', { numeric: true })) >= 0);
  }, order);
}

// What the policy must stop: a picture from elsewhere, and a script that is not the page's.
async function checkPolicy(page, say) {
  page.removeAllListeners('console');
  page.removeAllListeners('request');
  const stopped = await page.evaluate(async () => {
    const seen = new Set();
    document.addEventListener('securitypolicyviolation', e => seen.add(e.effectiveDirective));
    const script = document.createElement('script'), picture = new Image();
    script.textContent = 'window.foreign = true';
    picture.src = 'http://127.0.0.1:9/x.png';
    document.body.append(script, picture);
    for (let i = 0; i < 40 && seen.size < 2; i++) await new Promise(done => setTimeout(done, 50));
    return [...seen, window.foreign ? 'but it ran' : ''].join(' ').trim();
  });
  if (!/^(img-src script-src-elem|script-src-elem img-src)$/.test(stopped)) say(`the policy stops '${stopped}', not pictures and scripts`);
}
