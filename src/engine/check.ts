// `gantry-engine check`: reads a data root that no engine uses and says what does not fit together.
import { join } from 'node:path';
import { openCacheStore } from './build/cache-store.ts';
import { openDataRoot } from './data-root.ts';
import { verifyImages } from './images/verify.ts';

/** Prints one line per finding and a closing line; returns the exit code, 0 when nothing is wrong. @throws Unavailable while an engine runs on it */
export async function checkDataRoot(dataRoot: string, print: (line: string) => void): Promise<number> {
  using _lock = await openDataRoot(dataRoot);
  const cache = await openCacheStore(join(dataRoot, 'build'));
  let findings = 0;
  for await (const finding of verifyImages(dataRoot, cache.records().flatMap(({ chainId }) => chainId ?? []))) {
    findings++;
    print(finding);
  }
  print(findings === 0 ? `ok: ${dataRoot}` : `${findings} ${findings === 1 ? 'problem' : 'problems'} in ${dataRoot}`);
  return findings === 0 ? 0 : 1;
}
