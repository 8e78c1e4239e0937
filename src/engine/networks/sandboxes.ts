// Who is where: the sandboxes of running containers, in memory and one JSON file each in the run root.
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readJson, writeJson } from '../base/json-file.ts';
import { bareAddress, type Sandbox } from './record.ts';

export interface Sandboxes {
  get(containerId: string): Sandbox | undefined;
  values(): Iterable<Sandbox>;
  /** In memory at once, so that the next plan sees it; on disk with `save`. */
  put(sandbox: Sandbox): void;
  save(sandbox: Sandbox): Promise<void>;
  remove(containerId: string): Promise<void>;
  /** address -> container name */
  taken(networkId: string): ReadonlyMap<string, string>;
  /** addresses whose last owner left a moment ago: neighbours may still think of him */
  resting(): ReadonlySet<string>;
  rest(sandbox: Sandbox): void;
}

const REST_MS = 1000;

export async function openSandboxes(folder: string): Promise<Sandboxes> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const byContainer = new Map<string, Sandbox>();
  for (const name of (await readdir(folder)).filter((file) => file.endsWith('.json'))) {
    const sandbox = await readJson<Sandbox>(join(folder, name));
    if (sandbox) byContainer.set(sandbox.containerId, sandbox);
  }
  const left = new Map<string, number>();
  const fileOf = (containerId: string) => join(folder, `${containerId}.json`);
  return {
    get: (containerId) => byContainer.get(containerId),
    values: () => byContainer.values(),
    put: (sandbox) => void byContainer.set(sandbox.containerId, sandbox),
    async save(sandbox) {
      byContainer.set(sandbox.containerId, sandbox);
      await writeJson(fileOf(sandbox.containerId), sandbox, { fsync: false });
    },
    async remove(containerId) {
      byContainer.delete(containerId);
      await rm(fileOf(containerId), { force: true });
    },
    taken: (networkId) => new Map([...byContainer.values()].flatMap((sandbox) =>
      sandbox.endpoints.filter((endpoint) => endpoint.networkId === networkId)
        .flatMap((endpoint) => [endpoint.ipv4, endpoint.ipv6].filter((text) => text !== null).map((text) => [bareAddress(text), sandbox.containerName] as const)))),
    resting() {
      const now = Date.now();
      for (const [address, until] of left) if (until < now) left.delete(address);
      return new Set(left.keys());
    },
    rest(sandbox) {
      const until = Date.now() + REST_MS;
      for (const { ipv4, ipv6 } of sandbox.endpoints) {
        for (const text of [ipv4, ipv6]) if (text !== null) left.set(bareAddress(text), until);
      }
    },
  };
}
