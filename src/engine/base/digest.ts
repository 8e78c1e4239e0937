// Content digests `sha256:<64 hex>` (OCI image-spec, descriptor.md, "Digests") and chain ids (config.md, "Layer ChainID").
import { createHash } from 'node:crypto';
import { InvalidParameter } from '../wire/errors.ts';

export type Digest = `sha256:${string}`;
/** Names a stack of layers: ChainID(L0)=DiffID(L0); ChainID(L0..n)=sha256(ChainID(L0..n-1) + " " + DiffID(Ln)). */
export type ChainId = string & { readonly __brand: 'ChainId' };

const FORM = /^sha256:[0-9a-f]{64}$/;

export function isDigest(text: string): text is Digest {
  return FORM.test(text);
}

/** @throws InvalidParameter when the text is no sha256 digest */
export function parseDigest(text: string): Digest {
  if (!isDigest(text)) throw new InvalidParameter(`invalid digest: ${JSON.stringify(text)}`);
  return text as Digest;
}

export function digestOf(data: Uint8Array | string): Digest {
  return `sha256:${createHash('sha256').update(data).digest('hex')}`;
}

/** The 64 hex digits, fit for a file name. */
export function hexOf(digest: Digest | ChainId): string {
  return digest.slice('sha256:'.length);
}

/** Chain ids of a stack of diff ids, lowest first; the last one names the whole stack. */
export function chainIds(diffIds: readonly Digest[]): ChainId[] {
  const chain: ChainId[] = [];
  for (const diffId of diffIds) {
    const parent = chain.at(-1);
    chain.push((parent === undefined ? diffId : digestOf(`${parent} ${diffId}`)) as string as ChainId);
  }
  return chain;
}
