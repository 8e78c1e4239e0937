// The form of a new build: where from, how, with the Dockerfile open beside it. What it does is shown as a command.
import { ActionIcon, Anchor, Button, CopyButton, Group, Paper, SegmentedControl, Select, Stack, Text, Tooltip } from '@mantine/core';
import { Dropzone } from '@mantine/dropzone';
import { IconArrowLeft, IconBrandGit, IconCheck, IconCopy, IconDeviceFloppy, IconFileCode, IconHammer } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import type { BuildOptions, BuildSource, DockerfileCheck } from '../../main/contract/builds.ts';
import { rpc } from '../rpc.ts';
import { useScopedHosts } from '../queries.ts';
import { HostSelect } from '../ui/host-select.tsx';
import { attempt, notifyDone } from '../ui/notify.ts';
import { Page } from '../ui/page.tsx';
import { EmptyState } from '../ui/states.tsx';
import { optionsOf, startBuild, type Build } from './build-actions.tsx';
import { BuildOptionsForm } from './build-options-form.tsx';
import classes from './builds.module.css';
import { buildCommand } from './command.ts';
import DockerfileEditor from './dockerfile-editor.tsx';
import { Findings } from './findings.tsx';
import { SourceForm } from './source-form.tsx';

const FIRST_TEXT = 'FROM debian:12-slim\n\nRUN echo "hello" > /hello\n\nCMD ["cat", "/hello"]\n';
const NO_CHECK: DockerfileCheck = { faults: [], findings: [], args: [], stages: [] };
const NO_OPTIONS: BuildOptions = { tags: [], dockerfile: 'Dockerfile', target: '', platform: '', args: {}, labels: {}, noCache: false, pull: false, network: 'default', secrets: {} };

