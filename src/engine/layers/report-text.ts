// Byte strings (tar-fields.ts) turned into text for people: UTF-8, with U+FFFD where the bytes are none.

/** "/a/b" for people, from a byte string path. */
export function showPath(path: string): string {
  return `/${showText(path)}`;
}

/** A byte string decoded as UTF-8. */
export function showText(text: string): string {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 127) return Buffer.from(text, 'latin1').toString('utf8');
  return text;
}
