// One text as a regular expression that matches exactly it (RegExp.escape is not in TypeScript's es2024 library yet).
export const regexLiteral = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
