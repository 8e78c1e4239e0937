// All containers in memory, by id and by name, each with its record file. One writer a file; a save that comes while one runs is
// folded into the next, so many quick transitions cost one write.
import { readdir, rm } from 'node:fs/promises';
import type { ContainerId } from '../base/ids.ts';
import { readJson, sweepTemporary, writeJson } from '../base/json-file.ts';
import type { Log } from '../base/log.ts';
import { Conflict, InvalidParameter, NotFound } from '../wire/errors.ts';
import { Container } from './container.ts';
import type { Folders } from './folders.ts';
import type { ContainerRecord } from './record.ts';

export class ContainerStore {
  readonly #byId = new Map<string, Container>();
  readonly #idByName = new Map<string, string>();
  readonly #folders: Folders;
  readonly #writes = new Map<string, { running: Promise<void>; next: Promise<void> | undefined }>();

  constructor(folders: Folders) {
    this.#folders = folders;
  }

  /** Reads all records. @returns ids of folders without a record: creates that a crash cut short */
  async load(log: Log): Promise<string[]> {
    const ids = await readdir(this.#folders.data()).catch(() => [] as string[]); // first start
    const halfMade: string[] = [];
    await Promise.all(ids.map(async (id) => {
      await sweepTemporary(this.#folders.data(id));
      const record = await readJson<ContainerRecord>(this.#folders.record(id)).catch((error: unknown) => {
        log.error('a container record cannot be read', { id, error });
        return null;
      });
      if (record === undefined) halfMade.push(id);
      else if (record !== null) this.#put(new Container(record));
    }));
    return halfMade;
  }

  all(): Container[] {
    return [...this.#byId.values()];
  }

  byId(id: string): Container | undefined {
    return this.#byId.get(id);
  }

  isNameTaken(name: string): boolean {
    return this.#idByName.has(name);
  }

  /** By id, name or unique id prefix. @throws NotFound, InvalidParameter when the prefix is ambiguous */
  find(wish: string): Container {
    const name = wish.replace(/^\//, '');
    const found = this.#byId.get(wish) ?? this.#byId.get(this.#idByName.get(name) ?? '') ?? this.#byPrefix(wish);
    if (!found) throw new NotFound(`No such container: ${wish}`);
    return found;
  }

  #byPrefix(wish: string): Container | undefined {
    if (!/^[0-9a-f]+$/.test(wish)) return undefined;
    let found: Container | undefined;
    for (const [id, container] of this.#byId) {
      if (!id.startsWith(wish)) continue;
      if (found) throw new InvalidParameter(`Multiple IDs found with provided prefix: ${wish}`);
      found = container;
    }
    return found;
  }

  /** Takes the name until `add` or `release`. @throws Conflict when it is used */
  reserve(name: string, id: ContainerId): void {
    const user = this.#idByName.get(name);
    if (user !== undefined && user !== id) {
      throw new Conflict(`Conflict. The container name "/${name}" is already in use by container "${user}". You have to remove (or rename) that container to be able to reuse that name.`);
    }
    this.#idByName.set(name, id);
  }

  release(name: string, id: string): void {
    if (this.#idByName.get(name) === id) this.#idByName.delete(name);
  }

  /** The record is on disk when this resolves. */
  async add(record: ContainerRecord): Promise<Container> {
    await writeJson(this.#folders.record(record.id), record);
    const container = new Container(record);
    this.#put(container);
    return container;
  }

  /** Writes the record as it is now (or a later one). */
  save(container: Container): Promise<void> {
    const { id } = container.record;
    container.touch();
    const state = this.#writes.get(id);
    const write = () => (this.#byId.has(id) ? writeJson(this.#folders.record(id), container.record, { fsync: false }) : Promise.resolve());
    if (!state) {
      const entry: { running: Promise<void>; next: Promise<void> | undefined } = { running: write(), next: undefined };
      this.#writes.set(id, entry);
      const finish = () => {
        if (entry.next === undefined) this.#writes.delete(id);
      };
      entry.running.then(finish, finish);
      return entry.running;
    }
    state.next ??= (async () => {
      await state.running.catch(() => {}); // its own caller hears of it
      state.running = write();
      state.next = undefined;
      try {
        await state.running;
      } finally {
        if (state.next === undefined) this.#writes.delete(id);
      }
    })();
    return state.next;
  }

  /** Forgets the container and deletes its folder. */
  async drop(container: Container): Promise<void> {
    const { id, name } = container.record;
    this.#byId.delete(id);
    this.release(name, id);
    await this.#writes.get(id)?.next;
    await this.#writes.get(id)?.running;
    await rm(this.#folders.data(id), { recursive: true, force: true });
  }

  #put(container: Container): void {
    this.#byId.set(container.record.id, container);
    this.#idByName.set(container.record.name, container.record.id);
  }
}
