// The smallest store there is: a value, its readers, and a hook. For what is neither server data nor one component's own.
import { useSyncExternalStore } from 'react';

export interface Store<T> {
  get(): T;
  set(next: T | ((now: T) => T)): void;
  subscribe(listener: () => void): () => void;
}

export function createStore<T>(initial: T): Store<T> {
  let value = initial;
  const listeners = new Set<() => void>();
  return {
    get: () => value,
    set(next) {
      const made = typeof next === 'function' ? (next as (now: T) => T)(value) : next;
      if (Object.is(made, value)) return;
      value = made;
      for (const listener of listeners) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

export function useStore<T>(store: Store<T>): T {
  return useSyncExternalStore(store.subscribe, store.get);
}

/** A store kept in localStorage; text that does not parse counts as absent. */
export function createKeptStore<T>(key: string, initial: T): Store<T> {
  const kept = localStorage.getItem(`gantry.${key}`);
  const store = createStore<T>(kept === null ? initial : (parse<T>(kept) ?? initial));
  store.subscribe(() => localStorage.setItem(`gantry.${key}`, JSON.stringify(store.get())));
  return store;
}

function parse<T>(text: string): T | undefined {
  try {
    return JSON.parse(text) as T;
  } catch {
    return undefined; // written by another version
  }
}
