// What an image is called.
import type { ImageRow } from '../../main/contract/images.ts';
import type { HostRow } from '../queries.ts';
import { shortId } from '../ui/format.ts';

export type Image = HostRow<ImageRow>;

/** Real tags: engines write `<none>:<none>` for none. */
export function tagsOf(row: ImageRow): string[] {
  return (row.RepoTags ?? []).filter((tag) => !tag.startsWith('<none>'));
}

export function imageName(image: Image): string {
  return tagsOf(image.row)[0] ?? shortId(image.row.Id);
}
