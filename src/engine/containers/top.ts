// The processes of a container as the host's ps(1) shows them, which is what `docker top` answers.
import { readdirSync, readlinkSync } from 'node:fs';
import { run } from '../tools/run.ts';
import { InvalidParameter } from '../wire/errors.ts';
import { processIds } from './cgroup-usage.ts';
import { foldersOf } from './stats.ts';

export interface ProcessTable { Titles: string[]; Processes: string[][] }

/** @param psArgs arguments of ps, default `-ef`. @throws InvalidParameter when ps refuses them or they leave out the PID column */
export async function listProcesses(pid: number, psArgs: string, signal: AbortSignal): Promise<ProcessTable> {
  const args = psArgs.trim().split(/\s+/).filter(Boolean);
  if (args.some((arg) => !/^[\w,:=%+-]+$/.test(arg))) throw new InvalidParameter(`ps arguments ${JSON.stringify(psArgs)} are not allowed`);
  const { stdout } = await run(['ps', ...args], { signal }).catch((error: unknown) => {
    throw new InvalidParameter('ps refused the arguments', { cause: error });
  });
  return filterProcesses(stdout, new Set(processesOf(pid)));
}

/** By control group, or by pid namespace where the container has no group of its own. */
function processesOf(pid: number): number[] {
  const folders = foldersOf(pid);
  if (folders.unified !== undefined || folders.controllers.size > 0) return processIds(folders);
  const namespace = pidNamespace(pid);
  return readdirSync('/proc').map(Number).filter((other) => other > 0 && pidNamespace(other) === namespace);
}

function pidNamespace(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`);
  } catch {
    return undefined; // it has ended, or belongs to somebody else
  }
}

/** The header and the rows whose PID is in `wanted`; the last column keeps its blanks. */
export function filterProcesses(output: string, wanted: ReadonlySet<number>): ProcessTable {
  const [head = '', ...rows] = output.split('\n').filter(Boolean);
  const titles = head.trim().split(/\s+/);
  const pidColumn = titles.indexOf('PID');
  if (pidColumn < 0) throw new InvalidParameter("couldn't find PID field in ps output");
  const processes = rows.flatMap((row) => {
    const parts = row.trim().split(/\s+/);
    const columns = [...parts.slice(0, titles.length - 1), parts.slice(titles.length - 1).join(' ')];
    return wanted.has(Number(columns[pidColumn])) ? [columns] : [];
  });
  return { Titles: titles, Processes: processes };
}
