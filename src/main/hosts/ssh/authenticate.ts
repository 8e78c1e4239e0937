// The order in which ways to log in are tried, and what became of each.
// Order of ssh(1): publickey (agent's keys that IdentityFile names, files, the agent's other keys), keyboard-interactive,
// password. The server counts each offered key against MaxAuthTries (6), so nothing is offered twice.

import type { AnyAuthMethod, ParsedKey } from 'ssh2';
import type { SshTarget } from '../ssh-target.ts';
import { fingerprint } from '../known-hosts-fingerprint.ts';
import { agentOfOne, agentSign, listAgentKeys } from './agent.ts';
import { CERTIFICATE_HASH, certifiedKey, invalidity, readCertificate, type Certificate } from './certificate.ts';
import { readKeyFile, readPublicKey, unlockKey, type KeyFile } from './key-file.ts';
import { ConnectionProblem } from './problem.ts';
import type { Answer, Question, SecretStore } from './questions.ts';

/** One line of the doctor's report. */
export interface AuthAttempt {
  method: 'publickey' | 'keyboard-interactive' | 'password';
  /** Key file or agent key with its fingerprint; empty for the other methods. */
  what: string;
  result: 'trying' | 'refused' | 'skipped' | 'accepted';
  why?: string;
}

export interface AuthDependencies {
  target: SshTarget;
  secrets: SecretStore & { keep(name: string, value: string): Promise<void> };
  /** Undefined when nobody can be asked (a reconnect in the background). */
  ask: ((question: Question) => Promise<Answer | undefined>) | undefined;
  /** A person said no: end the whole login. */
  cancel(problem: ConnectionProblem): void;
}

export interface Authenticator {
  attempts: AuthAttempt[];
  /** Methods the server named last. */
  allowed: string[];
  /** Whether something was left out because nobody could be asked. */
  needsAnswer: boolean;
  keysOffered: number;
  next(methodsLeft: readonly string[] | null, partialSuccess: boolean): Promise<AnyAuthMethod | false>;
}

const MAX_ANSWERS = 3;

/** Name of a host's password in the secret store. */
export function passwordSecret(target: SshTarget): string {
  return `ssh-password:${target.user}@${target.hostName}:${target.port}`;
}

