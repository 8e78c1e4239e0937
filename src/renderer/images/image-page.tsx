// One image: what it is called, what it runs, what it is made of and who shares that.
import { Anchor, Badge, Breadcrumbs, Button, CopyButton, Group, Stack, Tabs, Text } from '@mantine/core';
import { IconBox, IconHistory, IconInfoCircle, IconJson, IconStack3 } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'wouter';
import { JsonTree } from '../containers/json-tree.tsx';
import { useHost } from '../queries.ts';
import { rpc } from '../rpc.ts';
import { formatAge, formatBytes, shortId } from '../ui/format.ts';
import { HostBadge } from '../ui/host-badge.tsx';
import { Page } from '../ui/page.tsx';
import { FailureNote, LoadingRows } from '../ui/states.tsx';
import { HistoryTable } from './history-table.tsx';
import { imageActions } from './image-actions.tsx';
import { imageName, tagsOf } from './image.ts';
import { ImageFacts } from './image-facts.tsx';
import { LayerList, LayerStrip } from './layer-strip.tsx';
import { stackOf } from './layer-map.ts';
import { UsedBy } from './used-by.tsx';
import { useImages, useLayerMap } from './use-images.ts';

export default function ImagePage() {
  const { t, i18n } = useTranslation();
  const params = useParams();
  const hostId = params['host'] ?? '';
  const id = decodeURIComponent(params['id'] ?? '');
  const host = useHost(hostId);
  const detail = useQuery({ queryKey: [hostId, 'images', id], queryFn: ({ signal }) => rpc.images.inspect({ host: hostId, id }, { signal }) });
  const { rows } = useImages();
  const map = useLayerMap(hostId);
  const [layer, setLayer] = useState<number>();
  const [tab, setTab] = useState<string | null>('overview');
  const crumbs = <Breadcrumbs fz="sm"><Anchor component={Link} href="/images">{t('images:title')}</Anchor><span>{shortId(id)}</span></Breadcrumbs>;
  if (detail.isPending) return <LoadingRows />;
  if (detail.isError) return <Page title={shortId(id)} before={crumbs}><FailureNote title={t('images:gone')} error={detail.error} onRetry={() => void detail.refetch()} /></Page>;

  const image = rows.find((item) => item.host.id === hostId && item.row.Id === detail.data.Id);
  const layers = map.data ? stackOf(map.data, detail.data.Id) : [];
  const nameById = (other: string) => { const row = rows.find((item) => item.host.id === hostId && item.row.Id === other); return row ? imageName(row) : shortId(other); };
  const platform = [detail.data.Os, detail.data.Architecture, detail.data.Variant].filter(Boolean).join('/');
  return (
    <Page
      before={crumbs}
      title={tagsOf({ RepoTags: detail.data.RepoTags ?? [] })[0] ?? t('images:untagged')}
      subtitle={
        <Group gap="xs" mt={4}>
          {host && <HostBadge host={host} />}
          <Badge color="gray">{platform}</Badge>
          <Badge color="gray">{formatBytes(detail.data.Size)}</Badge>
          {detail.data.Created && <Text size="sm">{formatAge(Date.parse(detail.data.Created), i18n.language)}</Text>}
          <CopyButton value={detail.data.Id}>{({ copied, copy }) => <Button size="compact-xs" variant="subtle" color="gray" onClick={copy} ff="monospace">{copied ? t('copied') : shortId(detail.data.Id)}</Button>}</CopyButton>
        </Group>
      }
      actions={image && imageActions.filter((action) => action.appliesTo([image])).map((action, index) => <Button key={action.id} size="xs" variant={index === 0 ? 'filled' : 'default'} leftSection={<action.icon size={15} />} onClick={() => void action.perform([image])}>{t(action.label)}</Button>)}
    >
      <LayerStrip layers={layers} selected={layer} onSelect={(index) => { setLayer(index); setTab('layers'); }} nameOf={nameById} />
      <Tabs value={tab} onChange={setTab} keepMounted={false}>
        <Tabs.List>
          <Tabs.Tab value="overview" leftSection={<IconInfoCircle size={15} />}>{t('images:tabs.overview')}</Tabs.Tab>
          <Tabs.Tab value="layers" leftSection={<IconStack3 size={15} />}>{t('images:tabs.layers')} <Text span size="xs" c="dimmed">{layers.length}</Text></Tabs.Tab>
          <Tabs.Tab value="history" leftSection={<IconHistory size={15} />}>{t('images:tabs.history')}</Tabs.Tab>
          <Tabs.Tab value="used" leftSection={<IconBox size={15} />}>{t('images:tabs.used')} <Text span size="xs" c="dimmed">{image?.usedBy.length ?? 0}</Text></Tabs.Tab>
          <Tabs.Tab value="inspect" leftSection={<IconJson size={15} />}>{t('images:tabs.inspect')}</Tabs.Tab>
        </Tabs.List>
        <Stack pt="md">
          <Tabs.Panel value="overview"><ImageFacts image={detail.data} host={hostId} /></Tabs.Panel>
          <Tabs.Panel value="layers"><LayerList layers={layers} selected={layer} onSelect={(index) => setLayer(index === layer ? undefined : index)} nameOf={nameById} linkOf={(other) => `/images/${hostId}/${encodeURIComponent(other)}`} /></Tabs.Panel>
          <Tabs.Panel value="history"><HistoryTable host={hostId} id={detail.data.Id} /></Tabs.Panel>
          <Tabs.Panel value="used"><UsedBy containers={image?.usedBy ?? []} /></Tabs.Panel>
          <Tabs.Panel value="inspect"><JsonTree value={detail.data} isSearchable /></Tabs.Panel>
        </Stack>
      </Tabs>
    </Page>
  );
}
