// The head of a view: its name, what it says about itself, its main actions.
import { Group, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './page.module.css';

interface PageProps { title: ReactNode; subtitle?: ReactNode; before?: ReactNode; actions?: ReactNode; children: ReactNode; /** children fill the height and scroll by themselves */ fill?: boolean }

export function Page({ title, subtitle, before, actions, children, fill = false }: PageProps) {
  return (
    <section className={classes.page} data-fill={fill || undefined}>
      {before}
      <Group justify="space-between" align="flex-start" gap="8px 16px" className={classes.head}>
        <div className={classes.titles}>
          <Title order={1} className={classes.title ?? ''}>{title}</Title>
          {subtitle !== undefined && <Text size="sm" c="var(--gantry-subtle)" component="div">{subtitle}</Text>}
        </div>
        <Group gap="xs">{actions}</Group>
      </Group>
      {children}
    </section>
  );
}
