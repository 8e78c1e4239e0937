// The command palette (Ctrl+K): go anywhere, choose a host, and whatever the view in front offers.
import { Kbd, UnstyledButton } from '@mantine/core';
import { Spotlight, spotlight, type SpotlightActionGroupData } from '@mantine/spotlight';
import { IconBox, IconCloudDownload, IconFileImport, IconRecycle, IconSearch, IconServer2, IconStack2 } from '@tabler/icons-react';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import { viewCommands, type Command } from '../actions.ts';
import { imageName } from '../images/image.ts';
import { useHosts, useRows } from '../queries.ts';
import { navigation } from '../routes.ts';
import { scope } from '../scope.ts';
import { useStore } from '../store.ts';
import classes from './frame.module.css';

export function PaletteButton() {
  const { t } = useTranslation();
  return (
    <UnstyledButton className={classes.search} onClick={() => spotlight.open()} aria-label={t('palette.open')} visibleFrom="xs">
      <IconSearch size={15} aria-hidden />
      {t('palette.hint')}
      <Kbd size="xs">Ctrl K</Kbd>
    </UnstyledButton>
  );
}

export function Palette() {
  const { t } = useTranslation();
  const commands = useCommands();
  const actions = useMemo<SpotlightActionGroupData[]>(
    () =>
      [...Map.groupBy(commands, (command) => command.group)].map(([group, list]) => ({
        group,
        actions: list.map((command) => ({
          id: command.id,
          label: command.label,
          leftSection: <command.icon size={18} stroke={1.6} />,
          onClick: command.run,
          ...(command.description ? { description: command.description } : {}),
          ...(command.keywords ? { keywords: command.keywords } : {}),
        })),
      })),
    [commands],
  );
  return <Spotlight actions={actions} shortcut={['mod + K']} highlightQuery limit={40} scrollable maxHeight={440} nothingFound={t('palette.nothing')} searchProps={{ placeholder: t('palette.hint'), 'aria-label': t('palette.hint'), leftSection: <IconSearch size={18} /> }} />;
}

function useCommands(): Command[] {
  const { t } = useTranslation();
  const [, go] = useLocation();
  const hosts = useHosts();
  const fromViews = useStore(viewCommands);
  const objects = useObjects();
  return useMemo(
    () => [
      ...Object.values(fromViews).flat(),
      ...IMAGE_WAYS.map(([way, icon]) => ({ id: `images ${way}`, label: t(`palette.${way}`), group: t('palette.do'), icon, run: () => go(`/images?open=${way}`) })),
      ...navigation.map((item) => ({ id: `go ${item.path}`, label: t(item.label), group: t('palette.go'), icon: item.icon, run: () => go(item.path) })),
      ...[{ id: 'all', name: t('hosts.all') }, ...hosts].map((host) => ({ id: `host ${host.id}`, label: t('palette.show', { host: host.name }), group: t('palette.hosts'), icon: IconServer2, run: () => scope.set(host.id) })),
      ...objects,
    ],
    [fromViews, objects, hosts, t, go],
  );
}

const IMAGE_WAYS = [['pull', IconCloudDownload], ['load', IconFileImport], ['prune', IconRecycle]] as const;
/** More than this are found in their own list, which is made for it. */
const MAX_OBJECTS = 1000;

/** Containers and images by name. */
function useObjects(): Command[] {
  const { t } = useTranslation();
  const [, go] = useLocation();
  const containers = useRows('containers').rows;
  const images = useRows('images').rows;
  return useMemo(() => {
    if (containers.length + images.length > MAX_OBJECTS) return [];
    return [
      ...containers.map(({ key, host, row }) => ({ id: `container ${key}`, label: (row.Names[0] ?? row.Id.slice(0, 12)).replace(/^\//, ''), description: `${row.Image} · ${host.name}`, group: t('containers:title'), icon: IconBox, keywords: row.Id, run: () => go(`/containers/${host.id}/${row.Id}`) })),
      ...images.map((image) => ({ id: `image ${image.key}`, label: imageName(image), description: image.host.name, group: t('images:title'), icon: IconStack2, keywords: `${(image.row.RepoTags ?? []).join(' ')} ${image.row.Id}`, run: () => go(`/images/${image.host.id}/${encodeURIComponent(image.row.Id)}`) })),
    ];
  }, [containers, images, t, go]);
}
