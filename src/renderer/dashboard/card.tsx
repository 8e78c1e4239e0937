// A titled box of the dashboard.
import { Group, Paper, Title } from '@mantine/core';
import type { ReactNode } from 'react';

export function Card({ title, aside, children, height }: { title: string; aside?: ReactNode; children: ReactNode; height?: number }) {
  return (
    <Paper withBorder p="md" component="section" aria-label={title} h="100%">
      <Group justify="space-between" mb="sm" wrap="nowrap"><Title order={2} size="h3">{title}</Title>{aside}</Group>
      <div style={height === undefined ? undefined : { height, overflow: 'auto' }}>{children}</div>
    </Paper>
  );
}
