// Where the bytes are: each image's own bytes, and the shared ones beside them, as areas.
import { Anchor, Breadcrumbs, Group, Paper, SimpleGrid, Stack, Text } from '@mantine/core';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Treemap, ResponsiveContainer } from 'recharts';
import { Link, useLocation } from 'wouter';
import { useScopedHosts } from '../queries.ts';
import { formatBytes, shortId } from '../ui/format.ts';
import { HostSelect } from '../ui/host-select.tsx';
import { Page } from '../ui/page.tsx';
import { EmptyState, FailureNote, LoadingRows } from '../ui/states.tsx';
import { IconChartTreemap } from '@tabler/icons-react';
import { imageName } from './image.ts';
import { sharedLayers, shares } from './layer-map.ts';
import { readable } from './layer-strip.tsx';
import { SpaceCell } from './space-cell.tsx';
import { useImages, useLayerMap } from './use-images.ts';

/** `id`: of an image; '' for a shared layer */
type Cell = { name: string; id: string; size: number; kind: 'used' | 'unused' | 'shared'; note: string };

/** Smaller shared layers together make one area; more names than these are only counted. */
const SHOWN_LAYERS = 40;
const SHOWN_NAMES = 8;

export default function SpacePage() {
  const { t } = useTranslation();
  const hosts = useScopedHosts();
  const [chosen, setChosen] = useState<string>();
  const host = chosen ?? hosts[0]?.id ?? '';
  const { rows } = useImages();
  const map = useLayerMap(host);
  const [, go] = useLocation();
  const figures = useMemo(() => {
    if (!map.data) return undefined;
    const share = shares(map.data);
    const total = map.data.layers.reduce((sum, layer) => sum + layer.sizeBytes, 0);
    const here = rows.filter((image) => image.host.id === host);
    const names = new Map(here.map((image) => [image.row.Id, imageName(image)]));
    const cells: Cell[] = here.map((image) => ({ name: imageName(image), id: image.row.Id, size: share.get(image.row.Id)?.uniqueBytes ?? 0, kind: image.usedBy.length > 0 ? 'used' : 'unused', note: '' }));
    const own = cells.reduce((sum, cell) => sum + cell.size, 0);
    const shared = sharedLayers(map.data).map((layer): Cell => ({ name: readable(layer.createdBy), id: '', size: layer.sizeBytes, kind: 'shared', note: t('images:space.sharedBy', { count: layer.images.length, names: layer.images.slice(0, SHOWN_NAMES).map((id) => names.get(id) ?? shortId(id)).join(', ') }) }));
    const rest = shared.slice(SHOWN_LAYERS).reduce((sum, cell) => sum + cell.size, 0);
    const data = [...cells, ...shared.slice(0, SHOWN_LAYERS), { name: t('images:space.otherShared'), id: '', size: rest, kind: 'shared', note: '' } satisfies Cell].filter((cell) => cell.size > 0).toSorted((a, b) => b.size - a.size);
    const apart = here.reduce((sum, image) => sum + image.row.Size, 0);
    return { data, total, own, saved: Math.max(0, apart - total) };
  }, [map.data, rows, host, t]);
  return (
    <Page fill before={<Breadcrumbs fz="sm"><Anchor component={Link} href="/images">{t('images:title')}</Anchor><span>{t('images:space.title')}</span></Breadcrumbs>} title={t('images:space.title')} subtitle={t('images:space.text')} actions={<HostSelect value={host} onChange={setChosen} />}>
      {map.isError ? <FailureNote title={t('images:space.failed')} error={map.error} onRetry={() => void map.refetch()} /> : !figures ? <LoadingRows /> : figures.data.length === 0 ? <EmptyState icon={IconChartTreemap} title={t('images:empty.title')} /> : (
        <>
          <SimpleGrid cols={{ base: 1, sm: 3 }}>
            {([['total', figures.total], ['own', figures.own], ['saved', figures.saved]] as const).map(([name, bytes]) => <Paper key={name} withBorder p="md"><Text size="xl" fw={640} className="numeric">{formatBytes(bytes)}</Text><Text size="sm" c="var(--gantry-subtle)">{t(`images:space.${name}`)}</Text></Paper>)}
          </SimpleGrid>
          <Group gap="lg">{(['used', 'unused', 'shared'] as const).map((kind) => <Group key={kind} gap={6}><span style={{ width: 11, height: 11, borderRadius: 3, background: SpaceCell.colours[kind] }} /><Text size="sm">{t(`images:space.kind.${kind}`)}</Text></Group>)}</Group>
          <Stack flex={1} mih={260} role="img" aria-label={t('images:space.title')}>
            <ResponsiveContainer width="100%" height="100%">
              <Treemap data={figures.data} dataKey="size" nameKey="name" aspectRatio={1.6} isAnimationActive={false} content={<SpaceCell />} onClick={(cell) => { const id = (cell as unknown as { id?: string }).id; if (id) go(`/images/${host}/${encodeURIComponent(id)}`); }} />
            </ResponsiveContainer>
          </Stack>
        </>
      )}
    </Page>
  );
}
