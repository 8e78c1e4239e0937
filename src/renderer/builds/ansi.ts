// Terminal text -> styled spans: SGR colours and bold; a carriage return starts its line again, other sequences are dropped.
// ECMA-48, "Select Graphic Rendition".

/** `style` is a list of class words: `fg0`-`fg15`, `bold`, `dim`, `italic`, `underline`. */
export interface Span { text: string; style: string }

const ESCAPE = /\u001b(?:\[([0-9;?]*)([@-~])|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\-_])/g;

export function ansiSpans(text: string): Span[] {
  const spans: Span[] = [];
  const state: State = { colour: '', words: new Set() };
  let at = 0;
  const source = withoutOverwritten(text);
  const push = (part: string) => {
    if (part === '') return;
    const style = [...state.words, state.colour].filter(Boolean).join(' ');
    const last = spans.at(-1);
    if (last && last.style === style) last.text += part;
    else spans.push({ text: part, style });
  };
  for (const match of source.matchAll(ESCAPE)) {
    push(source.slice(at, match.index));
    at = match.index + match[0].length;
    if (match[2] === 'm') select(state, (match[1] ?? '').split(';').map(Number));
  }
  push(source.slice(at));
  return spans;
}

interface State { colour: string; words: Set<string> }

function select(state: State, codes: number[]): void {
  for (let index = 0; index < codes.length; index++) {
    const code = codes[index] as number;
    if (code === 0) {
      state.colour = '';
      state.words.clear();
    } else if (code === 1) state.words.add('bold');
    else if (code === 2) state.words.add('dim');
    else if (code === 3) state.words.add('italic');
    else if (code === 4) state.words.add('underline');
    else if (code === 22) {
      state.words.delete('bold');
      state.words.delete('dim');
    } else if (code === 23) state.words.delete('italic');
    else if (code === 24) state.words.delete('underline');
    else if (code >= 30 && code <= 37) state.colour = `fg${code - 30}`;
    else if (code >= 90 && code <= 97) state.colour = `fg${code - 82}`;
    else if (code === 39) state.colour = '';
    else if (code === 38 && codes[index + 1] === 5) {
      const colour = codes[index + 2] ?? 0;
      state.colour = colour < 16 ? `fg${colour}` : '';
      index += 2;
    } else if (code === 38 && codes[index + 1] === 2) index += 4;
  }
}

function withoutOverwritten(text: string): string {
  return text.includes('\r') ? text.replace(/\r\n/g, '\n').replace(/[^\n]*\r(?=[^\n])/g, '').replace(/\r/g, '') : text;
}
