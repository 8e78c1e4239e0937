// Terminal output as text with its colours, hits of a search marked.
import { useMemo, type ReactNode } from 'react';
import { ansiSpans } from './ansi.ts';
import classes from './builds.module.css';

/** @param search in lower case; '' marks nothing */
export function AnsiText({ text, search = '' }: { text: string; search?: string }) {
  const spans = useMemo(() => ansiSpans(text), [text]);
  return spans.map((span, index) => <span key={index} className={ansiClass(span.style)}>{marked(span.text, search)}</span>);
}

/** Class names for the words of a span's style. */
export const ansiClass = (style: string): string => style.split(' ').map((word) => classes[word] ?? '').join(' ');

function marked(text: string, search: string): ReactNode {
  if (search === '') return text;
  const parts: ReactNode[] = [];
  const lower = text.toLowerCase();
  let at = 0;
  for (let hit = lower.indexOf(search); hit >= 0; hit = lower.indexOf(search, at)) {
    parts.push(text.slice(at, hit), <mark key={hit}>{text.slice(hit, hit + search.length)}</mark>);
    at = hit + search.length;
  }
  parts.push(text.slice(at));
  return parts;
}
