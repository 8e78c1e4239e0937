/** `v1.43` is [1, 43]; clients of older versions get older behaviour. */
export type ApiVersion = readonly [major: number, minor: number];

export const isBefore = (a: ApiVersion, b: ApiVersion): boolean => a[0] < b[0] || (a[0] === b[0] && a[1] < b[1]);
