// The browser shell: the same app on loopback, opened in a browser window or only printed when there is no desktop.
//   node src/main/browser.ts [--port=N] [--no-open] [--engine=PATH] [--profile=DIR] [--data-root=DIR --run-root=DIR --socket=PATH]
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorMessage } from '../engine/wire/errors.ts';
import { openApp } from './app.ts';
import { readArguments } from './arguments.ts';
import { startBrowserServer } from './browser-server.ts';
import { spawnForgotten } from './processes.ts';

const root = join(import.meta.dirname, '../..');

async function main(): Promise<void> {
  const uid = process.getuid?.() ?? 0;
  const daemon = [process.execPath, join(root, 'src/engine/daemon.ts')];
  const options = readArguments({ argv: process.argv.slice(2), env: process.env, uid, platform: process.platform, daemon });
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const app = await openApp({ shell: 'browser', version, profilePath: options.profilePath, env: process.env, ...(options.engine ? { engine: options.engine } : {}) });
  const server = await startBrowserServer({ port: options.port, rendererRoot: join(root, 'out/renderer'), context: app.context });
  if (options.engine) app.context.client('local').catch(() => {}); // warm up; the host list shows a failure
  process.stdout.write(`open ${server.address}\n`);
  if (options.open && (process.env['DISPLAY'] || process.env['WAYLAND_DISPLAY'])) await openWindow(server.address, options.profilePath, uid);

  const stop = () => {
    server[Symbol.asyncDispose]().then(() => app[Symbol.asyncDispose]()).then(() => process.exit(0), () => process.exit(1));
  };
  process.once('SIGTERM', stop).once('SIGINT', stop);
}

/** Chromium in app mode looks like a window of its own; any other browser is good enough. */
async function openWindow(address: string, profilePath: string, uid: number): Promise<void> {
  const chromium = [`--app=${address}`, `--user-data-dir=${join(profilePath, 'browser')}`, '--no-first-run', ...(uid === 0 ? ['--no-sandbox'] : [])];
  for (const [file, args] of [['chromium', chromium], ['google-chrome', chromium], ['xdg-open', [address]]] as const) {
    if (await spawnForgotten(file, [...args])) return;
  }
}

main().catch((error: unknown) => {
  const busy = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
  process.stderr.write(`gantry: ${errorMessage(error)}${busy ? '; choose another with --port=N' : ''}\n`);
  process.exitCode = 1;
});
