// What steps made, by their keys: one append-only file of JSON lines, read once. A record names a committed layer stack or, for a
// step that touched no file, only says that (and when) it was done. Layers are kept alive through `roots`.
// A line cut off by a crash is ignored; the file is rewritten when most of its lines are superseded.
import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ChainId, Digest } from '../base/digest.ts';
import { writeFileAtomic } from '../base/json-file.ts';

export interface StepRecord {
  key: string;
  parent: string;
  /** The stack after the step; null: still empty. */
  chainId: ChainId | null;
  /** The layer this step added; null: none. */
  diffId: Digest | null;
  sizeBytes: number;
  /** ISO time of the first run: cached builds give identical images. */
  created: string;
  text: string;
  usedAtMs: number;
  uses: number;
}

export interface CacheStore {
  find(key: string): StepRecord | undefined;
  add(record: StepRecord): void;
  /** Counts a hit. */
  touch(record: StepRecord): void;
  /** Content keys of trees that never change (layer stack + path). */
  memo(name: string): string | undefined;
  setMemo(name: string, value: string): void;
  records(): StepRecord[];
  remove(keys: ReadonlySet<string>): Promise<void>;
  /** Waits until everything is on disk. */
  flush(): Promise<void>;
}

type Line = { step: StepRecord } | { memo: [string, string] } | { hit: [string, number] };

export async function openCacheStore(folder: string): Promise<CacheStore> {
  const path = join(folder, 'steps.jsonl');
  const steps = new Map<string, StepRecord>();
  const memos = new Map<string, string>();
  let lines = 0;
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  for (const line of text.split('\n')) {
    const entry = parse(line);
    if (!entry) continue;
    lines++;
    if ('step' in entry) steps.set(entry.step.key, entry.step);
    else if ('memo' in entry) memos.set(...entry.memo);
    else {
      const record = steps.get(entry.hit[0]);
      if (record) Object.assign(record, { usedAtMs: entry.hit[1], uses: record.uses + 1 });
    }
  }

  let pending: string[] = [];
  let writing: Promise<void> = Promise.resolve();
  const rewrite = () => {
    const all: Line[] = [...[...steps.values()].map((step) => ({ step })), ...[...memos].map((memo): Line => ({ memo }))];
    lines = all.length;
    pending = [];
    return writeFileAtomic(path, all.map((line) => `${JSON.stringify(line)}\n`).join(''));
  };
  const write = (line: Line) => {
    lines++;
    pending.push(`${JSON.stringify(line)}\n`);
    if (pending.length > 1) return; // a write is already due and takes this line along
    writing = writing.then(async () => {
      await new Promise(setImmediate);
      if (lines > 2 * (steps.size + memos.size) + 1000) return rewrite();
      const batch = pending.join('');
      pending = [];
      if (batch !== '') await appendFile(path, batch, { mode: 0o600 });
    });
    writing.catch(() => {}); // seen by flush; a lost cache line only costs a repeated step
  };
  if (text !== '' && !text.endsWith('\n')) await rewrite();

  return {
    find: (key) => steps.get(key),
    add(record) {
      steps.set(record.key, record);
      write({ step: record });
    },
    touch(record) {
      record.usedAtMs = Date.now();
      record.uses++;
      write({ hit: [record.key, record.usedAtMs] });
    },
    memo: (name) => memos.get(name),
    setMemo(name, value) {
      memos.set(name, value);
      write({ memo: [name, value] });
    },
    records: () => [...steps.values()],
    async remove(keys) {
      for (const key of keys) steps.delete(key);
      if (steps.size === 0) memos.clear();
      writing = writing.catch(() => {}).then(rewrite); // whatever failed before, the new file is whole
      await writing;
    },
    flush: () => writing,
  };
}

function parse(line: string): Line | undefined {
  if (line === '') return undefined;
  try {
    return JSON.parse(line) as Line;
  } catch {
    return undefined; // cut off by a crash
  }
}
