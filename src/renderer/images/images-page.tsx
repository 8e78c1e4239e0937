// All images of the hosts in scope: find, get, clean up.
import { ActionIcon, Badge, Button, Group, Menu, SegmentedControl, Select, TextInput } from '@mantine/core';
import { IconChartTreemap, IconChevronDown, IconCloudDownload, IconFileImport, IconRecycle, IconSearch, IconStack2 } from '@tabler/icons-react';
import type { TFunction } from 'i18next';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation, useSearchParams } from 'wouter';
import { useScopedHosts } from '../queries.ts';
import { DataTable, type Column } from '../ui/data-table.tsx';
import { formatAge, formatBytes, shortId } from '../ui/format.ts';
import { HostBadge } from '../ui/host-badge.tsx';
import { Page } from '../ui/page.tsx';
import { RowMenu, SelectionBar, usePaletteActions } from '../ui/row-actions.tsx';
import { EmptyState, FailureNote, LoadingRows } from '../ui/states.tsx';
import { DropArchive } from './drop-archive.tsx';
import classes from './images.module.css';
import { imageActions } from './image-actions.tsx';
import { FILTERS, fits, imageName, isDangling, tagsOf, type Image, type ImageFilter } from './image.ts';
import { LoadDialog } from './load-dialog.tsx';
import { PruneDialog } from './prune-dialog.tsx';
import { PullDialog } from './pull-dialog.tsx';
import { useImages } from './use-images.ts';

type Open = 'pull' | 'load' | 'prune';
const asOpen = (text: string | null): Open | undefined => (['pull', 'load', 'prune'] as const).find((value) => value === text);

export default function ImagesPage() {
  const { t, i18n } = useTranslation();
  const { rows, isLoading, errors, retry } = useImages();
  const hosts = useScopedHosts();
  const [onHost, setOnHost] = useState<string | null>(null);
  const [search, setSearch] = useState('');
  const [filter, setFilter] = useState<ImageFilter>('all');
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [query, setQuery] = useSearchParams();
  const [open, setOpen] = useState<Open | undefined>(asOpen(query.get('open')));
  const [dropped, setDropped] = useState<File>();
  const [, go] = useLocation();
  const shown = useMemo(() => {
    const words = search.trim().toLowerCase().split(/\s+/).filter(Boolean);
    return rows.filter((image) => fits(image, filter) && (onHost === null || image.host.id === onHost) && words.every((word) => `${tagsOf(image.row).join(' ')} ${image.row.Id}`.toLowerCase().includes(word)));
  }, [rows, search, filter, onHost]);
  const items = useMemo(() => rows.filter((item) => selected.has(item.key)), [rows, selected]);
  const columns = useMemo(() => columnsOf(t, i18n.language, hosts.length > 1), [t, i18n.language, hosts.length]);
  usePaletteActions('images', t('images:title'), imageActions, items);
  const close = () => {
    setOpen(undefined);
    setDropped(undefined);
    if (query.has('open')) setQuery({});
  };
  const total = rows.reduce((sum, image) => sum + image.row.Size, 0);

  return (
    <Page
      fill
      title={t('images:title')}
      subtitle={rows.length > 0 && t('images:summary', { count: rows.length, size: formatBytes(total) })}
      actions={
        <>
          <Button variant="default" leftSection={<IconChartTreemap size={16} />} onClick={() => go('/images/space')}>{t('images:space.open')}</Button>
          <Button variant="default" leftSection={<IconRecycle size={16} />} onClick={() => setOpen('prune')}>{t('images:prune.open')}</Button>
          <Button.Group>
            <Button leftSection={<IconCloudDownload size={16} />} onClick={() => setOpen('pull')}>{t('images:pull.open')}</Button>
            <Menu>
              <Menu.Target><ActionIcon variant="filled" color="gantry" w={34} h={36} radius="md" aria-label={t('images:more')} style={{ borderStartStartRadius: 0, borderEndStartRadius: 0, borderInlineStart: '1px solid rgb(255 255 255 / 35%)' }}><IconChevronDown size={16} /></ActionIcon></Menu.Target>
              <Menu.Dropdown><Menu.Item leftSection={<IconFileImport size={16} />} onClick={() => setOpen('load')}>{t('images:load.open')}</Menu.Item></Menu.Dropdown>
            </Menu>
          </Button.Group>
        </>
      }
    >
      {errors.map(({ host, error }) => <FailureNote key={host.id} title={t('images:listFailed', { host: host.name })} error={error} onRetry={retry} />)}
      {isLoading ? <LoadingRows /> : rows.length === 0 && errors.length === 0 ? (
        <EmptyState icon={IconStack2} title={t('images:empty.title')} text={t('images:empty.text')}>
          <Button leftSection={<IconCloudDownload size={16} />} onClick={() => setOpen('pull')}>{t('images:pull.open')}</Button>
          <Button variant="default" leftSection={<IconFileImport size={16} />} onClick={() => setOpen('load')}>{t('images:load.open')}</Button>
        </EmptyState>
      ) : (
        <>
          <Group gap="sm">
            <TextInput value={search} onChange={(event) => setSearch(event.currentTarget.value)} placeholder={t('images:search')} aria-label={t('images:search')} leftSection={<IconSearch size={15} />} w={320} />
            <SegmentedControl size="sm" value={filter} onChange={(value) => setFilter(value as ImageFilter)} data={FILTERS.map((value) => ({ value, label: t(`images:filter.${value}`) }))} aria-label={t('images:filter.label')} />
            {hosts.length > 1 && <Select value={onHost} onChange={setOnHost} data={hosts.map(({ id, name }) => ({ value: id, label: name }))} placeholder={t('images:filter.anyHost')} clearable aria-label={t('images:filter.host')} w={170} />}
          </Group>
          <SelectionBar actions={imageActions} items={items} onClear={() => setSelected(new Set())} />
          <DataTable label={t('images:title')} rows={shown} columns={columns} keyOf={(item) => item.key} nameOf={imageName} defaultSort={{ column: 'created', descending: true }} selected={selected} onSelect={setSelected} onOpen={(item) => go(`/images/${item.host.id}/${encodeURIComponent(item.row.Id)}`)} onKey={(key) => key === 'Delete' && items.length > 0 && void imageActions.at(-1)?.perform(items)} />
        </>
      )}
      <DropArchive onFile={(file) => { setDropped(file); setOpen('load'); }} />
      <PullDialog opened={open === 'pull'} onClose={close} />
      <LoadDialog opened={open === 'load'} onClose={close} file={dropped} />
      <PruneDialog opened={open === 'prune'} onClose={close} />
    </Page>
  );
}

