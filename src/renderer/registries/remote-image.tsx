// An image that is still in its registry: platforms, configuration, layers and what a pull would transfer.
import { Badge, Button, Code, Group, Paper, SegmentedControl, Stack, Table, Text, Title } from '@mantine/core';
import { IconCloudDownload, IconStack3 } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import type { RemotePlatform } from '../../main/contract/registries.ts';
import { trayOpen } from '../frame/task-tray.tsx';
import { readable } from '../images/layer-strip.tsx';
import { startPull } from '../images/transfers.ts';
import { remotePath } from '../layers/registry-opener.tsx';
import { useHost } from '../queries.ts';
import { rpc } from '../rpc.ts';
import { formatAge, formatBytes } from '../ui/format.ts';
import { FailureNote, LoadingRows } from '../ui/states.tsx';
import classes from './registries.module.css';

interface RemoteImageProps { host: string; address: string; repository: string; tag: string }

export function RemoteImagePanel({ host, address, repository, tag }: RemoteImageProps) {
  const { t } = useTranslation();
  const target = useHost(host);
  const image = useQuery({ queryKey: [host, 'registry', address, repository, tag], queryFn: ({ signal }) => rpc.registries.image({ host, address, repository, tag }, { signal }) });
  const [chosen, setChosen] = useState(0);
  const shown = image.data?.platforms[Math.min(chosen, image.data.platforms.length - 1)];
  const reference = `${address === 'docker.io' ? '' : `${address}/`}${repository}:${tag}`;
  const pull = () => {
    if (!target || !shown) return;
    const several = (image.data?.platforms.length ?? 0) > 1;
    void startPull(target, { reference, ...(several ? { platform: nameOf(shown) } : {}) });
    trayOpen.set(true);
  };
  return (
    <Paper withBorder p="md" className={classes.rest} component="section" aria-label={reference}>
      {image.isPending ? <LoadingRows /> : image.isError ? <FailureNote title={t('registries:imageFailed')} error={image.error} onRetry={() => void image.refetch()} /> : (
        <Stack gap="md">
          <Group justify="space-between" align="flex-start" wrap="nowrap">
            <div style={{ minWidth: 0 }}><Title order={2}>{repository}<Text span inherit fw={400} c="var(--gantry-subtle)">:{tag}</Text></Title><Text size="xs" ff="monospace" c="var(--gantry-subtle)" truncate>{image.data.digest}</Text></div>
            <Group gap="xs" wrap="nowrap" flex="none">
              {shown && <Button component={Link} href={`${remotePath(host, reference)}?platform=${encodeURIComponent(nameOf(shown))}`} variant="default" leftSection={<IconStack3 size={16} />}>{t('layers:registry.explore')}</Button>}
              <Button leftSection={<IconCloudDownload size={16} />} onClick={pull} disabled={!shown}>{t('registries:pull')}</Button>
            </Group>
          </Group>
          {image.data.platforms.length > 1 && <SegmentedControl size="xs" value={String(chosen)} onChange={(value) => setChosen(Number(value))} data={image.data.platforms.map((platform, index) => ({ value: String(index), label: nameOf(platform) }))} aria-label={t('registries:platform')} w="fit-content" />}
          {shown && <PlatformFacts platform={shown} />}
        </Stack>
      )}
    </Paper>
  );
}

function nameOf({ platform }: RemotePlatform): string {
  return [platform.os, platform.architecture, platform.variant].filter(Boolean).join('/');
}

function PlatformFacts({ platform }: { platform: RemotePlatform }) {
  const { t, i18n } = useTranslation();
  const { config = {}, created, history = [] } = platform.config;
  const steps = history.filter((step) => !step.empty_layer);
  const largest = Math.max(1, ...platform.layers.map((layer) => layer.sizeBytes));
  return (
    <>
      <Group gap="xs">
        <Badge>{nameOf(platform)}</Badge>
        <Badge color="gray">{t('registries:transfers', { size: formatBytes(platform.compressedBytes) })}</Badge>
        {created && <Text size="sm" c="var(--gantry-subtle)">{formatAge(Date.parse(created), i18n.language)}</Text>}
      </Group>
      <Table variant="vertical" fz="sm"><Table.Tbody>
        {([['entrypoint', config.Entrypoint], ['command', config.Cmd], ['env', config.Env]] as const).map(([name, words]) => words && words.length > 0 && <Table.Tr key={name}><Table.Th w={140}>{t(`images:facts.${name}`)}</Table.Th><Table.Td>{name === 'env' ? words.map((line) => <Code key={line} block mb={3} style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>{line}</Code>) : <Code style={{ overflowWrap: 'anywhere' }}>{JSON.stringify(words)}</Code>}</Table.Td></Table.Tr>)}
        {config.WorkingDir && <Table.Tr><Table.Th>{t('images:facts.workdir')}</Table.Th><Table.Td><Code>{config.WorkingDir}</Code></Table.Td></Table.Tr>}
        {config.User && <Table.Tr><Table.Th>{t('images:facts.user')}</Table.Th><Table.Td><Code>{config.User}</Code></Table.Td></Table.Tr>}
        {config.ExposedPorts && <Table.Tr><Table.Th>{t('images:facts.ports')}</Table.Th><Table.Td>{Object.keys(config.ExposedPorts).join(', ')}</Table.Td></Table.Tr>}
      </Table.Tbody></Table>
      <Title order={3}>{t('images:layers.title', { count: platform.layers.length })}</Title>
      <Stack gap={8}>
        {platform.layers.map((layer, index) => (
          <div key={`${index} ${layer.digest}`}>
            <Group gap="sm" wrap="nowrap" justify="space-between"><Text size="sm" ff="monospace" lineClamp={2} style={{ overflowWrap: 'anywhere' }}>{readable(steps[index]?.created_by ?? layer.digest)}</Text><Text size="sm" className="numeric" style={{ whiteSpace: 'nowrap' }}>{formatBytes(layer.sizeBytes)}</Text></Group>
            <div className={classes.bar} style={{ width: `${(layer.sizeBytes / largest) * 100}%` }} />
          </div>
        ))}
      </Stack>
    </>
  );
}
