// The layer explorer's command line: `npm run -s layers -- IMAGE|ARCHIVE [--json] [--fail-if RULE]…`; what it does is in layers/gate.ts.
import { enginePlaces } from './engine-places.ts';
import { runGate } from './layers/gate.ts';

const stop = new AbortController();
process.once('SIGINT', () => stop.abort(new Error('interrupted')));
process.stdout.on('error', () => process.exit(0)); // the reader of a pipe may leave early (`| head`)

process.exitCode = await runGate({
  argv: process.argv.slice(2),
  folder: process.env['INIT_CWD'] ?? process.cwd(), // npm runs scripts in the package's folder and tells where the person is
  dockerHost: process.env['DOCKER_HOST'],
  sockets: [enginePlaces(process.env, process.getuid?.() ?? 0).socketPath, '/var/run/docker.sock', '/run/podman/podman.sock'],
  input: process.stdin as AsyncIterable<Buffer>,
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  signal: stop.signal,
});
