// Clients for every registry, with the engine's settings: mirrors, insecure hosts, stored credentials. `registries.json` in the data root.
import { isLoopback, createTransport } from './transport.ts';
import { apiHost, createRegistryClient, type RegistryClient } from './client.ts';
import type { Credentials } from './auth.ts';
import { readJson, writeJson } from '../base/json-file.ts';

export interface RegistrySettings {
  /** by domain: hosts to ask first for pulls, `host[:port]` */
  mirrors: Record<string, string[]>;
  /** hosts that may be spoken to by http or with any certificate, besides loopback */
  insecure: string[];
}

export interface Registries extends Disposable {
  settings(): RegistrySettings;
  change(settings: RegistrySettings): Promise<void>;
  /** A client of the registry itself. Without credentials the stored ones are used. */
  client(domain: string, credentials?: Credentials): Promise<RegistryClient>;
  /** Clients to pull from, mirrors first. */
  sources(domain: string, credentials?: Credentials): Promise<RegistryClient[]>;
}

export interface RegistriesOptions {
  file: string;
  proxyEnv: Record<string, string | undefined>;
  certFolders: readonly string[];
  /** credentials that this machine keeps for a domain */
  stored: (domain: string) => Promise<Credentials | undefined>;
}

export async function openRegistries({ file, proxyEnv, certFolders, stored }: RegistriesOptions): Promise<Registries> {
  let settings: RegistrySettings = { mirrors: {}, insecure: [], ...(await readJson<Partial<RegistrySettings>>(file)) };
  const make = () => createTransport({ proxyEnv, certFolders, insecure: (host) => isLoopback(host) || settings.insecure.includes(host) });
  let transport = make();
  return {
    settings: () => settings,
    async change(wanted) {
      await writeJson(file, wanted);
      settings = wanted;
      transport[Symbol.dispose]();
      transport = make();
    },
    client: async (domain, credentials) => createRegistryClient(transport, apiHost(domain), credentials ?? (await stored(domain))),
    async sources(domain, credentials) {
      const known = credentials ?? (await stored(domain));
      const mirrors = (settings.mirrors[domain] ?? []).map((host) => createRegistryClient(transport, host, undefined));
      return [...mirrors, createRegistryClient(transport, apiHost(domain), known)];
    },
    [Symbol.dispose]: () => transport[Symbol.dispose](),
  };
}
