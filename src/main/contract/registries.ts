// Registries: where images come from. Browsing goes through an engine, because the engine's network is the one that matters.
import { oc, type } from '@orpc/contract';
import { z } from 'zod';

export interface RegistryRow {
  /** `host[:port]`, `docker.io` for Docker Hub */
  address: string;
  /** who is logged in, from the Docker configuration */
  user?: string;
  /** where the password is: a credential helper's name, or `file` */
  keptIn?: string;
}

export interface RemotePlatform {
  platform: { os: string; architecture: string; variant?: string };
  digest: string;
  mediaType: string;
  /** what a pull transfers */
  compressedBytes: number;
  layers: { digest: string; mediaType: string; sizeBytes: number }[];
  config: {
    created?: string;
    author?: string;
    config?: { Env?: string[]; Cmd?: string[]; Entrypoint?: string[]; WorkingDir?: string; User?: string; ExposedPorts?: Record<string, unknown>; Labels?: Record<string, string> };
    history?: { created_by?: string; empty_layer?: boolean }[];
    rootfs?: { diff_ids?: string[] };
  };
}

export interface RemoteImage { reference: string; digest: string; mediaType: string; platforms: RemotePlatform[] }

const address = z.string().regex(/^([\w.-]+|\[[0-9a-fA-F:]+\])(:\d{1,5})?$/);
const at = z.object({ host: z.string(), address });

export const registriesContract = {
  list: oc.output(type<RegistryRow[]>()),
  add: oc.input(z.object({ address })).output(type<void>()),
  /** Forgets the registry and, when somebody is logged in there, the password. */
  remove: oc.input(z.object({ address })).output(type<void>()),
  test: oc.input(at).output(type<void>()),
  /** Tries the password at the registry, then keeps it where docker keeps it. */
  login: oc.input(at.extend({ username: z.string().min(1), password: z.string().min(1) })).output(type<{ keptIn: string }>()),
  logout: oc.input(z.object({ address })).output(type<void>()),
  repositories: oc.input(at.extend({ filter: z.string().optional() })).output(type<{ repositories: string[]; isCut: boolean }>()),
  tags: oc.input(at.extend({ repository: z.string().min(1) })).output(type<{ name: string; tags: string[] }>()),
  image: oc.input(at.extend({ repository: z.string().min(1), tag: z.string().min(1) })).output(type<RemoteImage>()),
};
