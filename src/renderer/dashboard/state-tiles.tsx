// Counts that lead to the lists behind them.
import { Group, Paper, SimpleGrid, Text, ThemeIcon } from '@mantine/core';
import { IconBox, IconPlayerPause, IconPlayerPlay, IconStack2, type Icon } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import { useRows } from '../queries.ts';
import { formatBytes } from '../ui/format.ts';
import classes from './dashboard.module.css';

export function StateTiles() {
  const { t } = useTranslation();
  const containers = useRows('containers').rows;
  const images = useRows('images').rows;
  const running = containers.filter((item) => item.row.State === 'running').length;
  const failed = containers.filter((item) => item.row.State === 'exited' && !item.row.Status.startsWith('Exited (0)')).length;
  const stopped = containers.length - running;
  return (
    <SimpleGrid cols={{ base: 2, lg: 4 }} spacing="md">
      <Tile href="/containers" icon={IconPlayerPlay} colour="teal" value={running} label={t('dashboard:running')} />
      <Tile href="/containers" icon={IconPlayerPause} colour="gray" value={stopped} label={t('dashboard:stopped')} note={failed > 0 ? t('dashboard:failed', { count: failed }) : undefined} />
      <Tile href="/containers" icon={IconBox} colour="gantry" value={containers.length} label={t('dashboard:containers')} />
      <Tile href="/images" icon={IconStack2} colour="grape" value={images.length} label={t('dashboard:images')} note={formatBytes(images.reduce((sum, item) => sum + item.row.Size, 0))} />
    </SimpleGrid>
  );
}

interface TileProps { href: string; icon: Icon; colour: string; value: number; label: string; note?: string | undefined }

function Tile({ href, icon: Shown, colour, value, label, note }: TileProps) {
  return (
    <Paper component={Link} href={href} withBorder p="md" className={classes.tile ?? ''}>
      <Group gap="md" wrap="nowrap">
        <ThemeIcon size={42} variant="light" color={colour}><Shown size={22} stroke={1.6} aria-hidden /></ThemeIcon>
        <div style={{ minWidth: 0 }}>
          <Text fz={24} fw={640} lh={1.1} className="numeric">{value.toLocaleString()}</Text>
          <Text size="sm" c="var(--gantry-subtle)" truncate title={note}>{label}{note && <Text span size="sm" c="var(--gantry-subtle)"> · {note}</Text>}</Text>
        </div>
      </Group>
    </Paper>
  );
}