export function createAuthenticator(deps: AuthDependencies): Authenticator {
  const { target } = deps;
  const self: Authenticator = { attempts: [], allowed: [], needsAnswer: false, keysOffered: 0, next };
  const username = target.user;
  const keys = candidates(deps, self);
  let prompted = 0;
  let passwords = 0;

  async function next(methodsLeft: readonly string[] | null, partialSuccess: boolean): Promise<AnyAuthMethod | false> {
    if (methodsLeft === null) return { type: 'none', username };
    const last = self.attempts.at(-1);
    if (last?.result === 'trying') last.result = partialSuccess ? 'accepted' : 'refused';
    self.allowed = [...methodsLeft];
    if (methodsLeft.includes('publickey')) {
      const { value } = await keys.next();
      if (value) return value;
    }
    if (methodsLeft.includes('keyboard-interactive') && prompted < MAX_ANSWERS) {
      prompted += 1;
      if (deps.ask || await deps.secrets.read(passwordSecret(target)) !== undefined) return keyboardInteractive();
      self.needsAnswer = true;
    }
    // Where PAM stands behind both, three wrong answers above were wrong passwords already.
    if (methodsLeft.includes('password') && target.passwordAllowed && passwords < MAX_ANSWERS && prompted < MAX_ANSWERS) {
      passwords += 1;
      const password = await askPassword(passwords > 1);
      if (password !== undefined) {
        self.attempts.push({ method: 'password', what: '', result: 'trying' });
        return { type: 'password', username, password };
      }
    }
    return false;
  }

  async function askPassword(again: boolean): Promise<string | undefined> {
    const name = passwordSecret(target);
    const stored = await deps.secrets.read(name);
    if (stored !== undefined && !again) return stored;
    if (stored !== undefined) await deps.secrets.forget(name);
    if (!deps.ask) {
      self.needsAnswer = true;
      return undefined;
    }
    const answer = await deps.ask({ kind: 'password', host: target.name, user: username, again });
    const value = answer?.values?.[0];
    if (value === undefined) {
      deps.cancel(new ConnectionProblem('auth-cancelled', { host: target.name }));
      return undefined;
    }
    await (answer?.remember ? deps.secrets.keep(name, value) : deps.secrets.write(name, value));
    return value;
  }

  function keyboardInteractive(): AnyAuthMethod {
    self.attempts.push({ method: 'keyboard-interactive', what: '', result: 'trying' });
    return {
      type: 'keyboard-interactive', username,
      prompt: (title, instructions, _language, prompts, finish) => {
        const texts = prompts.map((prompt) => ({ text: prompt.prompt, echo: prompt.echo ?? false }));
        answerPrompts(title, instructions, texts).then(
          (values) => { if (values) finish(values); },
          (error: unknown) => deps.cancel(new ConnectionProblem('auth-cancelled', { host: target.name }, { cause: error })),
        );
      },
    };
  }

  /** A single hidden prompt is the password; the stored one answers it once without asking. */
  async function answerPrompts(title: string, instructions: string, prompts: { text: string; echo: boolean }[]): Promise<string[] | undefined> {
    const isPassword = prompts.length === 1 && !prompts[0]!.echo && /password/i.test(prompts[0]!.text);
    const name = passwordSecret(target);
    const stored = isPassword ? await deps.secrets.read(name) : undefined;
    if (stored !== undefined && prompted === 1) return [stored];
    if (stored !== undefined) await deps.secrets.forget(name);
    if (!deps.ask) {
      self.needsAnswer = true;
      deps.cancel(new ConnectionProblem('auth-needs-answer', { host: target.name }));
      return undefined;
    }
    const answer = await deps.ask({ kind: 'prompts', host: target.name, user: username, title, instructions, prompts });
    if (!answer?.values) {
      deps.cancel(new ConnectionProblem('auth-cancelled', { host: target.name }));
      return undefined;
    }
    // One-time codes are never kept: only a lone password prompt is.
    if (isPassword) await (answer.remember ? deps.secrets.keep(name, answer.values[0] ?? '') : deps.secrets.write(name, answer.values[0] ?? ''));
    return prompts.map((_, index) => answer.values![index] ?? '');
  }

  return self;
}

/** Keys one by one, each as an agent of one. */
async function* candidates(deps: AuthDependencies, self: Authenticator): AsyncGenerator<AnyAuthMethod, undefined> {
  const { target } = deps;
  const username = target.user;
  const offered: Buffer[] = [];
  const offer = (what: string, key: ParsedKey, sign: SignWith): AnyAuthMethod | undefined => {
    if (offered.some((blob) => blob.equals(key.getPublicSSH()))) return undefined;
    offered.push(key.getPublicSSH());
    self.keysOffered += 1;
    self.attempts.push({ method: 'publickey', what: `${what} (${key.type} ${fingerprint(key.getPublicSSH())})`, result: 'trying' });
    return { type: 'agent', username, agent: agentOfOne(key, sign) } as AnyAuthMethod;
  };
  /** First the key as its certificates show it, as OpenSSH does, then by itself. */
  const offers = async function* (what: string, path: string, key: ParsedKey, sign: SignWith): AsyncGenerator<AnyAuthMethod, undefined> {
    for (const certificate of await certificatesOf(target, path, key)) {
      const why = invalidity(certificate);
      const name = `${what} with certificate ${certificate.path} "${certificate.keyId}"`;
      if (why !== undefined) skip(name, why);
      else {
        const method = offer(name, certifiedKey(key, certificate), (data) => sign(data, key.type === 'ssh-rsa' ? CERTIFICATE_HASH : undefined));
        if (method) yield method;
      }
    }
    const method = offer(what, key, sign);
    if (method) yield method;
    return undefined;
  };
  const skip = (what: string, why: string): void => { self.attempts.push({ method: 'publickey', what, result: 'skipped', why }); };

  let agentKeys: ParsedKey[] = [];
  const socket = target.agentSocket;
  if (socket !== undefined) {
    agentKeys = await listAgentKeys(socket).catch((error: unknown) => {
      skip(`agent ${socket}`, (error as Error).message);
      return [];
    });
  }
  for (const path of target.identityFiles) {
    const file = await readKeyFile(path);
    const publicKey = file.state === 'ready' ? file.publicKey : await readPublicKey(path.endsWith('.pub') ? path : `${path}.pub`);
    const held = publicKey && agentKeys.find((key) => key.getPublicSSH().equals(publicKey.getPublicSSH()));
    if (held) {
      yield* offers(`agent, ${path}`, path, held, agentSign(socket!, held));
    } else if (file.state === 'unusable') {
      skip(path, file.why);
    } else if (file.state === 'missing') {
      if (target.identityFilesChosen) skip(path, 'there is no such file');
    } else {
      yield* fileMethods(file, deps, self, offers, skip);
    }
  }
  if (target.identitiesOnly) return undefined;
  for (const key of agentKeys) {
    const method = offer(`agent, ${key.comment || 'no comment'}`, key, agentSign(socket!, key));
    if (method) yield method;
  }
  return undefined;
}

