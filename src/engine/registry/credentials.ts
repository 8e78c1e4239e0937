// Credentials that this machine keeps, as the docker CLI keeps them: `auths`, `credsStore`, `credHelpers` of config.json.
// Helpers are programs `docker-credential-NAME get|store|erase` that speak JSON over stdin and stdout
// (docker-credential-helpers). Nothing of them is ever logged.
import { readJson, writeJson } from '../base/json-file.ts';
import { run } from '../tools/run.ts';
import { InvalidParameter, System } from '../wire/errors.ts';
import type { Credentials } from './auth.ts';
import { DEFAULT_DOMAIN } from './reference.ts';

interface DockerConfig {
  auths?: Record<string, { auth?: string; identitytoken?: string; registrytoken?: string }>;
  credsStore?: string;
  credHelpers?: Record<string, string>;
  [other: string]: unknown;
}

export interface CredentialStore {
  /** @returns undefined when none are kept */
  get(domain: string): Promise<Credentials | undefined>;
  store(domain: string, credentials: Credentials): Promise<void>;
  erase(domain: string): Promise<void>;
  /** Domains with credentials, never the credentials. */
  list(): Promise<{ domain: string; where: string }[]>;
}

const HUB_KEY = 'https://index.docker.io/v1/';
const HELPER_NAME = /^[\w.-]+$/;
const TIMEOUT_MS = 30_000;

/** @param file Docker's config.json; missing counts as empty */
export function openCredentials(file: string): CredentialStore {
  const read = async (): Promise<DockerConfig> => (await readJson<DockerConfig>(file)) ?? {};
  const keyOf = (domain: string) => (domain === DEFAULT_DOMAIN ? HUB_KEY : domain);
  const helperOf = (config: DockerConfig, domain: string) => config.credHelpers?.[keyOf(domain)] ?? config.credHelpers?.[domain] ?? (config.credsStore || undefined);

  return {
    async get(domain) {
      const config = await read();
      const helper = helperOf(config, domain);
      if (helper !== undefined) return fromHelper(helper, keyOf(domain));
      const entry = Object.entries(config.auths ?? {}).find(([key]) => domainOf(key) === domain)?.[1];
      if (entry === undefined || (!entry.auth && !entry.identitytoken && !entry.registrytoken)) return undefined;
      return { ...(entry.auth && { auth: entry.auth }), ...(entry.identitytoken && { identitytoken: entry.identitytoken }), ...(entry.registrytoken && { registrytoken: entry.registrytoken }) };
    },
    async store(domain, { username = '', password = '', identitytoken }) {
      const config = await read();
      const helper = helperOf(config, domain);
      const key = keyOf(domain);
      if (helper !== undefined) {
        await ask(helper, 'store', JSON.stringify({ ServerURL: key, Username: identitytoken ? '<token>' : username, Secret: identitytoken ?? password }));
        config.auths = { ...config.auths, [key]: {} };
      } else {
        config.auths = { ...config.auths, [key]: { auth: Buffer.from(`${username}:${password}`).toString('base64'), ...(identitytoken && { identitytoken }) } };
      }
      await writeJson(file, config, { mode: 0o600 });
    },
    async erase(domain) {
      const config = await read();
      const helper = helperOf(config, domain);
      if (helper !== undefined) await ask(helper, 'erase', keyOf(domain));
      const auths = Object.fromEntries(Object.entries(config.auths ?? {}).filter(([key]) => domainOf(key) !== domain));
      await writeJson(file, { ...config, auths }, { mode: 0o600 });
    },
    async list() {
      const config = await read();
      const domains = new Set([...Object.keys(config.auths ?? {}), ...Object.keys(config.credHelpers ?? {})].map(domainOf));
      return [...domains].sort().map((domain) => ({ domain, where: helperOf(config, domain) ?? 'config' }));
    },
  };
}

/** Keys are domains, or URLs as old clients wrote them. */
function domainOf(key: string): string {
  const host = key.replace(/^https?:\/\//, '').replace(/\/.*$/, '');
  return host === 'index.docker.io' || host === 'registry-1.docker.io' ? DEFAULT_DOMAIN : host;
}

async function fromHelper(helper: string, key: string): Promise<Credentials | undefined> {
  const text = await ask(helper, 'get', key).catch((error: unknown) => {
    if (/credentials not found/i.test((error as Error).message)) return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  const { Username, Secret } = JSON.parse(text) as { Username?: string; Secret?: string };
  if (!Secret) return undefined;
  return Username === '<token>' ? { identitytoken: Secret } : { username: Username ?? '', password: Secret };
}

async function ask(helper: string, action: 'get' | 'store' | 'erase', input: string): Promise<string> {
  if (!HELPER_NAME.test(helper)) throw new InvalidParameter(`invalid credential helper ${JSON.stringify(helper)}`);
  try {
    const { stdout, exitCode } = await run([`docker-credential-${helper}`, action], { input, signal: AbortSignal.timeout(TIMEOUT_MS), accept: [0, 1] });
    if (exitCode !== 0) throw new Error(/credentials not found/i.test(stdout) ? 'credentials not found' : 'exit code 1'); // its output may hold secrets
    return stdout;
  } catch (error) {
    throw new System(`credential helper ${helper} failed to ${action}: ${error instanceof Error && /not found|exit code/.test(error.message) ? error.message.split('\n')[0] : 'it could not run'}`);
  }
}
