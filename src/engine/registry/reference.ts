// Image references: `[domain/]path[:tag][@digest]`, Docker's short forms completed (`busybox` is `docker.io/library/busybox:latest`).
// Grammar and limits: distribution spec v1.1 "Pulling manifests", the distribution/reference package.
import type { Digest } from '../base/digest.ts';
import { InvalidParameter } from '../wire/errors.ts';

export interface Reference {
  /** host with optional port; `docker.io` for Docker Hub */
  domain: string;
  /** repository within the registry, e.g. `library/busybox` */
  path: string;
  tag?: string;
  digest?: Digest;
}

export const DEFAULT_DOMAIN = 'docker.io';
export const DEFAULT_TAG = 'latest';
const MAX_NAME = 255;
const DOMAIN = /^(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*|\[[0-9a-fA-F:]+\])(?::[0-9]+)?$/;
const PATH = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const TAG = /^\w[\w.-]{0,127}$/;

/** @throws InvalidParameter, with Docker's words */
export function parseReference(text: string): Reference {
  const invalid = (reason: string) => new InvalidParameter(`invalid reference format${reason}: ${JSON.stringify(text)}`);
  const at = text.indexOf('@');
  const digest = at < 0 ? undefined : text.slice(at + 1);
  if (digest !== undefined && !/^sha256:[0-9a-f]{64}$/.test(digest)) throw invalid('');
  let name = at < 0 ? text : text.slice(0, at);
  let tag: string | undefined;
  const colon = name.lastIndexOf(':');
  if (colon > name.lastIndexOf('/')) {
    tag = name.slice(colon + 1);
    name = name.slice(0, colon);
    if (!TAG.test(tag)) throw invalid('');
  }
  if (/^[0-9a-f]{64}$/.test(name)) throw new InvalidParameter(`invalid repository name (${name}), cannot specify 64-byte hexadecimal strings`);
  const slash = name.indexOf('/');
  const first = slash < 0 ? '' : name.slice(0, slash);
  const hasDomain = slash >= 0 && (/[.:]/.test(first) || first === 'localhost' || first.toLowerCase() !== first);
  let domain = hasDomain ? first : DEFAULT_DOMAIN;
  let path = hasDomain ? name.slice(slash + 1) : name;
  if (domain === 'index.docker.io') domain = DEFAULT_DOMAIN;
  if (domain === DEFAULT_DOMAIN && !path.includes('/')) path = `library/${path}`;
  if (!DOMAIN.test(domain)) throw invalid('');
  if (path.toLowerCase() !== path) throw new InvalidParameter(`invalid reference format: repository name (${path}) must be lowercase`);
  if (!PATH.test(path)) throw invalid('');
  if (domain.length + 1 + path.length > MAX_NAME) throw new InvalidParameter(`repository name must not be more than ${MAX_NAME} characters`);
  return { domain, path, ...(tag !== undefined && { tag }), ...(digest !== undefined && { digest: digest as Digest }) };
}

/** The reference with tag `latest` when it has neither tag nor digest. */
export function withDefaultTag(reference: Reference): Reference {
  return reference.tag === undefined && reference.digest === undefined ? { ...reference, tag: DEFAULT_TAG } : reference;
}

/** The reference with this tag, as the API's `repo` and `tag` parameters mean it. An empty tag changes nothing. @throws InvalidParameter */
export function withTag(reference: Reference, tag: string): Reference {
  if (tag === '') return reference;
  if (!TAG.test(tag)) throw new InvalidParameter(`invalid tag format: ${JSON.stringify(tag)}`);
  return { ...reference, tag };
}

/** Repository as users write it: without `docker.io/` and `library/`. */
export function familiarName({ domain, path }: Reference): string {
  if (domain !== DEFAULT_DOMAIN) return `${domain}/${path}`;
  return /^library\/[^/]+$/.test(path) ? path.slice('library/'.length) : path;
}

export function familiar(reference: Reference): string {
  return `${familiarName(reference)}${suffix(reference)}`;
}

/** The complete form, which names one thing only. */
export function canonical(reference: Reference): string {
  return `${reference.domain}/${reference.path}${suffix(reference)}`;
}

const suffix = ({ tag, digest }: Reference): string => `${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`;
