// What is wrong with a text that is not JSON, in the words that Go's encoding/json has for it: clients of the Engine API
// know these. Only read when JSON.parse has refused the text already. Grammar: RFC 8259.

class Fault extends Error {}

/** @returns the fault of the first value in `text`, or that something follows it */
export function jsonFault(text: string): string {
  try {
    const end = skipSpace(text, value(text, skipSpace(text, 0)));
    return end < text.length ? 'unexpected content after JSON' : 'invalid JSON';
  } catch (error) {
    if (error instanceof Fault) return `invalid JSON: ${error.message}`;
    if (error instanceof RangeError) return 'invalid JSON: exceeded max depth';
    throw error;
  }
}

function skipSpace(text: string, at: number): number {
  while (at < text.length && ' \t\r\n'.includes(text[at] ?? '')) at++;
  return at;
}

function wrong(text: string, at: number, where: string): Fault {
  const found = text.codePointAt(at);
  if (found === undefined) return new Fault('unexpected EOF');
  const character = String.fromCodePoint(found);
  const shown = character === "'" ? String.raw`\'` : JSON.stringify(character).slice(1, -1).replace(String.raw`\"`, '"');
  return new Fault(`invalid character '${shown}' ${where}`);
}

/** @returns where the value ends */
function value(text: string, at: number): number {
  const first = text[at] ?? '';
  if (first === '{') return object(text, at);
  if (first === '[') return array(text, at);
  if (first === '"') return string(text, at);
  if (first === '-' || isDigit(first)) return number(text, at);
  for (const literal of ['true', 'false', 'null']) if (first === literal[0]) return word(text, at, literal);
  throw wrong(text, at, 'looking for beginning of value');
}

function object(text: string, start: number): number {
  let at = skipSpace(text, start + 1);
  if (text[at] === '}') return at + 1;
  for (;;) {
    if (text[at] !== '"') throw wrong(text, at, 'looking for beginning of object key string');
    at = skipSpace(text, string(text, at));
    if (text[at] !== ':') throw wrong(text, at, 'after object key');
    at = skipSpace(text, value(text, skipSpace(text, at + 1)));
    if (text[at] === '}') return at + 1;
    if (text[at] !== ',') throw wrong(text, at, 'after object key:value pair');
    at = skipSpace(text, at + 1);
  }
}

function array(text: string, start: number): number {
  let at = skipSpace(text, start + 1);
  if (text[at] === ']') return at + 1;
  for (;;) {
    at = skipSpace(text, value(text, at));
    if (text[at] === ']') return at + 1;
    if (text[at] !== ',') throw wrong(text, at, 'after array element');
    at = skipSpace(text, at + 1);
  }
}

function string(text: string, start: number): number {
  for (let at = start + 1; ; at++) {
    const character = text[at];
    if (character === '"') return at + 1;
    if (character === undefined || character < ' ') throw wrong(text, at, 'in string literal');
    if (character !== '\\') continue;
    at++;
    if (text[at] !== 'u') {
      if (text[at] === undefined || !'"\\/bfnrt'.includes(text[at] ?? '')) throw wrong(text, at, 'in string escape code');
      continue;
    }
    for (let digit = 0; digit < 4; digit++) if (!/[0-9a-f]/i.test(text[++at] ?? '')) throw wrong(text, at, String.raw`in \u hexadecimal character escape`);
  }
}

const isDigit = (character: string | undefined): boolean => character !== undefined && character >= '0' && character <= '9';

function number(text: string, start: number): number {
  let at = text[start] === '-' ? start + 1 : start;
  const digits = (where: string) => {
    if (!isDigit(text[at])) throw wrong(text, at, where);
    while (isDigit(text[at])) at++;
  };
  if (text[at] === '0') at++;
  else digits('in numeric literal');
  if (text[at] === '.') {
    at++;
    digits('after decimal point in numeric literal');
  }
  if (text[at]?.toLowerCase() === 'e') {
    at++;
    if (text[at] === '+' || text[at] === '-') at++;
    digits('in exponent of numeric literal');
  }
  return at;
}

function word(text: string, start: number, literal: string): number {
  for (let index = 1; index < literal.length; index++) {
    if (text[start + index] !== literal[index]) throw wrong(text, start + index, `in literal ${literal} (expecting '${literal[index]}')`);
  }
  return start + literal.length;
}
