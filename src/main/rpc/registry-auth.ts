// The X-Registry-Auth header of a call that reaches a registry (Engine API v1.47, "Authentication": base64url of JSON).
import type { CredentialStore } from '../registries/docker-config.ts';
import { addressOf } from '../registries/docker-config.ts';

/** Which registry an image name means (distribution/reference: the first part is a host when it looks like one). */
export function registryOf(reference: string): string {
  const first = reference.split('/')[0] ?? '';
  const isHost = reference.includes('/') && (/[.:]/.test(first) || first === 'localhost');
  return isHost ? addressOf(first) : 'docker.io';
}

export async function authHeaders(store: CredentialStore, address: string): Promise<Record<string, string>> {
  const found = await store.get(address);
  const body = found ? { username: found.username, password: found.password, serveraddress: address, ...(found.identityToken ? { identitytoken: found.identityToken } : {}) } : {};
  return { 'x-registry-auth': Buffer.from(JSON.stringify(body)).toString('base64url') };
}
