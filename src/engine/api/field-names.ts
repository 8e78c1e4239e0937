// Names in a JSON body. dockerd is written in Go, whose decoder takes names in any case, and clients rely on it: docker-py sends `detachKeys`.

/** The body with the spelling of `names` for each of its fields that differs in case only; an exact spelling wins. */
export function withFieldNames<T extends object>(body: T | undefined, names: readonly (keyof T & string)[]): T | undefined {
  if (body === undefined || body === null || typeof body !== 'object' || Array.isArray(body)) return body;
  const spelling = new Map(names.map((name) => [name.toLowerCase(), name]));
  const entries = Object.entries(body);
  return Object.fromEntries([...entries.map(([name, value]) => [spelling.get(name.toLowerCase()) ?? name, value]), ...entries]) as T;
}
