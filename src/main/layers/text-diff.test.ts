import { expect, test } from 'vitest';
import { diffLines } from './text-diff.ts';

const show = (before: string, after: string) => diffLines(before, after).lines.map((line) => line.sign + line.text);

test.each([
  ['', 'a\n', ['+a']],
  ['a\n', '', ['-a']],
  ['a\nb\nc\n', 'a\nx\nc\n', [' a', '-b', '+x', ' c']],
  ['a\nb\n', 'a\nb\n', [' ⋯']],
  ['a\nb\nc\nd\ne\nf\ng\nh\n', 'a\nb\nc\nd\ne\nf\ng\nz\n', [' ⋯', ' e', ' f', ' g', '-h', '+z']],
])('%j to %j', (before, after, lines) => expect(show(before, after)).toEqual(lines));

test('random edits: the old side is the old text, the new side the new one, and edits are few', () => {
  let state = 7;
  const random = (below: number) => (state = (state * 1_103_515_245 + 12_345) % 2 ** 31) % below;
  for (let round = 0; round < 300; round++) {
    const before = Array.from({ length: random(12) }, () => 'abc'[random(3)] as string);
    const after = before.flatMap((line) => (random(4) === 0 ? [] : random(4) === 0 ? [line, 'abc'[random(3)] as string] : [line]));
    const { lines } = diffLines(before.map((line) => `${line}\n`).join(''), after.map((line) => `${line}\n`).join(''));
    if (lines.some((line) => line.text === '⋯')) continue; // folded: not whole
    expect(lines.filter((line) => line.sign !== '+').map((line) => line.text)).toEqual(before);
    expect(lines.filter((line) => line.sign !== '-').map((line) => line.text)).toEqual(after);
  }
});

test('line numbers count both sides', () => {
  const { lines } = diffLines('a\nb\n', 'b\nc\n');
  expect(lines).toEqual([{ sign: '-', text: 'a', before: 1, after: undefined }, { sign: ' ', text: 'b', before: 2, after: 1 }, { sign: '+', text: 'c', before: undefined, after: 2 }]);
});
