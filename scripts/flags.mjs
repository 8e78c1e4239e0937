// The flags of `npm start`, read strictly: an unknown or malformed one is refused before anything is installed.
// Those marked `app` are handed to the application, which reads them again in its own words (`src/main`).

const flags = {
  shell: { value: 'auto|electron|browser', test: /^(auto|electron|browser)$/, help: 'desktop window or browser page (default: what this machine can do)' },
  port: { value: 'N', test: /^\d{1,5}$/, app: true, help: 'browser shell: the port on 127.0.0.1 (default: a free one)' },
  'no-open': { app: true, help: 'browser shell: print the address, open nothing' },
  engine: { value: 'PATH', test: /./, app: true, help: 'use the engine socket at PATH instead of starting one' },
  profile: { value: 'DIR', test: /./, app: true, help: 'keep settings and secrets in DIR' },
  'data-root': { value: 'DIR', test: /./, app: true, help: "the engine's images, volumes and containers" },
  'run-root': { value: 'DIR', test: /./, app: true, help: "the engine's mounts and sockets" },
  socket: { value: 'PATH', test: /./, app: true, help: "the engine's socket (default: RUN_ROOT/gantry.sock)" },
  offline: { help: 'install nothing; say what is missing' },
  help: { help: 'this text' },
};

/** @returns `{ shell, offline, help, app }`, or `{ problem }` with one sentence. */
export function readFlags(words) {
  const read = { shell: 'auto', offline: false, help: false, app: [] };
  for (const word of words) {
    const [, name, value] = /^--([a-z-]+)(?:=(.*))?$/s.exec(word) ?? [];
    const flag = name !== undefined && Object.hasOwn(flags, name) ? flags[name] : undefined;
    if (!flag) return { problem: `unknown flag: ${word}` };
    if (flag.value && (value === undefined || !flag.test.test(value))) return { problem: `--${name} needs a value: --${name}=${flag.value}` };
    if (!flag.value && value !== undefined) return { problem: `--${name} takes no value` };
    if (name === 'port' && Number(value) > 65_535) return { problem: `no such port: ${value} (0 to 65535)` };
    if (flag.app) read.app.push(word);
    else read[name] = flag.value ? value : true;
  }
  return read;
}

/** The names of those handed to the application, each with a value that it accepts. */
export const appFlags = Object.entries(flags).filter(([, flag]) => flag.app).map(([name, flag]) => (flag.value ? `--${name}=1` : `--${name}`));

export function usage() {
  const lines = Object.entries(flags).map(([name, { value, help }]) => `  --${name}${value ? `=${value}` : ''}`.padEnd(34) + help);
  return `usage: npm start [-- FLAGS]\n${lines.join('\n')}`;
}
