// POST /containers/{id}/resize: conmon holds the terminal; it takes `1 ROWS COLUMNS` on its control FIFO (conmon, ctrl.c).
// The same FIFO takes `2 0 0`: open the log anew.
import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { Conflict } from '../wire/errors.ts';
import type { Container } from './container.ts';
import { publish, type Parts } from './parts.ts';
import { isUp } from './record.ts';

/** @throws Conflict when the container does not run */
export function resizeContainer(parts: Parts, container: Container, rows: number, columns: number): void {
  if (!isUp(container.record)) throw new Conflict(`container ${container.id} is not running`);
  tellConmon(parts, container.id, `1 ${rows} ${columns}\n`);
  publish(parts, container, 'resize', { height: String(rows), width: String(columns) });
}

/** Makes conmon open its log file again, after a rename. */
export function reopenLog(parts: Parts, id: string): void {
  tellConmon(parts, id, '2 0 0\n');
}

function tellConmon({ folders }: Parts, id: string, line: string): void {
  // O_NONBLOCK: without a reader (a supervisor that just ended) the open fails instead of waiting for one.
  const fd = openSync(join(folders.run(id), 'ctl'), constants.O_WRONLY | constants.O_NONBLOCK);
  try {
    writeSync(fd, line);
  } finally {
    closeSync(fd);
  }
}
