// A file that several sessions read: the last one to end removes it.
import { rm } from 'node:fs/promises';

export interface SharedFile {
  /** Holds the file. The function gives it back; calling it twice does nothing more. */
  take(): () => Promise<void>;
}

export function sharedFile(path: string): SharedFile {
  let holders = 0;
  return {
    take() {
      let isHeld = true;
      holders++;
      return async () => {
        if (!isHeld) return;
        isHeld = false;
        if (--holders === 0) await rm(path, { force: true });
      };
    },
  };
}
