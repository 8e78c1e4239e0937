// The engine as a program: argv in, `ready PATH` on stdout when it accepts connections, exit code 0 after SIGTERM or SIGINT.
// Exit codes: 2 wrong usage, 1 the engine could not start. The only place of the engine that reads process.env.
import { enableCompileCache } from 'node:module';
import { parseArgs } from 'node:util';

enableCompileCache(); // before the imports below: later starts skip parsing and type stripping

const USAGE = `usage: gantry-engine [command] [options]
commands:
  serve (default)      serve the Docker Engine API
  check                look for orphans and missing blobs in the data root, print what is wrong, exit 1 if anything is
options:
  --data-root DIR      images, volumes, containers   (default /var/lib/gantry)
  --run-root DIR       mounts and runtime state      (default /run/gantry)
  --socket PATH        where to listen               (default RUN_ROOT/gantry.sock)
  --log-level LEVEL    debug, info, warn or error    (default info)
`;

async function main(argv: string[]): Promise<number> {
  let parsed;
  try {
    parsed = parseArgs({
      args: argv,
      allowPositionals: true,
      options: {
        'data-root': { type: 'string' },
        'run-root': { type: 'string' },
        socket: { type: 'string' },
        'log-level': { type: 'string', default: 'info' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    const { values, positionals } = parsed;
    if (positionals.length > 1 || !['serve', 'check'].includes(positionals[0] ?? 'serve')) throw new Error(`unknown command: ${positionals.join(' ')}`);
    if (!['debug', 'info', 'warn', 'error'].includes(values['log-level'])) throw new Error(`unknown log level: ${values['log-level']}`);
  } catch (error) {
    process.stderr.write(`gantry-engine: ${(error as Error).message}\n${USAGE}`);
    return 2;
  }
  const { values, positionals } = parsed;
  if (values.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const rootless = process.getuid?.() !== 0 || process.env['ROOTLESSKIT_STATE_DIR'] !== undefined;
  const home = process.env['HOME'] ?? '/';
  const dataRoot = values['data-root'] ?? (rootless ? `${process.env['XDG_DATA_HOME'] ?? `${home}/.local/share`}/gantry` : '/var/lib/gantry');
  const runRoot = values['run-root'] ?? (rootless ? `${process.env['XDG_RUNTIME_DIR'] ?? `${dataRoot}/run`}/gantry` : '/run/gantry');
  const socketPath = values.socket ?? `${runRoot}/gantry.sock`;
  const { createLog } = await import('./base/log.ts');
  const { errorMessage } = await import('./wire/errors.ts');
  const log = createLog(values['log-level'] as 'info', (line) => process.stderr.write(line));
  try {
    if (positionals[0] === 'check') {
      const { checkDataRoot } = await import('./check.ts');
      return await checkDataRoot(dataRoot, (line) => process.stdout.write(`${line}\n`));
    }
    (await import('./kernel/memory.ts')).useOneArena();
    const { startEngine } = await import('./index.ts');
    const stopped = Promise.withResolvers<void>();
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stopped.resolve());
    // A promise nobody waited for is a defect of one request; the others, and the containers, must not pay for it.
    process.on('unhandledRejection', (error) => log.error('a failure that nobody handled', { error }));
    log.debug('engine starting', { dataRoot, runRoot, socketPath });
    const starting = startEngine({ dataRoot, runRoot, socketPath, log, environment: process.env });
    const engine = await Promise.race([starting, stopped.promise]);
    if (!engine) return 0; // asked to stop while starting: what is half done is what a crash leaves, and the next start repairs it
    process.stdout.write(`ready ${socketPath}\n`);
    await stopped.promise;
    await engine[Symbol.asyncDispose]();
    return 0;
  } catch (error) {
    log.debug('engine could not start', { error });
    process.stderr.write(`gantry-engine: ${errorMessage(error)}\n`);
    return 1;
  }
}

process.exit(await main(process.argv.slice(2)));