function columnsOf(t: TFunction, language: string, severalHosts: boolean): Column<Image>[] {
  return [
    { id: 'name', label: t('images:columns.name'), width: 'minmax(150px, 3fr)', sortBy: imageName, render: (item) => <Name image={item} more={t} /> },
    { id: 'id', label: t('images:columns.id'), width: '108px', hideBelow: 900, render: (item) => <span className={classes.id}>{shortId(item.row.Id)}</span> },
    { id: 'size', label: t('images:columns.size'), width: '84px', align: 'right', sortBy: (item) => item.row.Size, render: (item) => formatBytes(item.row.Size) },
    { id: 'shared', label: t('images:columns.shared'), width: '84px', align: 'right', hideBelow: 640, sortBy: (item) => item.sharedBytes ?? -1, render: (item) => <span className={classes.subtle}>{item.sharedBytes === undefined ? '–' : formatBytes(item.sharedBytes)}</span> },
    { id: 'used', label: t('images:columns.used'), width: 'minmax(106px, 1fr)', sortBy: (item) => item.usedBy.length, render: (item) => item.usedBy.length > 0 && <Badge color="teal" size="sm">{t('images:usedBy', { count: item.usedBy.length })}</Badge> },
    { id: 'created', label: t('images:columns.created'), width: '116px', sortBy: (item) => item.row.Created, render: (item) => formatAge(item.row.Created * 1000, language) },
    ...(severalHosts ? [{ id: 'host', label: t('images:columns.host'), width: '112px', sortBy: (item: Image) => item.host.name, render: (item: Image) => <HostBadge host={item.host} /> }] : []),
    { id: 'actions', label: '', width: '40px', render: (item) => <RowMenu actions={imageActions} row={item} name={imageName(item)} /> },
  ];
}

/** Plain elements: ten thousand rows pass by while the list scrolls. */
function Name({ image, more }: { image: Image; more: TFunction }) {
  const tags = tagsOf(image.row);
  const [repository, tag] = split(tags[0] ?? '');
  return (
    <span className={classes.name}>
      {isDangling(image) ? <i className={classes.subtle}>{more('images:untagged')}</i> : <span className={classes.words}><span className={classes.repository}>{repository}</span><span className={classes.subtle}>:{tag}</span></span>}
      {tags.length > 1 && <span className={classes.count} title={tags.slice(1).join('\n')}>+{tags.length - 1}</span>}
    </span>
  );
}

function split(tag: string): [string, string] {
  const colon = tag.lastIndexOf(':');
  return colon < 0 ? [tag, ''] : [tag.slice(0, colon), tag.slice(colon + 1)];
}
