// Rows under headings, in the order they are shown.

export type Entry<T> = { row: T } | { group: string; rows: T[] };

/** Groups by name, the nameless one last and, when it is the only one, without a heading; closed groups show their heading only. */
export function grouped<T>(rows: T[], groupOf: ((row: T) => string) | undefined, closed: ReadonlySet<string> | undefined): Entry<T>[] {
  if (!groupOf) return rows.map((row) => ({ row }));
  const groups = [...Map.groupBy(rows, groupOf)].sort(([a], [b]) => Number(a === '') - Number(b === '') || a.localeCompare(b));
  return groups.flatMap(([group, inside]): Entry<T>[] => [...(group === '' && groups.length === 1 ? [] : [{ group, rows: inside }]), ...(closed?.has(group) ? [] : inside.map((row) => ({ row })))]);
}
