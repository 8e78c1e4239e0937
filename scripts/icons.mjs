// Draws the PNG icons from the SVG ones with the Chromium that the tests use: `node scripts/icons.mjs`.
// The results are in the repository; run it again after changing an SVG.

import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from '@playwright/test';

const assets = join(dirname(dirname(fileURLToPath(import.meta.url))), 'assets');
const pictures = [
  ...[16, 24, 32, 48, 64, 128, 256, 512].map((size) => ({ from: 'icon.svg', to: `icons/${size}x${size}.png`, size })),
  { from: 'icon.svg', to: 'icon.png', size: 1024 }, // electron-builder makes .ico and .icns of it
  { from: 'tray.svg', to: 'trayTemplate.png', size: 16 },
  { from: 'tray.svg', to: 'trayTemplate@2x.png', size: 32 },
];

const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
try {
  for (const { from, to, size } of pictures) {
    const page = await browser.newPage({ viewport: { width: size, height: size } });
    const data = readFileSync(join(assets, from)).toString('base64');
    await page.setContent(`<body style="margin:0"><img style="display:block;width:100vw;height:100vh" src="data:image/svg+xml;base64,${data}"></body>`);
    await page.locator('img').evaluate((image) => image.decode());
    await page.screenshot({ path: join(assets, to), omitBackground: true });
    await page.close();
  }
} finally {
  await browser.close();
}
