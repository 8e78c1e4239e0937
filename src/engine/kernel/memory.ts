// Gives memory back to the system. A burst of requests leaves V8's heap and malloc's arenas several times larger than what is in use,
// and an idle process never collects by itself. Sources: V8's --expose-gc, malloc_trim(3).
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { systemCall } from './libc.ts';

const trim = systemCall<[number]>('malloc_trim', 'int malloc_trim(size_t pad)');

/** Stops everything for some 30 ms: only for moments when nobody waits. */
export function giveMemoryBack(): void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  trim(0);
}
