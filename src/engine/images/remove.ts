// `docker rmi`: untag, and when no name is left, delete. Rules and messages are moby's (daemon/images/image_delete.go):
// by name only that name goes, while others are left; by id all names of one repository go; containers and children protect.
import { hexOf, type Digest } from '../base/digest.ts';
import type { EventBus } from '../base/events.ts';
import { shortId } from '../base/ids.ts';
import { familiar, familiarName, type Reference } from '../registry/reference.ts';
import { Conflict } from '../wire/errors.ts';
import type { Collector } from './collect.ts';
import type { ImageRecord, ImageStore } from './store.ts';

/** A container as far as images care. */
export interface ImageUser { id: string; imageId: Digest; isRunning: boolean }

export type Removed = { Untagged: string } | { Deleted: string };

export interface RemoveNeeds { store: ImageStore; collector: Collector; events: EventBus; users: () => readonly ImageUser[] }

/** @throws NotFound, Conflict with Docker's messages */
export async function removeImage({ store, collector, events, users }: RemoveNeeds, name: string, options: { force: boolean; noPrune: boolean }): Promise<Removed[]> {
  const record = store.resolve(name);
  const reference = store.referenceOf(name);
  const all = store.referencesOf(record.id);
  const removed: Removed[] = [];
  const untag = async (references: readonly Reference[]) => {
    await store.untag(references);
    for (const gone of references) {
      removed.push({ Untagged: familiar(gone) });
      events.publish('image', 'untag', record.id, { name: familiar(gone) });
    }
  };
  const usersHere = users().filter((user) => user.imageId === record.id);

  if (reference !== undefined) {
    const others = all.filter((other) => familiar(other) !== familiar(reference));
    const digestsOnly = others.every((other) => other.digest !== undefined && familiarName(other) === familiarName(reference));
    if (others.length > 0 && !(reference.digest === undefined && digestsOnly)) {
      await untag([reference]);
      return removed;
    }
    const user = usersHere[0];
    if (user !== undefined && !options.force) {
      throw new Conflict(`conflict: unable to remove repository reference "${name}" (must force) - container ${shortId(user.id)} is using its referenced image ${shortId(record.id)}`);
    }
    if (usersHere.some((one) => one.isRunning) || (user !== undefined && options.force)) {
      await untag([reference, ...others]);
      return removed; // the image stays, nameless, as long as containers use it
    }
  } else {
    const repositories = new Set(all.map(familiarName));
    if (repositories.size > 1 && !options.force) throw new Conflict(`conflict: unable to delete ${shortId(record.id)} (must be forced) - image is referenced in multiple repositories`);
    checkUsers(record, usersHere, options.force);
  }
  if (store.list().some((other) => other.parent === record.id)) {
    if (reference === undefined) throw new Conflict(`conflict: unable to delete ${shortId(record.id)} (cannot be forced) - image has dependent child images`);
    await untag(all);
    return removed;
  }
  await untag(all);
  await store.delete(record.id);
  removed.push({ Deleted: record.id });
  events.publish('image', 'delete', record.id, { name: record.id });
  if (!options.noPrune) await removeParents(record);
  const swept = await collector.collect();
  for (const layer of swept.layers) removed.push({ Deleted: layer });
  return removed;

  /** Nameless images that only this one stood on. */
  async function removeParents(child: ImageRecord): Promise<void> {
    const parent = child.parent === undefined ? undefined : store.get(child.parent);
    if (parent === undefined || store.referencesOf(parent.id).length > 0) return;
    if (store.list().some((other) => other.parent === parent.id) || users().some((user) => user.imageId === parent.id)) return;
    await store.delete(parent.id);
    removed.push({ Deleted: parent.id });
    events.publish('image', 'delete', parent.id, { name: parent.id });
    await removeParents(parent);
  }
}

function checkUsers(record: ImageRecord, users: readonly ImageUser[], force: boolean): void {
  const short = hexOf(record.id).slice(0, 12);
  const running = users.find((user) => user.isRunning);
  if (running !== undefined) throw new Conflict(`conflict: unable to delete ${short} (cannot be forced) - image is being used by running container ${shortId(running.id)}`);
  const stopped = users[0];
  if (stopped !== undefined && !force) throw new Conflict(`conflict: unable to delete ${short} (must be forced) - image is being used by stopped container ${shortId(stopped.id)}`);
}
