// Preferences of the app itself. Nothing here is secret.
import { oc, type } from '@orpc/contract';
import { z } from 'zod';

export const preferences = z.object({
  theme: z.enum(['auto', 'light', 'dark']),
  language: z.enum(['auto', 'en', 'zh-CN']),
  /** leave the engine running while containers run when the window closes */
  keepEngine: z.boolean(),
  /** closing the window hides it in the tray (desktop shell) */
  closeToTray: z.boolean(),
  notifyOnExit: z.boolean(),
});
export type Preferences = z.infer<typeof preferences>;

export interface AppInfo {
  version: string;
  shell: 'browser' | 'electron';
  platform: string;
  profilePath: string;
  /** socket of the local engine, when there is one */
  engineSocket?: string;
}

export const settingsContract = {
  get: oc.output(type<Preferences>()),
  update: oc.input(preferences.partial()).output(type<Preferences>()),
  app: oc.output(type<AppInfo>()),
};
