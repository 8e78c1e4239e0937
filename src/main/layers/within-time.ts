// A person's regular expression may backtrack for years. JavaScript cannot stop itself, but V8 stops a script that has a time limit,
// also inside of a match (vm.Script, option `timeout`).
import { Script } from 'node:vm';
import { InvalidParameter } from '../../engine/wire/errors.ts';

const slot = Symbol.for('gantry.layers.work');
const script = new Script(`globalThis[Symbol.for(${JSON.stringify(slot.description)})]()`);

/** Runs `work` on this thread. @throws InvalidParameter when it takes too long; what `work` throws */
export function withinTime<T>(work: () => T, limitMs: number): T {
  const place = globalThis as unknown as Record<symbol, () => T>;
  place[slot] = work;
  try {
    return script.runInThisContext({ timeout: limitMs }) as T;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw new InvalidParameter(`the pattern takes longer than ${limitMs / 1000} s to match: make it simpler`, { cause: error });
    throw error;
  } finally {
    delete place[slot];
  }
}
