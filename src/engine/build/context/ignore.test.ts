import { describe, expect, it } from 'vitest';
import { parseIgnore } from './ignore.ts';

const hidden = (text: string, path: string) => parseIgnore(text).hiddenBy(path) !== undefined;

describe('parseIgnore', () => {
  it.each([
    ['*.md', 'README.md', true], ['*.md', 'docs/README.md', false], ['**/*.md', 'docs/a/README.md', true], ['**/*.md', 'README.md', true],
    ['docs', 'docs/a/b', true], ['docs/', 'docs/a', true], ['/docs', 'docs', true], ['./docs', 'docs/x', true], ['docs', 'docs2', false], ['*/temp*', 'a/temporary', true], ['*/temp*', 'a/b/temporary', false],
    ['temp?', 'tempa', true], ['temp?', 'temp', false], ['temp?', 'temp/', false], ['**', 'any/thing', true], ['*', 'a/b', true], ['a/**', 'a', false], ['a/**', 'a/b/c', true], ['**/a', 'x/y/a/z', true],
    ['a/**/b', 'a/b', true], ['a/**/b', 'a/x/y/b', true], ['a/**/b', 'ab', false], ['**foo', 'barfoo', true], ['[ab].txt', 'a.txt', true], ['[^ab].txt', 'a.txt', false], ['[a-c]x', 'bx', true], ['a[/]b', 'a/b', false],
    ['\\*', '*', true], ['\\*', 'x', false], ['a.c', 'abc', false], ['a$', 'a$', true], ['(x)', '(x)', true], ['a+', 'aa', false],
    ['# c\n#a', '#a', false], [' #a', '#a', true], ['  x  ', 'x', true], ['a/../b', 'b', true],
    ['*\n!keep', 'keep', false], ['*\n!keep', 'other', true], ['!keep\n*', 'keep', true], ['*.md\n!README*.md\nREADME-secret.md', 'README.md', false], ['*.md\n!README*.md\nREADME-secret.md', 'README-secret.md', true],
    ['*.md\nREADME-secret.md\n!README*.md', 'README-secret.md', false], ['a\n!a/b', 'a/b/c', false], ['a\n!a/b', 'a/c', true], ['*\n! spaced', 'spaced', false],
  ])('%j hides %s: %s', (text, path, wanted) => expect(hidden(text, path)).toBe(wanted));

  it.each(['[', '!', 'a[', '[]a]', 'a\\'])('%j is refused', (text) => expect(() => parseIgnore(text)).toThrow(/pattern/));

  it('names the line that hides', () => {
    expect(parseIgnore('# first\n\n*.log\n').hiddenBy('x.log')).toMatchObject({ line: 3, text: '*.log' });
  });
  it('does not prune a folder an exception points into', () => {
    const ignore = parseIgnore('node_modules\nbuild\n!build/out/keep');
    expect([ignore.prunes('node_modules'), ignore.prunes('build'), ignore.prunes('build/out')]).toEqual([true, false, false]);
  });
});
