// Run forms that somebody saved under a name.
import { createKeptStore } from '../../store.ts';
import type { Values } from './fields.ts';

export interface Template { name: string; values: Values }

export const templates = createKeptStore<Template[]>('run.templates', []);

/** A template of the same name is replaced. */
export function saveTemplate(name: string, values: Values): void {
  templates.set((now) => [...now.filter((template) => template.name !== name), { name, values }].toSorted((a, b) => a.name.localeCompare(b.name)));
}

export function removeTemplate(name: string): void {
  templates.set((now) => now.filter((template) => template.name !== name));
}
