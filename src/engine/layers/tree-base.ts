// Which layers come from which other image: two images share a layer when their stacks are equal from the bottom up to it.
// Told by diff ids (the digest of the uncompressed layer), which are the same however a registry compressed the layer.

export interface KnownImage { names: string[]; diffIds: readonly string[] }

export interface LayerOrigin {
  /** the smallest known image that ends at or above this layer and is a proper part of this one: "from debian:12" */
  base?: string;
  /** names of known images that hold this layer in the same place of the same stack */
  sharedWith: string[];
}

/**
 * Origins of the layers of an image.
 * @param known other images; the image itself may be among them and is skipped by its equal stack
 * @param ownNames names of the image: an older build of the same repository shares layers, but is not what it was built on
 */
export function recogniseBase(diffIds: readonly string[], known: readonly KnownImage[], ownNames: readonly string[] = []): LayerOrigin[] {
  const own = new Set(ownNames.map(repositoryOf));
  const origins: LayerOrigin[] = diffIds.map(() => ({ sharedWith: [] }));
  const bases: { length: number; name: string }[] = [];
  for (const image of known) {
    let shared = 0;
    while (shared < diffIds.length && image.diffIds[shared] === diffIds[shared]) shared++;
    if (shared === 0 || (shared === diffIds.length && shared === image.diffIds.length)) continue;
    for (const origin of origins.slice(0, shared)) origin.sharedWith.push(...image.names);
    const name = image.names.find((candidate) => !own.has(repositoryOf(candidate)));
    if (shared === image.diffIds.length && name !== undefined) bases.push({ length: shared, name });
  }
  bases.sort((a, b) => a.length - b.length || (a.name < b.name ? -1 : 1));
  for (const [index, origin] of origins.entries()) {
    const base = bases.find((candidate) => candidate.length > index);
    if (base !== undefined) origin.base = base.name;
  }
  return origins;
}

/** "host:5000/a/b" of "host:5000/a/b:tag" or "…@sha256:…". */
function repositoryOf(name: string): string {
  return name.replace(/@.*$/, '').replace(/:[^/:]*$/, '');
}
