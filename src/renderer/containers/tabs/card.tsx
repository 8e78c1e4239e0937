// A titled box of the overview.
import { Paper, Text } from '@mantine/core';
import type { ReactNode } from 'react';

export function Card({ title, children }: { title: string; children: ReactNode }) {
  return <Paper withBorder p="md" component="section" aria-label={title}><Text fw={600} size="sm" mb="xs">{title}</Text>{children}</Paper>;
}