/** @param begun a build to begin with: its source and options fill the form */
export function BuildForm({ begun }: { begun: Build | undefined }) {
  const { t } = useTranslation();
  const hosts = useScopedHosts();
  const [host, setHost] = useState(begun?.host.id ?? '');
  const first = begun?.row.source ?? null;
  const [kind, setKind] = useState<BuildSource['kind']>(first?.kind ?? 'folder');
  const [folder, setFolder] = useState('');
  const [url, setUrl] = useState(first?.kind === 'git' ? first.url : '');
  const [names, setNames] = useState<string[]>([]);
  const [text, setText] = useState(first?.kind === 'text' ? first.dockerfile : FIRST_TEXT);
  const [savedText, setSavedText] = useState<string>();
  const [check, setCheck] = useState(NO_CHECK);
  const [options, setOptions] = useState(begun ? optionsOf(begun.row) : NO_OPTIONS);
  const [isStarting, setStarting] = useState(false);
  const chosen = host || ((hosts.find((item) => item.state === 'live') ?? hosts[0])?.id ?? '');
  const source: BuildSource = kind === 'folder' ? { kind, path: folder } : kind === 'git' ? { kind, url } : { kind, dockerfile: text };
  const isReady = chosen !== '' && (kind === 'folder' ? savedText !== undefined : kind === 'git' ? url !== '' : text.trim() !== '');
  const isChanged = kind === 'folder' && savedText !== undefined && savedText !== text;

  const openFile = async (path: string, name: string) => {
    const file = await rpc.builds.readFile({ path, name });
    setText(file.text);
    setSavedText(file.text);
    setOptions((now) => ({ ...now, dockerfile: name, target: now.dockerfile === name ? now.target : '' }));
  };
  const openFolder = (path: string, wanted?: string) => attempt(t('builds:failed.folder'), async () => {
    const found = await rpc.builds.folder({ path });
    const name = wanted ?? found.names[0];
    setFolder(found.path);
    setNames(found.names);
    if (name === undefined) setSavedText(undefined);
    else await openFile(found.path, name);
    if (wanted === undefined) notifyDone(t('builds:form.folderOf', { count: found.files, ignored: found.ignored }));
  });
  useEffect(() => {
    if (first?.kind === 'folder') void openFolder(first.path, begun?.row.request.dockerfile);
    // once, when the form opens: later the folder is the person's choice
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, []);
  const save = () => attempt(t('builds:failed.save'), async () => {
    await rpc.builds.writeFile({ path: folder, name: options.dockerfile, text });
    setSavedText(text);
  });
  const submit = async () => {
    setStarting(true);
    if (!isChanged || (await save())) await startBuild(chosen, source, options);
    setStarting(false);
  };
  const drop = async (file: File) => {
    setKind('text');
    setText(await file.text());
  };
  const command = buildCommand(source, options);

  return (
    <Page
      fill
      before={<Anchor component={Link} href="/builds" size="sm"><Group gap={4}><IconArrowLeft size={14} />{t('builds:title')}</Group></Anchor>}
      title={t('builds:new')}
      actions={<Button leftSection={<IconHammer size={16} />} loading={isStarting} disabled={!isReady || check.faults.length > 0} onClick={() => void submit()}>{t('builds:form.start')}</Button>}
    >
      <div className={classes.form}>
        <Stack gap="sm" className={classes.formSide ?? ''}>
          <HostSelect value={chosen} onChange={setHost} />
          <SegmentedControl fullWidth value={kind} onChange={(value) => setKind(value as BuildSource['kind'])} data={(['folder', 'git', 'text'] as const).map((value) => ({ value, label: t(`builds:form.kind.${value}`) }))} aria-label={t('builds:form.kindLabel')} />
          <SourceForm kind={kind} folder={folder} url={url} onFolder={(path) => void openFolder(path)} onUrl={setUrl} />
          {kind === 'folder' && names.length > 1 && <Select label={t('builds:form.dockerfile')} data={names} value={options.dockerfile} onChange={(name) => name && void attempt(t('builds:failed.folder'), () => openFile(folder, name))} />}
          <BuildOptionsForm options={options} onChange={setOptions} check={kind === 'git' ? NO_CHECK : check} />
        </Stack>
        <div className={classes.editorSide}>
          {kind !== 'git' && (
            <>
              <Dropzone onDrop={(files) => files[0] && void drop(files[0])} multiple={false} activateOnClick={false} p="xs" radius="md" aria-label={t('builds:form.drop')}>
                <Group justify="space-between" style={{ pointerEvents: 'all' }}>
                  <Group gap={8}><IconFileCode size={18} /><Text size="sm" fw={560}>{kind === 'folder' && folder !== '' ? `${folder}/${options.dockerfile}` : t('builds:tabs.dockerfile')}</Text>{isChanged && <Text size="xs" c="var(--gantry-subtle)">{t('builds:form.changed')}</Text>}</Group>
                  {kind === 'folder' ? <Button size="compact-sm" variant="default" disabled={!isChanged} leftSection={<IconDeviceFloppy size={14} />} onClick={() => void save()}>{t('builds:form.save')}</Button> : <Text size="xs" c="var(--gantry-subtle)">{t('builds:form.drop')}</Text>}
                </Group>
              </Dropzone>
              <DockerfileEditor value={text} onChange={setText} onCheck={setCheck} onDropFile={(file) => void drop(file)} label={t('builds:tabs.dockerfile')} />
              <Findings check={check} text={text} onText={setText} />
            </>
          )}
          {kind === 'git' && <EmptyState icon={IconBrandGit} title={t('builds:form.gitTitle')} text={t('builds:form.gitAbout')} />}
          <Paper radius="md">
            <Group justify="space-between" wrap="nowrap" align="flex-start" className={classes.command ?? ''}>
              <span aria-label={t('builds:form.command')} role="note">{command}</span>
              <CopyButton value={command}>{({ copied, copy }) => <Tooltip label={t('builds:form.copy')}><ActionIcon aria-label={t('builds:form.copy')} onClick={copy}>{copied ? <IconCheck size={15} /> : <IconCopy size={15} />}</ActionIcon></Tooltip>}</CopyButton>
            </Group>
          </Paper>
        </div>
      </div>
    </Page>
  );
}
