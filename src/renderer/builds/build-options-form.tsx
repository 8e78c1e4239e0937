// How to build: names, target, platform, arguments as the file declares them, secrets.
import { Checkbox, Collapse, Select, Stack, TagsInput, Textarea, TextInput, UnstyledButton, Text, Group } from '@mantine/core';
import { IconChevronRight } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { BuildOptions, DockerfileCheck } from '../../main/contract/builds.ts';

interface OptionsProps { options: BuildOptions; onChange: (change: (now: BuildOptions) => BuildOptions) => void; check: DockerfileCheck }

const PLATFORMS = ['linux/amd64', 'linux/arm64', 'linux/arm/v7'];

export function BuildOptionsForm({ options, onChange, check }: OptionsProps) {
  const { t } = useTranslation();
  const [isMore, setMore] = useState(false);
  const set = (change: Partial<BuildOptions>) => onChange((now) => ({ ...now, ...change }));
  const targets = check.stages.map((stage) => stage.name ?? String(stage.index));
  const setArg = (name: string, value: string) => onChange((now) => {
    const { [name]: _old, ...rest } = now.args;
    return { ...now, args: value === '' ? rest : { ...rest, [name]: value } };
  });
  return (
    <Stack gap="sm">
      <TagsInput label={t('builds:form.tags')} placeholder={options.tags.length === 0 ? 'shop/api:1.0' : ''} value={options.tags} onChange={(tags) => set({ tags })} splitChars={[',', ' ']} acceptValueOnBlur />
      {targets.length > 1 && <Select label={t('builds:form.target')} data={[{ value: '', label: t('builds:form.lastStage') }, ...targets]} value={options.target} onChange={(target) => set({ target: target ?? '' })} allowDeselect={false} />}
      {check.args.length > 0 && (
        <Stack gap={6}>
          <Text size="sm" fw={500}>{t('builds:form.args')}</Text>
          {check.args.map(({ name, value }) => <TextInput key={name} size="xs" aria-label={t('builds:form.argOf', { name })} leftSection={<Text size="xs" ff="monospace" px={8} truncate>{name}</Text>} leftSectionWidth={140} placeholder={value ?? t('builds:form.unset')} value={options.args[name] ?? ''} onChange={(event) => setArg(name, event.currentTarget.value)} />)}
        </Stack>
      )}
      <Group gap="lg">
        <Checkbox label={t('builds:form.noCache')} checked={options.noCache} onChange={(event) => set({ noCache: event.currentTarget.checked })} />
        <Checkbox label={t('builds:form.pull')} checked={options.pull} onChange={(event) => set({ pull: event.currentTarget.checked })} />
      </Group>
      <UnstyledButton onClick={() => setMore(!isMore)} aria-expanded={isMore}><Group gap={4}><IconChevronRight size={14} style={{ transform: isMore ? 'rotate(90deg)' : 'none' }} /><Text size="sm">{t('builds:form.more')}</Text></Group></UnstyledButton>
      <Collapse expanded={isMore}>
        <Stack gap="sm">
          <Select label={t('builds:form.platform')} data={[{ value: '', label: t('builds:form.hostPlatform') }, ...PLATFORMS]} value={options.platform} onChange={(platform) => set({ platform: platform ?? '' })} allowDeselect={false} />
          <Select label={t('builds:form.network')} data={(['default', 'host', 'none'] as const).map((value) => ({ value, label: t(`builds:form.networks.${value}`) }))} value={options.network} onChange={(network) => set({ network: network as BuildOptions['network'] })} allowDeselect={false} />
          <Pairs label={t('builds:form.labels')} hint="org.opencontainers.image.source=…" value={options.labels} onChange={(labels) => set({ labels })} />
          <Pairs label={t('builds:form.secrets')} hint={t('builds:form.secretsHint')} value={options.secrets} onChange={(secrets) => set({ secrets })} />
        </Stack>
      </Collapse>
    </Stack>
  );
}

function Pairs({ label, hint, value, onChange }: { label: string; hint: string; value: Record<string, string>; onChange: (value: Record<string, string>) => void }) {
  const [text, setText] = useState(() => Object.entries(value).map(([key, item]) => `${key}=${item}`).join('\n'));
  const change = (next: string) => {
    setText(next);
    onChange(Object.fromEntries(next.split('\n').filter((line) => /^[^=\s]+=/.test(line)).map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)])));
  };
  return <Textarea label={label} placeholder={hint} value={text} onChange={(event) => change(event.currentTarget.value)} autosize minRows={2} styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }} />;
}
