import { expect, test } from 'vitest';

type Texts = { [key: string]: string | Texts };

const english = import.meta.glob<Texts>('./en/*.ts', { eager: true, import: 'default' });
const chinese = import.meta.glob<Texts>('./zh-CN/*.ts', { eager: true, import: 'default' });
const sources = import.meta.glob<string>(['../**/*.{ts,tsx}', '!../**/*.test.*', '!./**'], { eager: true, query: '?raw', import: 'default' });

const PLURAL = /_(zero|one|two|few|many|other)$/;

function flat(texts: Texts, prefix = ''): Map<string, string> {
  return new Map(Object.entries(texts).flatMap(([key, value]) => (typeof value === 'string' ? [[prefix + key, value] as const] : [...flat(value, `${prefix}${key}.`)])));
}

function all(files: Record<string, Texts>): Map<string, string> {
  return new Map(Object.entries(files).flatMap(([path, texts]) => [...flat(texts)].map(([key, value]) => [`${path.replace(/^.*\/|\.ts$/g, '')}:${key}`, value] as const)));
}

const en = all(english);
const zh = all(chinese);
const placeholders = (text: string) => [...text.matchAll(/{{\s*(\w+)/g)].map((match) => match[1] as string).toSorted();

test('both languages have the same keys', () => {
  expect([...zh.keys()].toSorted()).toEqual([...en.keys()].toSorted());
});

test('a translation uses the placeholders of the English text', () => {
  const wrong = [...en].filter(([key, text]) => !PLURAL.test(key) && placeholders(text).join() !== placeholders(zh.get(key) ?? '').join()).map(([key]) => key);
  expect(wrong).toEqual([]);
});

test('every key that the source names literally exists', () => {
  const known = new Set([...en.keys()].flatMap((key) => [key, key.replace(PLURAL, '')]));
  const missing = Object.entries(sources).flatMap(([path, text]) =>
    [...text.matchAll(/\bt\('([\w:.-]+)'[,)]/g)].map((match) => match[1] as string).filter((key) => !known.has(key.includes(':') ? key : `frame:${key}`)).map((key) => `${path}: ${key}`));
  expect(missing).toEqual([]);
});
