// An action is data: what it is called, when it applies, what it does. The toolbar, a row's menu and the palette show the same one.
import type { Icon } from '@tabler/icons-react';
import { createStore } from './store.ts';

export interface Action<T> {
  id: string;
  /** i18n key, e.g. `containers:actions.stop` */
  label: string;
  icon: Icon;
  colour?: string;
  /** also reachable by this key while the table has focus */
  shortcut?: string;
  /** may it be done to these? An empty list is "nothing selected". */
  appliesTo: (items: T[]) => boolean;
  perform: (items: T[]) => Promise<void> | void;
}

/** One line of the palette. */
export interface Command {
  id: string;
  /** already translated */
  label: string;
  description?: string;
  group: string;
  icon: Icon;
  keywords?: string;
  run: () => void;
}

/** Commands that views add while they are shown, by the view's name. */
export const viewCommands = createStore<Record<string, Command[]>>({});

/** A colour as text on the page's own background: Mantine's filled shades are too light for that (WCAG 1.4.3). */
export function textColour(colour: string): string {
  return `light-dark(var(--mantine-color-${colour}-9), var(--mantine-color-${colour}-4))`;
}
