// Patterns of ssh_config(5) "PATTERNS" (`*`, `?`, lists with `!`) as Host, Match and known_hosts use them.

/** Whether `text` matches one pattern; case counts, as in OpenSSH after both were lowered. */
export function matchesPattern(pattern: string, text: string): boolean {
  // Backtracks to the last star only: linear for real input, never exponential as a regular expression could be.
  let p = 0;
  let t = 0;
  let star = -1;
  let mark = 0;
  while (t < text.length) {
    if (pattern[p] === '*') {
      star = p;
      mark = t;
      p += 1;
    } else if (p < pattern.length && (pattern[p] === '?' || pattern[p] === text[t])) {
      p += 1;
      t += 1;
    } else if (star >= 0) {
      p = star + 1;
      mark += 1;
      t = mark;
    } else {
      return false;
    }
  }
  while (pattern[p] === '*') p += 1;
  return p === pattern.length;
}

/** Whether a list matches: at least one plain pattern does and no `!pattern` does. */
export function matchesPatternList(patterns: readonly string[], text: string): boolean {
  let matched = false;
  for (const pattern of patterns) {
    if (pattern.startsWith('!')) {
      if (matchesPattern(pattern.slice(1), text)) return false;
    } else if (matchesPattern(pattern, text)) {
      matched = true;
    }
  }
  return matched;
}
