// Log rotation (`max-size`, `max-file`): the engine renames and asks conmon to begin a new file. conmon never loses a line by it, and
// while the engine is dead the log only grows; it is rotated when the engine is back. A container without a log has one small file.
import { existsSync, renameSync, rmSync, statSync } from 'node:fs';
import type { Container } from './container.ts';
import { isLogged, logPath } from './output-of.ts';
import type { OutputSource } from './output.ts';
import { inBackground, type Parts } from './parts.ts';
import { isUp, type ContainerRecord } from './record.ts';
import { reopenLog } from './resize.ts';
import { logBytes } from './validate.ts';

const CHECK_MS = 50;
const UNLOGGED_BYTES = 16 * 1024 * 1024;

interface Limits { bytes: number; files: number }

/** Undefined: the log may grow. */
export function rotationOf(record: ContainerRecord): Limits | undefined {
  if (!isLogged(record)) return { bytes: UNLOGGED_BYTES, files: 2 };
  const config = record.hostConfig.LogConfig?.Config ?? {};
  const bytes = logBytes(config['max-size']);
  return bytes === undefined ? undefined : { bytes, files: Math.max(1, Number(config['max-file'] ?? 1)) };
}

/** Watches the log while the container runs. */
export function rotateLog(parts: Parts, container: Container, output: OutputSource): void {
  const limits = rotationOf(container.record);
  if (!limits || container.rotation) return;
  let timer: NodeJS.Timeout | undefined;
  const check = () => {
    inBackground(parts, 'a log could not be rotated', container.id, async () => {
      try {
        if (isUp(container.record) && !parts.closing.aborted) await rotateIfLarge(parts, container, output, limits);
      } finally {
        timer = undefined;
      }
    });
  };
  const watching = output.onChange(() => { timer ??= setTimeout(check, CHECK_MS).unref(); });
  container.rotation = {
    [Symbol.dispose]() {
      clearTimeout(timer);
      watching[Symbol.dispose]();
      container.rotation = undefined;
    },
  };
  check();
}

async function rotateIfLarge(parts: Parts, container: Container, output: OutputSource, limits: Limits): Promise<void> {
  const path = logPath(parts, container.record);
  const size = statSync(path, { throwIfNoEntry: false })?.size;
  // Without the file a rotation is under way: conmon has not made the new one yet.
  if (size === undefined || size < limits.bytes) return;
  await output.rotate(() => {
    for (let age = limits.files - 1; age >= 1; age--) {
      const from = age === 1 ? path : `${path}.${age - 1}`;
      if (existsSync(from)) renameSync(from, `${path}.${age}`);
    }
    // One file only: what is in it is given up, but followers keep reading the old one to its end.
    if (limits.files === 1) rmSync(path, { force: true });
    if (isUp(container.record)) reopenLog(parts, container.id);
  });
}
