// What an image is called, and whether something uses it.
import type { ContainerRow } from '../../main/contract/containers.ts';
import type { ImageRow } from '../../main/contract/images.ts';
import type { HostRow } from '../queries.ts';
import { shortId } from '../ui/format.ts';

export interface Image extends HostRow<ImageRow> {
  /** containers made from it, on its host */
  usedBy: HostRow<ContainerRow>[];
  /** undefined until the layer map is read */
  sharedBytes?: number;
}

/** Real tags: engines write `<none>:<none>` for none. Those without a registry come first: rather the name a person uses than where a copy is. */
export function tagsOf(row: Pick<ImageRow, 'RepoTags'>): string[] {
  return (row.RepoTags ?? []).filter((tag) => !tag.startsWith('<none>')).toSorted((a, b) => Number(hasRegistry(a)) - Number(hasRegistry(b)));
}

/** `host.example/team/web:1`, `localhost:5000/web:1`; not `team/web:1`. */
const hasRegistry = (tag: string): boolean => /^(localhost|[^/]*[.:][^/]*)\//.test(tag);

export function imageName(image: Pick<Image, 'row'>): string {
  return tagsOf(image.row)[0] ?? shortId(image.row.Id);
}

export function isDangling(image: Pick<Image, 'row'>): boolean {
  return tagsOf(image.row).length === 0;
}

/** Rows with what the containers of their host tell about them. */
export function withUse(images: HostRow<ImageRow>[], containers: HostRow<ContainerRow>[]): Image[] {
  const users = Map.groupBy(containers, (container) => `${container.host.id}/${container.row.ImageID}`);
  return images.map((image) => ({ ...image, usedBy: users.get(image.key) ?? [], ...(image.row.SharedSize >= 0 ? { sharedBytes: image.row.SharedSize } : {}) }));
}

export const FILTERS = ['all', 'used', 'unused', 'dangling'] as const;
export type ImageFilter = (typeof FILTERS)[number];

export function fits(image: Image, filter: ImageFilter): boolean {
  switch (filter) {
    case 'all': return true;
    case 'used': return image.usedBy.length > 0;
    case 'unused': return image.usedBy.length === 0;
    case 'dangling': return isDangling(image);
  }
}
