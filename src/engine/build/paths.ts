// Paths inside an image: always absolute and with slashes, never above the root.
import { posix } from 'node:path';

/** `path` seen from the folder `base`, cleaned. */
export const absolutePath = (base: string, path: string): string => {
  const joined = posix.resolve('/', base, path);
  return joined === '' ? '/' : joined;
};

/** Relative to the root, without slashes at its ends; '' is the root itself. */
export const relativePath = (path: string): string => posix.resolve('/', path).slice(1);
