// A list row of an image made from its inspect answer: what lets one event patch one row.
import type { ImageDetail, ImageRow } from '../contract/images.ts';

export function imageRow(detail: ImageDetail): ImageRow {
  return {
    Id: detail.Id,
    ParentId: detail.Parent ?? '',
    RepoTags: detail.RepoTags ?? [],
    RepoDigests: detail.RepoDigests ?? [],
    Created: detail.Created ? Math.floor(Date.parse(detail.Created) / 1000) : 0,
    Size: detail.Size,
    SharedSize: -1,
    Labels: detail.Config?.Labels ?? null,
    Containers: -1,
  };
}
