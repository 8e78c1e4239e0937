// Bases of stages: an image by reference, pulled when it is missing (or when `pull` asks), checked against the platform.
import type { Log } from '../base/log.ts';
import { singleFlight } from '../base/locks.ts';
import type { Image, Images } from '../needs.ts';
import { EngineError, InvalidParameter, NotFound } from '../wire/errors.ts';
import { parsePlatform, platformText, samePlatform, type Platform } from './platform.ts';

export interface BaseImages {
  /** @throws NotFound, InvalidParameter when the platform does not fit */
  get(reference: string, platform: Platform, progress: (message: unknown) => void): Promise<Image>;
}

export interface BaseImageOptions {
  images: Images;
  host: Platform;
  alwaysPull: boolean;
  /** X-Registry-Config: base64url JSON of registry -> credentials */
  registryConfig: string | undefined;
  log: Log;
  signal: AbortSignal;
}

export function baseImages({ images, host, alwaysPull, registryConfig, log, signal }: BaseImageOptions): BaseImages {
  const flight = singleFlight<Image>();
  const pulled = new Set<string>();

  const local = (reference: string): Image | undefined => {
    try {
      return images.resolve(reference);
    } catch (error) {
      if (error instanceof NotFound) return undefined;
      throw error;
    }
  };
  const pull = async (reference: string, platform: Platform, progress: (message: unknown) => void): Promise<Image> => {
    const auth = credentialsFor(reference, registryConfig);
    const options = { signal, ...(samePlatform(platform, host) ? {} : { platform: platformText(platform) }), ...(auth === undefined ? {} : { registryAuth: auth }) };
    for await (const message of images.pull(withTag(reference), options)) {
      const failure = (message as { error?: string }).error;
      if (failure !== undefined) throw new NotFound(failure);
      progress(message);
    }
    pulled.add(reference);
    return images.resolve(reference);
  };
  const find = async (reference: string, platform: Platform, progress: (message: unknown) => void): Promise<Image> => {
    const here = local(reference);
    const fits = here !== undefined && samePlatform(platformOf(here), platform);
    if (fits && (!alwaysPull || pulled.has(reference))) return here;
    try {
      const image = await pull(reference, platform, progress);
      if (!samePlatform(platformOf(image), platform)) throw new InvalidParameter(`image with reference ${reference} was found but does not match the specified platform: wanted ${platformText(platform)}, actual: ${platformText(platformOf(image))}`);
      return image;
    } catch (error) {
      signal.throwIfAborted();
      if (fits) { // made here, or pulled before: --pull is a wish
        log.warn('base image could not be pulled, the local one is used', { reference, error });
        progress({ status: `${reference} could not be pulled (${error instanceof EngineError ? error.message : 'no answer'}), using the local image` });
        return here;
      }
      if (here !== undefined) throw new InvalidParameter(`image with reference ${reference} was found but does not match the specified platform: wanted ${platformText(platform)}, actual: ${platformText(platformOf(here))}`);
      throw error;
    }
  };
  return { get: (reference, platform, progress) => flight(`${reference} ${platformText(platform)}`, () => find(reference, platform, progress)) };
}

export function platformOf({ config }: Pick<Image, 'config'>): Platform {
  const text = [config.os || 'linux', config.architecture || 'amd64', config.variant].filter(Boolean).join('/');
  return parsePlatform(text, { os: 'linux', architecture: config.architecture }) ?? { os: config.os, architecture: config.architecture };
}

const withTag = (reference: string): string => (/[:@][^/]*$/.test(reference) ? reference : `${reference}:latest`);

/** The X-Registry-Auth of a reference's registry. */
function credentialsFor(reference: string, config: string | undefined): string | undefined {
  if (config === undefined) return undefined;
  const first = reference.split('/', 1)[0] as string;
  const isHost = reference.includes('/') && /[.:]|^localhost$/.test(first);
  const host = isHost ? first : 'docker.io';
  let known: Record<string, unknown>;
  try {
    known = JSON.parse(Buffer.from(config, 'base64url').toString('utf8')) as Record<string, unknown>;
  } catch {
    throw new InvalidParameter('the header X-Registry-Config is not base64url JSON'); // no cause: its text would quote a password
  }
  const entry = known[host] ?? (host === 'docker.io' ? known['https://index.docker.io/v1/'] : known[`https://${host}`]);
  return entry === undefined ? undefined : Buffer.from(JSON.stringify(entry)).toString('base64url');
}
