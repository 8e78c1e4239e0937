// For text fields that hold code: the field in the code font, its label not.
export const mono = { input: { fontFamily: 'var(--mantine-font-family-monospace)' } } as const;
