// GET /containers/{id}/logs: history and, with `follow`, what comes until the container ends.
import { existsSync } from 'node:fs';
import { NotImplemented } from '../wire/errors.ts';
import type { Container } from './container.ts';
import { decoded, logDecoder, logTime } from './log-lines.ts';
import { logDetails } from './log-details.ts';
import { tailPosition } from './log-tail.ts';
import { ensureOutput, logPath } from './output-of.ts';
import type { Parts } from './parts.ts';
import { isUp } from './record.ts';

export interface LogsOptions {
  stdout: boolean;
  stderr: boolean;
  follow: boolean;
  timestamps: boolean;
  details: boolean;
  /** seconds since the epoch; undefined: no bound */
  since: number | undefined;
  until: number | undefined;
  /** last lines; undefined: all */
  tail: number | undefined;
  signal: AbortSignal;
}

/** Docker's frames, or bare bytes for a container with a terminal. @throws NotImplemented for the log driver `none` */
export async function readLogs(parts: Parts, container: Container, options: LogsOptions): Promise<AsyncGenerator<Buffer>> {
  const { record } = container;
  if (record.hostConfig.LogConfig?.Type === 'none') throw new NotImplemented('configured logging driver does not support reading');
  const output = await ensureOutput(parts, container);
  const files = logFiles(logPath(parts, record));
  const from = options.tail === undefined ? { file: 0, offset: 0 } : tailPosition(files, options.tail);
  const follow = options.follow && (isUp(record) || record.state === 'restarting' || record.state === 'created');
  const decoder = logDecoder({
    stdout: options.stdout, stderr: options.stderr, framed: record.config.Tty !== true, timestamps: options.timestamps,
    ...(options.details && { details: logDetails(record.config, record.hostConfig) }),
    since: options.since === undefined ? undefined : logTime(options.since),
    until: options.until === undefined ? undefined : logTime(options.until),
  });
  return decoded(output.read({ from, files, follow, signal: options.signal }), decoder);
}

/** All files of a log, oldest first: `log.2 log.1 log`. */
export function logFiles(path: string): string[] {
  const files = [path];
  for (let age = 1; existsSync(`${path}.${age}`); age++) files.unshift(`${path}.${age}`);
  return files;
}
