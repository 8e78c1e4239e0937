import { expect, test } from 'vitest';
import { ansiPieces } from './ansi.ts';

test('plain text is one piece', () => {
  expect(ansiPieces('hello')).toEqual([{ text: 'hello' }]);
});

test('colours begin, change and end', () => {
  expect(ansiPieces('a\u001b[1;31mb\u001b[32mc\u001b[0md')).toEqual([
    { text: 'a' },
    { text: 'b', isBold: true, colour: 'var(--ansi-red)' },
    { text: 'c', isBold: true, colour: 'var(--ansi-green)' },
    { text: 'd' },
  ]);
});

test('256 and true colours', () => {
  expect(ansiPieces('\u001b[38;5;196mx')).toEqual([{ text: 'x', colour: 'rgb(255 0 0)' }]);
  expect(ansiPieces('\u001b[48;2;1;2;3mx')).toEqual([{ text: 'x', background: 'rgb(1 2 3)' }]);
});

test('what is no colour is dropped', () => {
  expect(ansiPieces('\u001b[2K\u001b]0;title\u0007x\u001b[?25l')).toEqual([{ text: 'x' }]);
});
