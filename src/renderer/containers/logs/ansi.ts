// A line with terminal colours as pieces of plain text with a style. Only colours and emphasis (SGR, ECMA-48 8.3.117) mean
// something in a log; every other sequence is dropped.
export interface Piece { text: string; colour?: string; background?: string; isBold?: boolean; isDim?: boolean; isItalic?: boolean; isUnderlined?: boolean }

const SEQUENCE = /\u001b(?:\[([0-9;:?]*)([ -/]*[@-~])|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\-_])/g;
const NAMES = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'];

export function ansiPieces(text: string): Piece[] {
  if (!text.includes('\u001b')) return [{ text }];
  const pieces: Piece[] = [];
  let style: Omit<Piece, 'text'> = {};
  let start = 0;
  for (const match of text.matchAll(SEQUENCE)) {
    if (match.index > start) pieces.push({ text: text.slice(start, match.index), ...style });
    start = match.index + match[0].length;
    if (match[2] === 'm') style = styled(style, (match[1] ?? '').split(/[;:]/).map(Number));
  }
  if (start < text.length) pieces.push({ text: text.slice(start), ...style });
  return pieces;
}

function styled(before: Omit<Piece, 'text'>, codes: number[]): Omit<Piece, 'text'> {
  let style = { ...before };
  for (let at = 0; at < codes.length; at++) {
    const code = codes[at] ?? 0;
    if (code === 0) style = {};
    else if (code === 1) style.isBold = true;
    else if (code === 2) style.isDim = true;
    else if (code === 3) style.isItalic = true;
    else if (code === 4) style.isUnderlined = true;
    else if (code === 22) style = without(style, 'isBold', 'isDim');
    else if (code === 39) style = without(style, 'colour');
    else if (code === 49) style = without(style, 'background');
    else if (code === 38 || code === 48) {
      const colour = codes[at + 1] === 5 ? indexed(codes[at + 2] ?? 0) : codes[at + 1] === 2 ? `rgb(${codes[at + 2] ?? 0} ${codes[at + 3] ?? 0} ${codes[at + 4] ?? 0})` : undefined;
      at += codes[at + 1] === 5 ? 2 : codes[at + 1] === 2 ? 4 : 0;
      if (colour) style[code === 38 ? 'colour' : 'background'] = colour;
    } else if ((code >= 30 && code <= 37) || (code >= 90 && code <= 97)) style.colour = `var(--ansi-${NAMES[code % 10]})`;
    else if ((code >= 40 && code <= 47) || (code >= 100 && code <= 107)) style.background = `var(--ansi-${NAMES[code % 10]})`;
  }
  return style;
}

function without(style: Omit<Piece, 'text'>, ...keys: (keyof Omit<Piece, 'text'>)[]): Omit<Piece, 'text'> {
  return Object.fromEntries(Object.entries(style).filter(([key]) => !keys.includes(key as never)));
}

/** xterm's 256 colours: 16 names, a cube of 6 x 6 x 6, 24 greys. */
function indexed(index: number): string {
  if (index < 16) return `var(--ansi-${NAMES[index % 8]})`;
  if (index >= 232) return `rgb(${Array(3).fill(8 + (index - 232) * 10).join(' ')})`;
  const level = (value: number) => (value === 0 ? 0 : 55 + value * 40);
  const cube = index - 16;
  return `rgb(${level(Math.floor(cube / 36))} ${level(Math.floor(cube / 6) % 6)} ${level(cube % 6)})`;
}
