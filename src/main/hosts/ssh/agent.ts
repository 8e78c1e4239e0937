// ssh-agent with a time limit, and one key dressed as an agent.
// ssh2 asks the server about an agent's key before it asks the agent to sign; giving it every key, files too, as an agent
// of one means a passphrase is asked for only when the server would take that key, and each key's fate is seen by itself.

import ssh2, { type BaseAgent as BaseAgentType, type ParsedKey } from 'ssh2';

const LIST_TIMEOUT_MS = 5_000;
/** Long: a hardware key waits for a touch, an agent may show its own dialog. */
const SIGN_TIMEOUT_MS = 60_000;

type Sign = (data: Buffer, hash: string | undefined) => Promise<Buffer>;

/** Keys the agent at `socketPath` holds. @throws Error when it cannot be reached or does not answer in 5 s */
export function listAgentKeys(socketPath: string, timeoutMs = LIST_TIMEOUT_MS): Promise<ParsedKey[]> {
  return withTimeout(timeoutMs, 'the ssh agent does not answer', (resolve, reject) => {
    new ssh2.OpenSSHAgent(socketPath).getIdentities((error, keys) => {
      if (error) reject(error);
      else resolve((keys ?? []) as ParsedKey[]);
    });
  });
}

/** Let the agent sign with one of its keys. */
export function agentSign(socketPath: string, key: ParsedKey): Sign {
  return (data, hash) => withTimeout(SIGN_TIMEOUT_MS, 'the ssh agent does not sign', (resolve, reject) => {
    const options = hash === undefined ? {} : { hash: hash as 'sha256' };
    new ssh2.OpenSSHAgent(socketPath).sign(key, data, options, (error, signature) => {
      if (error || !signature) reject(error ?? new Error('the ssh agent gave no signature'));
      else resolve(signature as Buffer);
    });
  });
}

/** An agent that holds exactly one key. */
export function agentOfOne(publicKey: ParsedKey, sign: Sign): BaseAgentType {
  class OneKey extends ssh2.BaseAgent<ParsedKey> {
    override getIdentities(done: (error: Error | undefined, keys?: ParsedKey[]) => void): void {
      done(undefined, [publicKey]);
    }
    override sign(_key: ParsedKey, data: Buffer, options: unknown, done?: unknown): void {
      const reply = (typeof options === 'function' ? options : done) as (error: Error | undefined, signature?: Buffer) => void;
      const hash = typeof options === 'object' ? (options as { hash?: string }).hash : undefined;
      sign(data, hash).then((signature) => reply(undefined, signature), (error: unknown) => reply(error as Error));
    }
  }
  return new OneKey() as unknown as BaseAgentType;
}

function withTimeout<T>(ms: number, what: string, start: (resolve: (value: T) => void, reject: (error: Error) => void) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${what} within ${ms / 1000} s`)), ms);
    start((value) => { clearTimeout(timer); resolve(value); }, (error) => { clearTimeout(timer); reject(error); });
  });
}
