// Decides about the key a server shows: known, to be asked about, or refused. A changed key has no way through.

import { fingerprint, keyTypeOf, randomArt } from '../known-hosts-fingerprint.ts';
import { appendKnownHost, checkHostKey, knownHostName, knownKeyTypes, readKnownHosts, type KnownHostLine } from '../known-hosts.ts';
import type { SshTarget } from '../ssh-target.ts';
import { ConnectionProblem } from './problem.ts';
import type { Answer, Question } from './questions.ts';

export interface HostKeyDecision {
  target: SshTarget;
  lines: KnownHostLine[];
  ask: ((question: Question) => Promise<Answer | undefined>) | undefined;
}

/** ssh2's names; RSA keys come with three signature algorithms, SHA-1 last (RFC 8332). */
const ALGORITHMS: [type: string, names: string[]][] = [
  ['ssh-ed25519', ['ssh-ed25519']],
  ['ecdsa-sha2-nistp256', ['ecdsa-sha2-nistp256']],
  ['ecdsa-sha2-nistp384', ['ecdsa-sha2-nistp384']],
  ['ecdsa-sha2-nistp521', ['ecdsa-sha2-nistp521']],
  ['ssh-rsa', ['rsa-sha2-512', 'rsa-sha2-256', 'ssh-rsa']],
];

/** Records about hosts, for one login. @throws ConnectionProblem known-hosts-unreadable */
export async function hostKeyRecords(target: SshTarget, signal: AbortSignal): Promise<KnownHostLine[]> {
  try {
    return await readKnownHosts(target.knownHostsFiles, { signal });
  } catch (error) {
    signal.throwIfAborted();
    throw new ConnectionProblem('known-hosts-unreadable', { why: (error as Error).message }, { cause: error });
  }
}

/** Host key algorithms in the order to ask for: recorded types first, so a recorded key is what the server shows. */
export function hostKeyAlgorithms(target: SshTarget, lines: KnownHostLine[]): string[] {
  const known = new Set(knownKeyTypes(lines, recordName(target)));
  const order = [...ALGORITHMS.filter(([type]) => known.has(type)), ...ALGORITHMS.filter(([type]) => !known.has(type))];
  return order.flatMap(([, names]) => names);
}

/** Resolves when the key may be used. @throws ConnectionProblem of step host-key, or auth-cancelled */
export async function decideHostKey({ target, lines, ask }: HostKeyDecision, key: Buffer): Promise<void> {
  const name = recordName(target);
  const verdict = checkHostKey(lines, name, key);
  const params = { host: target.name, name, fingerprint: `${keyTypeOf(key)} ${fingerprint(key)}` };
  switch (verdict.status) {
    case 'known':
      return;
    case 'revoked':
      throw new ConnectionProblem('host-key-revoked', { ...params, where: `${verdict.line.file}:${verdict.line.line}` });
    case 'changed':
      throw new ConnectionProblem('host-key-changed', { ...params, where: verdict.lines.map((line) => `${line.file}:${line.line} (${line.keyType} ${fingerprint(line.key)})`).join(', ') });
    case 'unknown': {
      if (target.strictHostKeyChecking === 'yes' || (!ask && target.strictHostKeyChecking === 'ask')) throw new ConnectionProblem('host-key-unknown', params);
      if (target.strictHostKeyChecking === 'ask') {
        const answer = await ask!({
          kind: 'host-key', host: target.hostName, port: target.port, keyType: keyTypeOf(key), fingerprint: fingerprint(key), art: randomArt(key), authority: verdict.authority,
        });
        if (!answer?.accept) throw new ConnectionProblem('host-key-unknown', params);
      }
      await record(target, name, key);
    }
  }
}

function recordName(target: SshTarget): string {
  return target.hostKeyAlias ? target.hostKeyAlias.toLowerCase() : knownHostName(target.hostName, target.port);
}

async function record(target: SshTarget, name: string, key: Buffer): Promise<void> {
  const file = target.knownHostsFiles[0];
  if (!file || file === '/dev/null') return;
  try {
    await appendKnownHost(file, name, key, target.hashKnownHosts);
  } catch (error) {
    throw new ConnectionProblem('known-hosts-unreadable', { why: (error as Error).message }, { cause: error });
  }
}
