// Registry passwords where the docker command line keeps them: `config.json` with `auths`, `credsStore` and `credHelpers`
// (docker/cli, cli/config/configfile/file.go). Helpers are programs `docker-credential-NAME get|store|erase` that speak JSON on stdin
// and stdout (docker/docker-credential-helpers, README). Nothing here is ever logged.
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { dirname } from 'node:path';
import { System } from '../../engine/wire/errors.ts';

export interface Credentials { username: string; password: string; identityToken?: string }

export interface CredentialStore {
  /** Who is logged in where, without asking helpers for passwords. */
  known(): Promise<{ address: string; user?: string; keptIn: string }[]>;
  get(address: string): Promise<Credentials | undefined>;
  /** @returns where it is kept now */
  set(address: string, credentials: Credentials): Promise<string>;
  delete(address: string): Promise<void>;
}

/** Runs `docker-credential-NAME VERB` with `input` on stdin; undefined when it says there are none. @throws System */
export type RunHelper = (name: string, verb: 'get' | 'store' | 'erase', input: string) => Promise<string | undefined>;

interface ConfigFile {
  auths?: Record<string, { auth?: string; username?: string; password?: string; identitytoken?: string }>;
  credsStore?: string;
  credHelpers?: Record<string, string>;
  [other: string]: unknown;
}

const HUB_KEY = 'https://index.docker.io/v1/';
/** A user name of `<token>` means: the secret is an identity token (docker-credential-helpers). */
const TOKEN_USER = '<token>';

export function openCredentials(path: string, runHelper: RunHelper): CredentialStore {
  const helperOf = (config: ConfigFile, key: string) => config.credHelpers?.[addressOf(key)] ?? config.credHelpers?.[key] ?? config.credsStore;
  const keyOf = (config: ConfigFile, address: string) => Object.keys(config.auths ?? {}).find((key) => addressOf(key) === address) ?? (address === 'docker.io' ? HUB_KEY : address);
  return {
    async known() {
      const config = await load(path);
      const keys = new Set([...Object.keys(config.auths ?? {}), ...Object.keys(config.credHelpers ?? {})]);
      return [...keys].map((key) => {
        const user = decode(config.auths?.[key])?.username;
        return { address: addressOf(key), keptIn: helperOf(config, key) ?? 'file', ...(user ? { user } : {}) };
      });
    },
    async get(address) {
      const config = await load(path);
      const key = keyOf(config, address);
      const helper = helperOf(config, key);
      if (!helper) return decode(config.auths?.[key]);
      const said = await runHelper(helper, 'get', key);
      if (said === undefined) return undefined;
      const { Username = '', Secret = '' } = JSON.parse(said) as { Username?: string; Secret?: string };
      return Username === TOKEN_USER ? { username: '', password: '', identityToken: Secret } : { username: Username, password: Secret };
    },
    async set(address, { username, password }) {
      const config = await load(path);
      const key = keyOf(config, address);
      const helper = helperOf(config, key);
      if (helper) await runHelper(helper, 'store', JSON.stringify({ ServerURL: key, Username: username, Secret: password }));
      const entry = helper ? {} : { auth: Buffer.from(`${username}:${password}`).toString('base64') };
      await save(path, { ...config, auths: { ...config.auths, [key]: entry } });
      return helper ?? 'file';
    },
    async delete(address) {
      const config = await load(path);
      const key = keyOf(config, address);
      const helper = helperOf(config, key);
      if (helper) await runHelper(helper, 'erase', key);
      const { [key]: _gone, ...auths } = config.auths ?? {};
      await save(path, { ...config, auths });
    },
  };
}

/** `https://index.docker.io/v1/` and `https://host:5000/v2/` as the address people type. */
export function addressOf(key: string): string {
  const host = key.replace(/^https?:\/\//, '').replace(/\/.*$/, '');
  return ['index.docker.io', 'registry-1.docker.io', 'docker.io'].includes(host) ? 'docker.io' : host;
}

function decode(entry: NonNullable<ConfigFile['auths']>[string] | undefined): Credentials | undefined {
  if (!entry) return undefined;
  if (entry.identitytoken) return { username: '', password: '', identityToken: entry.identitytoken };
  const plain = entry.auth ? Buffer.from(entry.auth, 'base64').toString('utf8') : entry.username ? `${entry.username}:${entry.password ?? ''}` : '';
  const colon = plain.indexOf(':');
  return colon < 1 ? undefined : { username: plain.slice(0, colon), password: plain.slice(colon + 1) };
}

async function load(path: string): Promise<ConfigFile> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
  try {
    return JSON.parse(text) as ConfigFile;
  } catch {
    throw new System(`the Docker configuration ${path} is not JSON`); // without a cause: a parse error quotes the text, passwords included
  }
}

async function save(path: string, config: ConfigFile): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = `${path}.${randomBytes(4).toString('hex')}`;
  await using file = await open(temporary, 'wx', 0o600);
  await file.writeFile(`${JSON.stringify(config, null, '\t')}\n`);
  await file.datasync();
  await rename(temporary, path);
}
