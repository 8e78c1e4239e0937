// Which kind of output a container has, by its log driver and terminal, and where conmon is told to put it.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Container } from './container.ts';
import { fifoOutput, type FifoOutput } from './fifo-output.ts';
import { logOutput, type OutputSource } from './output.ts';
import type { Parts } from './parts.ts';
import type { ContainerRecord } from './record.ts';

/** Whether the output is kept. Without a log it still goes through a file, which is emptied again and again. */
export const isLogged = ({ hostConfig }: ContainerRecord): boolean => hostConfig.LogConfig?.Type !== 'none';

export function logPath({ folders }: Pick<Parts, 'folders'>, record: ContainerRecord): string {
  return isLogged(record) ? folders.log(record.id) : join(folders.data(record.id), 'unlogged');
}

/** Whether the container writes to FIFOs: it keeps no log, and conmon has neither terminal nor input to look after. */
export const usesFifos = (record: ContainerRecord): boolean => !isLogged(record) && record.config.Tty !== true && record.config.OpenStdin !== true;

export function ensureFifos({ folders }: Pick<Parts, 'folders'>, container: Container): FifoOutput {
  container.fifos ??= fifoOutput(folders.data(container.id));
  return container.fifos;
}

/** What a running container's output needs after a restart of the engine. */
export async function holdOutput(parts: Parts, container: Container): Promise<void> {
  if (usesFifos(container.record)) ensureFifos(parts, container);
  else await ensureOutput(parts, container);
}

/** Made when somebody first needs it: an attach before the start, the start itself, a follower. */
export async function ensureOutput(parts: Parts, container: Container): Promise<OutputSource> {
  const path = logPath(parts, container.record);
  if (!container.output) {
    container.output = logOutput(path);
    await writeFile(path, '', { flag: 'a', mode: 0o640 });
  }
  return container.output;
}