type SignWith = (data: Buffer, hash: string | undefined) => Promise<Buffer>;
type Offers = (what: string, path: string, key: ParsedKey, sign: SignWith) => AsyncGenerator<AnyAuthMethod, undefined>;

/** Certificates of exactly this key: beside its file, and those that the configuration names. */
async function certificatesOf(target: SshTarget, path: string, key: ParsedKey): Promise<Certificate[]> {
  const found = await Promise.all([`${path.replace(/\.pub$/, '')}-cert.pub`, ...target.certificateFiles].map(readCertificate));
  return found.filter((certificate) => certificate !== undefined && certificate.keyBlob.equals(key.getPublicSSH())) as Certificate[];
}

async function* fileMethods(
  file: Extract<KeyFile, { state: 'ready' }>, deps: AuthDependencies, self: Authenticator, offers: Offers, skip: (what: string, why: string) => void,
): AsyncGenerator<AnyAuthMethod, undefined> {
  let key = file.encrypted ? undefined : unlockKey(file);
  const unlock = async (): Promise<ParsedKey> => key ??= await askPassphrase(file, deps, self);
  if (!file.publicKey) {
    // An old PEM file without its .pub: nothing can be offered before it is unlocked.
    try {
      key = await unlock();
    } catch (error) {
      skip(file.path, (error as Error).message);
      return undefined;
    }
  }
  yield* offers(file.path, file.path, file.publicKey ?? key!, async (data, hash) => (await unlock()).sign(data, hash));
  return undefined;
}

async function askPassphrase(file: Extract<KeyFile, { state: 'ready' }>, deps: AuthDependencies, self: Authenticator): Promise<ParsedKey> {
  const name = `ssh-passphrase:${file.path}`;
  const stored = await deps.secrets.read(name);
  if (stored !== undefined) {
    const key = unlockKey(file, stored);
    if (key) return key;
    await deps.secrets.forget(name);
  }
  for (let attempt = 0; attempt < MAX_ANSWERS; attempt += 1) {
    if (!deps.ask) {
      self.needsAnswer = true;
      throw new Error('its passphrase has to be asked for');
    }
    const answer = await deps.ask({ kind: 'passphrase', host: deps.target.name, keyFile: file.path, again: attempt > 0 });
    const passphrase = answer?.values?.[0];
    if (passphrase === undefined) {
      const cancelled = new ConnectionProblem('auth-cancelled', { host: deps.target.name });
      deps.cancel(cancelled);
      throw cancelled;
    }
    const key = unlockKey(file, passphrase);
    if (key) {
      await (answer?.remember ? deps.secrets.keep(name, passphrase) : deps.secrets.write(name, passphrase));
      return key;
    }
  }
  throw new Error('the passphrase was wrong three times');
}
