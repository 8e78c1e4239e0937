// Rows of a list after a few of them changed. Pure: the live feed's patches in, a new array out; the same array when nothing changed.
import type { ImageRow } from '../main/contract/images.ts';
import type { RowPatch } from '../main/contract/system.ts';

/** New rows come first, changed ones keep their place, fields that a patch does not know are kept. */
export function patched<T>(rows: T[], patches: RowPatch[], idOf: (row: T) => string): T[] {
  if (patches.length === 0) return rows;
  const changes = new Map(patches.map((patch) => [patch.id, patch.row as T | null]));
  const kept: T[] = [];
  for (const row of rows) {
    const id = idOf(row);
    if (!changes.has(id)) kept.push(row);
    else {
      const next = changes.get(id);
      if (next) kept.push({ ...row, ...next });
      changes.delete(id);
    }
  }
  const added = [...changes.values()].filter((row) => row !== null);
  return added.length > 0 ? [...added, ...kept] : kept;
}

/** A name belongs to one image: the engine tells only of the image that got it, so it is taken from the one that had it. */
export function withoutMovedTags(rows: ImageRow[], patches: RowPatch[]): ImageRow[] {
  const owner = new Map(patches.flatMap((patch) => (patch.kind === 'images' && patch.row ? patch.row.RepoTags.map((tag) => [tag, patch.id] as const) : [])));
  if (owner.size === 0) return rows;
  return rows.map((row) => {
    const left = (row.RepoTags ?? []).filter((tag) => (owner.get(tag) ?? row.Id) === row.Id);
    return left.length === (row.RepoTags ?? []).length ? row : { ...row, RepoTags: left };
  });
}
