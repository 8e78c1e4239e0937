// `docker rmi`: untag, and when no name is left, delete. Rules and messages are moby's (daemon/images/image_delete.go):
// by name only that name goes, while others are left; by id the only name goes, several must be forced; containers and children protect.
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
  const tell = (references: readonly Reference[]) => {
    for (const gone of references) {
      removed.push({ Untagged: familiar(gone) });
      events.publish('image', 'untag', record.id, { name: familiar(gone) });
    }
  };
  const usersHere = users().filter((user) => user.imageId === record.id);
  const isRunning = usersHere.some((user) => user.isRunning);
  const hasChildren = () => store.list().some((other) => other.parent === record.id);

  if (reference !== undefined) {
    const isLast = isSingleName(all);
    const user = usersHere[0];
    if (isLast && user !== undefined && !options.force) {
      throw new Conflict(`conflict: unable to remove repository reference "${name}" (must force) - container ${shortId(user.id)} is using its referenced image ${shortId(record.id)}`);
    }
    const left = all.filter((other) => familiar(other) !== familiar(reference));
    const here = left.filter((other) => familiarName(other) === familiarName(reference));
    const digests = reference.digest === undefined && here.every((other) => other.digest !== undefined) ? here : []; // they named what the tag named
    if (left.length > digests.length || isRunning || hasChildren()) { // perhaps nameless, it stays as long as it is needed
      await store.untag([reference, ...digests]);
      tell([reference, ...digests]);
      return removed;
    }
  } else {
    if (hasChildren()) throw new Conflict(`conflict: unable to delete ${shortId(record.id)} (cannot be forced) - image has dependent child images`);
    checkUsers(record, usersHere, options.force, isSingleName(all));
  }
  await store.delete(record.id);
  tell(all);
  removed.push({ Deleted: record.id });
  events.publish('image', 'delete', record.id, { name: record.id });
  for (const chain of collector.released(record.config.rootfs.diff_ids)) removed.push({ Deleted: chain });
  if (!options.noPrune) await removeParents(record);
  await collector.collect();
  return removed;

  /** Nameless images that only this one stood on. */
  async function removeParents(child: ImageRecord): Promise<void> {
    const parent = child.parent === undefined ? undefined : store.get(child.parent);
    if (parent === undefined || store.referencesOf(parent.id).length > 0) return;
    if (store.list().some((other) => other.parent === parent.id) || users().some((user) => user.imageId === parent.id)) return;
    await store.delete(parent.id);
    removed.push({ Deleted: parent.id });
    events.publish('image', 'delete', parent.id, { name: parent.id });
    for (const chain of collector.released(parent.config.rootfs.diff_ids)) removed.push({ Deleted: chain });
    await removeParents(parent);
  }
}

/** One tag at most, and digests of its repository only. */
function isSingleName(references: readonly Reference[]): boolean {
  const tags = references.filter((reference) => reference.digest === undefined);
  return tags.length <= 1 && new Set(references.map(familiarName)).size <= 1;
}

function checkUsers(record: ImageRecord, users: readonly ImageUser[], force: boolean, isSingle: boolean): void {
  const short = hexOf(record.id).slice(0, 12);
  const running = users.find((user) => user.isRunning);
  if (running !== undefined) throw new Conflict(`conflict: unable to delete ${short} (cannot be forced) - image is being used by running container ${shortId(running.id)}`);
  if (!isSingle && !force) throw new Conflict(`conflict: unable to delete ${short} (must be forced) - image is referenced in multiple repositories`);
  const stopped = users[0];
  if (stopped !== undefined && !force) throw new Conflict(`conflict: unable to delete ${short} (must be forced) - image is being used by stopped container ${shortId(stopped.id)}`);
}
