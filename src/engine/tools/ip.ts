// ip(8): links, addresses and routes, many commands in one process (`-batch`), here or in a namespace bound to a file.
// `unshare --net=FILE` makes a namespace, binds it to FILE and runs ip inside: one process instead of three.
import { System } from '../wire/errors.ts';
import { run, ToolError, type RunOptions } from './run.ts';

type IpOptions = Pick<RunOptions, 'signal' | 'log'>;

/** @throws System naming the ip command that failed */
export async function ipBatch(lines: readonly string[], options: IpOptions = {}): Promise<void> {
  if (lines.length > 0) await batch(['ip', '-batch', '-'], lines, options);
}

/** The same inside the namespace bound to `netns`. */
export async function ipBatchIn(netns: string, lines: readonly string[], options: IpOptions = {}): Promise<void> {
  if (lines.length > 0) await batch(['nsenter', `--net=${netns}`, 'ip', '-batch', '-'], lines, options);
}

/** Makes a namespace bound to the existing file `netns` and runs the commands inside. */
export async function ipBatchInNew(netns: string, lines: readonly string[], options: IpOptions = {}): Promise<void> {
  await batch(['unshare', `--net=${netns}`, 'ip', '-batch', '-'], lines, options);
}

/** Goes on after commands that fail: for taking down what may be gone already. */
export async function ipBatchForce(lines: readonly string[], options: IpOptions = {}): Promise<void> {
  if (lines.length > 0) await run(['ip', '-force', '-batch', '-'], { ...options, input: text(lines), accept: [0, 1, 2] });
}

export interface Link { name: string; master: string | null; alias: string | null }

/** Every link of this namespace, with the bridge it belongs to. */
export async function listLinks(options: IpOptions = {}): Promise<Link[]> {
  const { stdout } = await run(['ip', '-j', 'link', 'show'], options);
  return (JSON.parse(stdout || '[]') as { ifname: string; master?: string; ifalias?: string }[]).map(({ ifname, master, ifalias }) => ({ name: ifname, master: master ?? null, alias: ifalias ?? null }));
}

export interface LinkAddresses {
  name: string;
  master: string | null;
  isLoopback: boolean;
  isUp: boolean;
  /** with prefix length, IPv4 first; those of one link only left out */
  addresses: string[];
}

/** Every link of this namespace with its addresses. */
export async function listAddresses(options: IpOptions = {}): Promise<LinkAddresses[]> {
  const { stdout } = await run(['ip', '-j', 'address', 'show'], options);
  const links = JSON.parse(stdout || '[]') as { ifname: string; master?: string; flags: string[]; addr_info?: { family: string; local: string; prefixlen: number; scope: string }[] }[];
  return links.map(({ ifname, master, flags, addr_info = [] }) => ({
    name: ifname, master: master ?? null, isLoopback: flags.includes('LOOPBACK'), isUp: flags.includes('UP'),
    addresses: addr_info.filter(({ scope }) => scope === 'global').toSorted((a, b) => a.family.localeCompare(b.family)).map(({ local, prefixlen }) => `${local}/${prefixlen}`),
  }));
}

/** Devices that the default routes of both families leave through. */
export async function defaultRoutes(options: IpOptions = {}): Promise<string[]> {
  const answers = await Promise.all(['-4', '-6'].map((family) => run(['ip', family, '-j', 'route', 'show', 'default'], options)));
  return answers.flatMap(({ stdout }) => (JSON.parse(stdout || '[]') as { dev?: string }[]).flatMap(({ dev }) => (dev === undefined ? [] : [dev])));
}

async function batch(argv: [string, ...string[]], lines: readonly string[], options: IpOptions): Promise<void> {
  try {
    await run(argv, { ...options, input: text(lines) });
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    const at = Number(/Command failed -:(\d+)/.exec(error.stderrTail)?.[1] ?? 0);
    const reason = error.stderrTail.replace(/\n?Command failed -:\d+/g, '').replace(/^(RTNETLINK answers|Error): /gm, '').trim();
    throw at > 0 ? new System(`ip ${lines[at - 1] ?? ''}: ${reason}`) : new System(error.message, { cause: error }); // the reason is all that ip says
  }
}

const text = (lines: readonly string[]) => lines.map((line) => `${line}\n`).join('');
