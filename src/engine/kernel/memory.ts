// Keeps the process small. malloc gives each thread an arena of its own and raises its thresholds with what it sees freed, and a burst
// of requests leaves V8's heap several times larger than what is in use, which an idle process never collects.
// Sources: mallopt(3), malloc_trim(3), V8's --expose-gc.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { systemCall } from './libc.ts';

const trim = systemCall<[number]>('malloc_trim', 'int malloc_trim(size_t pad)');
const tune = systemCall<[number, number]>('mallopt', 'int mallopt(int param, int value)');

const M_TRIM_THRESHOLD = -1;
const M_MMAP_THRESHOLD = -3;
const M_ARENA_MAX = -8;
const MIB = 1024 * 1024;

/** One arena with fixed thresholds: 60 MB less after a burst of starts. Early, before other threads have allocated. */
export function useOneArena(): void {
  tune(M_ARENA_MAX, 1);
  tune(M_MMAP_THRESHOLD, MIB);
  tune(M_TRIM_THRESHOLD, MIB / 2);
}

type Collect = (options?: { type: 'minor' } | { type: 'major'; flavor: 'last-resort' }) => void;
let collect: Collect | undefined;

function collector(): Collect {
  if (collect === undefined) {
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc') as Collect;
  }
  return collect;
}

/**
 * Frees what was made a moment ago and is garbage already, in about a millisecond. Every read of a socket makes a buffer of 64 KiB; V8
 * sees only its handle, and lets 64 MB of such bytes pile up before it looks.
 */
export function freeYoung(): void {
  collector()({ type: 'minor' });
}

/** Collects this thread's garbage, in some 10 ms. */
export function freeGarbage(): void {
  collector()();
}

/** Stops everything for some 100 ms: only for moments when nobody waits. A plain collection would keep the pages of the heap. */
export function giveMemoryBack(): void {
  collector()({ type: 'major', flavor: 'last-resort' });
  trim(0);
}
