// What a log line's text says about itself: its level, and its text without terminal colours. Pure; main searches with it, the
// page paints with it, so that a filter and a colour never disagree.

export const LOG_LEVELS = ['error', 'warn', 'info', 'debug', 'none'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

// CSI sequences, OSC sequences and single-character escapes (ECMA-48).
const ANSI = /\u001b(?:\[[0-9;:?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\-_])/g;

export function withoutAnsi(text: string): string {
  return text.includes('\u001b') ? text.replace(ANSI, '') : text;
}

const WORDS: Record<string, LogLevel> = {
  fatal: 'error', panic: 'error', emerg: 'error', alert: 'error', crit: 'error', critical: 'error', error: 'error', err: 'error', severe: 'error', e: 'error', f: 'error',
  warn: 'warn', warning: 'warn', wrn: 'warn', w: 'warn',
  info: 'info', inf: 'info', information: 'info', notice: 'info', log: 'info', i: 'info',
  debug: 'debug', dbg: 'debug', trace: 'debug', trc: 'debug', verbose: 'debug', fine: 'debug', d: 'debug',
};
// `"level":"error"` (JSON), `level=error` (logfmt), `lvl=…`, `severity: …`
const NAMED = /["']?\b(?:level|lvl|severity|loglevel|log_level)\b["']?\s*[:=]\s*["']?(\w+)/i;
// pino and bunyan: "level":30
const NUMBERS: Record<string, LogLevel> = { '10': 'debug', '20': 'debug', '30': 'info', '40': 'warn', '50': 'error', '60': 'error' };
// `[ERROR]`, `ERROR:`, `<warn>`, or the word in capitals near the start
const MARKED = /(?:[[<(]\s*(fatal|panic|emerg|alert|critical|crit|error|err|severe|warning|warn|notice|information|info|debug|dbg|trace|verbose)\s*[\])>])|(?:\b(FATAL|PANIC|EMERG|ALERT|CRITICAL|CRIT|ERROR|ERR|SEVERE|WARNING|WARN|NOTICE|INFO|DEBUG|TRACE|VERBOSE)\b)|(?:^|\s)(fatal|panic|error|warning|warn|info|debug|trace):/;
// klog: `E0102 15:04:05.`
const KLOG = /^([EWIF])\d{4} \d\d:\d\d/;
const LOOKED_AT = 300;

/** @param text without ANSI codes */
export function levelOf(text: string): LogLevel {
  const start = text.length > LOOKED_AT ? text.slice(0, LOOKED_AT) : text;
  const named = NAMED.exec(start)?.[1]?.toLowerCase();
  if (named) {
    const level = NUMBERS[named] ?? WORDS[named];
    if (level) return level;
  }
  const klog = KLOG.exec(start)?.[1];
  if (klog) return WORDS[klog.toLowerCase()] ?? 'none';
  const marked = MARKED.exec(start);
  const word = marked?.[1] ?? marked?.[2] ?? marked?.[3];
  return (word && WORDS[word.toLowerCase()]) || 'none';
}

/** The object in a line that is JSON, or ends with JSON; undefined otherwise. */
export function jsonOf(text: string): Record<string, unknown> | undefined {
  const start = text.indexOf('{');
  if (start < 0 || !text.trimEnd().endsWith('}')) return undefined;
  try {
    const value: unknown = JSON.parse(text.slice(start));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined; // braces, but no JSON
  }
}
