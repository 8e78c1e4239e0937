// What only a person can answer while a connection is made. The asker decides how (a dialog, a test's script).

export type Question =
  | { kind: 'host-key'; host: string; port: number; keyType: string; fingerprint: string; art: string; authority: boolean }
  | { kind: 'passphrase'; host: string; keyFile: string; again: boolean }
  | { kind: 'password'; host: string; user: string; again: boolean }
  | { kind: 'prompts'; host: string; user: string; title: string; instructions: string; prompts: { text: string; echo: boolean }[] };

/** `accept` for a host key; `values` for the rest, one per prompt; `remember` keeps them in the secret store. */
export interface Answer {
  accept?: boolean;
  values?: string[];
  remember?: boolean;
}

/** Ask; undefined means the person cancelled. Rejects when the signal aborts. */
export type Ask = (question: Question, options: { signal: AbortSignal }) => Promise<Answer | undefined>;

/** Where secrets live; the values never reach settings or logs. */
export interface SecretStore {
  read(name: string): Promise<string | undefined>;
  write(name: string, value: string): Promise<void>;
  forget(name: string): Promise<void>;
}

/** Secrets for as long as the app runs. */
export function memorySecrets(): SecretStore {
  const values = new Map<string, string>();
  return {
    read: async (name) => values.get(name),
    write: async (name, value) => { values.set(name, value); },
    forget: async (name) => { values.delete(name); },
  };
}

/** What a person typed during this run (so a reconnect is silent) over what they chose to keep. */
export function layeredSecrets(session: SecretStore, kept: SecretStore): SecretStore & { keep(name: string, value: string): Promise<void> } {
  return {
    read: async (name) => await session.read(name) ?? await kept.read(name),
    write: (name, value) => session.write(name, value),
    keep: async (name, value) => { await session.write(name, value); await kept.write(name, value); },
    forget: async (name) => { await session.forget(name); await kept.forget(name); },
  };
}
