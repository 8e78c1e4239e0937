// A command line as words, with the shell's quotes and backslash but nothing else of it (no expansion).

/** `sh -c "echo 'a b'"` -> ['sh', '-c', "echo 'a b'"]; an unclosed quote ends with the text. */
export function splitWords(text: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (let at = 0; at < text.length; at++) {
    const char = text[at] as string;
    if (quote === "'" ? char === "'" : quote === '"' && char === '"') quote = '';
    else if (char === '\\' && quote !== "'" && at + 1 < text.length) word = (word ?? '') + text[++at];
    else if (quote === '' && (char === '"' || char === "'")) {
      quote = char;
      word ??= '';
    } else if (quote === '' && /\s/.test(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? '') + char;
  }
  return word === undefined ? words : [...words, word];
}

/** The words as a line that `splitWords`, and a shell, reads back as the same words. */
export function joinWords(words: string[]): string {
  return words.map((word) => (word !== '' && /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(' ');
}
