// What the image says about itself: names, and the configuration a container starts with.
import { ActionIcon, Badge, Code, Group, Paper, SimpleGrid, Stack, Table, Text, Title } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { Fragment, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { ImageDetail } from '../../main/contract/images.ts';
import { rpc } from '../rpc.ts';
import { attempt } from '../ui/notify.ts';
import { tagsOf } from './image.ts';

export function ImageFacts({ image, host }: { image: ImageDetail; host: string }) {
  const { t } = useTranslation();
  const config = image.Config ?? {};
  const tags = tagsOf({ RepoTags: image.RepoTags ?? [] });
  const words = (list: string[] | null | undefined) => (list && list.length > 0 ? <Code>{JSON.stringify(list)}</Code> : undefined);
  const badges = (map: Record<string, unknown> | null | undefined) => (map && Object.keys(map).length > 0 ? <Group gap={4}>{Object.keys(map).map((key) => <Badge key={key} color="gray">{key}</Badge>)}</Group> : undefined);
  const facts: [string, ReactNode][] = [
    ['entrypoint', words(config.Entrypoint)],
    ['command', words(config.Cmd)],
    ['workdir', config.WorkingDir],
    ['user', config.User],
    ['ports', badges(config.ExposedPorts)],
    ['volumes', badges(config.Volumes)],
    ['health', config.Healthcheck?.Test && <Code>{JSON.stringify(config.Healthcheck.Test)}</Code>],
    ['stopSignal', config.StopSignal],
    ['author', image.Author],
  ];
  return (
    <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="md">
      <Stack>
        <Section title={t('images:facts.names')}>
          <Stack gap={6} p="sm">
            {tags.length === 0 && <Text size="sm" c="dimmed">{t('images:untagged')}</Text>}
            {tags.map((tag) => (
              <Group key={tag} gap="xs" justify="space-between"><Text size="sm" ff="monospace">{tag}</Text><ActionIcon size="sm" aria-label={t('images:untag', { name: tag })} onClick={() => void attempt(t('images:failed.remove', { name: tag }), () => rpc.images.remove({ host, id: tag }))} disabled={tags.length < 2}><IconX size={14} /></ActionIcon></Group>
            ))}
            {(image.RepoDigests ?? []).map((digest) => <Text key={digest} size="xs" ff="monospace" c="var(--gantry-subtle)" style={{ overflowWrap: 'anywhere' }}>{digest}</Text>)}
          </Stack>
        </Section>
        <Section title={t('images:facts.config')}>
          <Table variant="vertical" fz="sm"><Table.Tbody>{facts.filter(([, value]) => value !== undefined && value !== '').map(([name, value]) => <Table.Tr key={name}><Table.Th w={150}>{t(`images:facts.${name}`)}</Table.Th><Table.Td style={{ overflowWrap: 'anywhere' }}>{value}</Table.Td></Table.Tr>)}</Table.Tbody></Table>
        </Section>
      </Stack>
      <Stack>
        <Pairs title={t('images:facts.env')} pairs={(config.Env ?? []).map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)])} />
        <Pairs title={t('images:facts.labels')} pairs={Object.entries(config.Labels ?? {})} />
      </Stack>
    </SimpleGrid>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return <Paper withBorder><Title order={2} size="h3" px="sm" py={8} style={{ borderBottom: '1px solid var(--gantry-line)' }}>{title}</Title>{children}</Paper>;
}

function Pairs({ title, pairs }: { title: string; pairs: [string, string][] }) {
  const { t } = useTranslation();
  return (
    <Section title={title}>
      {pairs.length === 0 ? <Text size="sm" c="dimmed" p="sm">{t('images:facts.none')}</Text> : (
        <Table fz="sm" layout="fixed"><Table.Tbody>{pairs.map(([name, value]) => <Table.Tr key={name}><Table.Td w="46%" ff="monospace" fz="xs" style={{ overflowWrap: 'anywhere' }}>{breakable(name)}</Table.Td><Table.Td ff="monospace" fz="xs" style={{ overflowWrap: 'anywhere' }}>{value}</Table.Td></Table.Tr>)}</Table.Tbody></Table>
      )}
    </Section>
  );
}

/** A long name breaks after a dot rather than in the middle of a word. */
function breakable(name: string): ReactNode {
  return name.split(/(?<=\.)/).map((part, index) => <Fragment key={index}>{index > 0 && <wbr />}{part}</Fragment>);
}
