import { describe, expect, it } from 'vitest';
import { expand } from './expand.ts';

const VARIABLES = new Map([['x', 'value'], ['empty', ''], ['path', '/usr/local/lib/libz.so.1'], ['two', 'a b'], ['UPPER_1', 'u'], ['pat', 'lib']]);

describe('expand', () => {
  it.each([
    ['$x', 'value'], ['${x}', 'value'], ['a${x}b', 'avalueb'], ['$xy', ''], ['${x}y', 'valuey'], ['$UPPER_1-2', 'u-2'],
    ['\\$x', '$x'], ["'$x'", '$x'], ['"$x"', 'value'], ['"\\$x"', '$x'], ['"a\\b"', 'a\\b'], ['a\\b', 'ab'], ['$', '$'], ['a$', 'a$'], ['"$"', '$'],
    ['${none:-d}', 'd'], ['${none-d}', 'd'], ['${empty:-d}', 'd'], ['${empty-d}', ''], ['${x:-d}', 'value'], ['${none:-${x}}', 'value'], ['${none:-"a b"}', 'a b'],
    ['${x:+w}', 'w'], ['${empty:+w}', ''], ['${empty+w}', 'w'], ['${none+w}', ''], ['${x:+${two}}', 'a b'],
    ['${x:?m}', 'value'], ['${empty?m}', ''],
    ['${path#*/}', 'usr/local/lib/libz.so.1'], ['${path##*/}', 'libz.so.1'], ['${path%.*}', '/usr/local/lib/libz.so'], ['${path%%.*}', '/usr/local/lib/libz'],
    ['${path%/*}', '/usr/local/lib'], ['${path#nomatch}', '/usr/local/lib/libz.so.1'], ['${x#v?}', 'lue'], ['${x%\\*}', 'value'],
    ['${path/lib/LIB}', '/usr/local/LIB/libz.so.1'], ['${path//lib/LIB}', '/usr/local/LIB/LIBz.so.1'], ['${path//$pat/_}', '/usr/local/_/_z.so.1'], ['${path//\\//-}', '-usr-local-lib-libz.so.1'], ['${x/a*/}', 'v'],
    ['${none#a}', ''], ["it''s", 'its'], ['$1', ''], ['""', ''],
  ])('%s -> %s', (text, wanted) => expect(expand(text, VARIABLES).text).toBe(wanted));

  it.each([
    ['${x', /missing '}'/], ['${}', /bad substitution/], ['${:-a}', /bad substitution/], ['${x:}', /unsupported modifier/], ['${x:#a}', /unsupported modifier/], ['${x^}', /unsupported modifier/],
    ['"a', /matching double-quote/], ["'a", /matching single-quote/], ['${none:?give it}', /none: give it/], ['${none?}', /is not allowed to be unset/], ['${empty:?}', /is not allowed to be empty/], ['${x/a', /matching/],
  ])('%s is refused', (text, message) => expect(() => expand(text, VARIABLES)).toThrow(message));

  it.each([
    ['a b  c', ['a', 'b', 'c']], ['"a b" c', ['a b', 'c']], ['$two', ['a', 'b']], ['"$two"', ['a b']], ['""', ['']], ['$none', []], ['x$two', ['xa', 'b']], ['a\\ b', ['a b']], ['${none:-a b}', ['a', 'b']],
  ])('words of %s', (text, wanted) => expect(expand(text, VARIABLES).words).toEqual(wanted));

  it('takes the backquote as escape when the directive says so', () => expect(expand('C:\\a`$x', VARIABLES, { escape: '`' }).text).toBe('C:\\a$x'));
  it('keeps quotes and escapes of a heredoc body', () => expect(expand('echo "$x" \'$x\' \\$x\n', VARIABLES, { raw: true }).text).toBe('echo "value" \'value\' \\$x\n'));
  it('tells which names are unset', () => expect(expand('$x $a ${b:-1} ${c#1}', VARIABLES).unset).toEqual(['a', 'c']));
});
