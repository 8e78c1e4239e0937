// All about the selected path: what it is in the layer that counts, its history over all layers, its content and what changed in it.
import { ActionIcon, Group, Modal, SegmentedControl, Stack, Text, Tooltip } from '@mantine/core';
import { IconArrowsDiagonal, IconDownload } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { memo, useState, type CSSProperties } from 'react';
import { useTranslation } from 'react-i18next';
import { KINDS, type ExplorerImage, type PathState, type Scope } from '../../main/contract/layers.ts';
import { rpc } from '../rpc.ts';
import { formatBytes } from '../ui/format.ts';
import { attempt } from '../ui/notify.ts';
import { FailureNote, LoadingRows } from '../ui/states.tsx';
import { DiffView } from './diff-view.tsx';
import { visible } from './file-row.tsx';
import classes from './layers.module.css';
import { PathHistory } from './path-history.tsx';
import { PreviewView } from './preview-view.tsx';
import { download } from './session.ts';

export const DetailsPane = memo(function DetailsPane({ session, image, node, layer, scope }: { session: string; image: ExplorerImage; node: number | undefined; layer: number; scope: Scope }) {
  const { t } = useTranslation();
  if (node === undefined) return <aside className={classes.pane} aria-label={t('layers:details')}><Text p="md" size="sm" c="var(--gantry-subtle)">{t('layers:selectHint')}</Text></aside>;
  return <aside className={classes.pane} aria-label={t('layers:details')}><Details key={`${session}/${node}`} session={session} image={image} node={node} layer={layer} scope={scope} /></aside>;
});

function Details({ session, image, node, layer, scope }: { session: string; image: ExplorerImage; node: number; layer: number; scope: Scope }) {
  const { t } = useTranslation();
  const details = useQuery({ queryKey: ['layers', 'details', session, node], queryFn: ({ signal }) => rpc.layers.details({ session, node }, { signal }), gcTime: 60_000 });
  const [chosen, setChosen] = useState<number>();
  const [isLarge, setLarge] = useState(false);
  const [view, setView] = useState<'content' | 'diff'>('content');
  if (details.isPending) return <LoadingRows />;
  if (details.isError) return <FailureNote title={t('layers:failed')} error={details.error} />;
  const { path, events } = details.data;
  const copies = events.filter((event) => event.state !== undefined && event.mark !== 'through');
  const current = copies.find((event) => event.layer === chosen) ?? copies.findLast((event) => event.layer <= layer) ?? copies[0];
  const before = current && copies.findLast((event) => event.layer < current.layer && event.state?.kind === 1);
  const isFile = current?.state?.kind === 1;
  const save = () => void attempt(t('layers:saveFailed'), async () => {
    if (current === undefined) return;
    const { url, fileName } = await rpc.layers.save(isFile || scope === 'layer' ? { session, layer: current.layer, node } : { session, layer, node, scope });
    download(url, fileName);
  });
  const content = isFile && current && (view === 'diff' && before
    ? <DiffView session={session} node={node} before={before.layer} after={current.layer} />
    : <PreviewView session={session} node={node} layer={current.layer} path={path} />);
  return (
    <div className={classes.scroll}>
      <Stack gap="sm" p="sm">
        <Group justify="space-between" wrap="nowrap" align="flex-start">
          <span className={classes.path}>{visible(path)}</span>
          {current && <Tooltip label={t(isFile ? 'layers:saveFile' : 'layers:saveFolder')}><ActionIcon aria-label={t(isFile ? 'layers:saveFile' : 'layers:saveFolder')} onClick={save}><IconDownload size={17} /></ActionIcon></Tooltip>}
        </Group>
        {current?.state && <Facts state={current.state} />}
        <PathHistory image={image} events={events} chosen={current?.layer} onChoose={setChosen} />
        {isFile && current && (
          <Group justify="space-between" wrap="nowrap" gap="xs">
          {before ? <SegmentedControl size="xs" aria-label={t('layers:contentOrDiff')} value={view} onChange={(next) => setView(next as 'content' | 'diff')}
            data={[{ value: 'content', label: t('layers:content') }, { value: 'diff', label: image.comparison ? t('layers:compare.changes') : t('layers:diffWith', { layer: before.layer }) }]} /> : <Text size="xs" fw={600}>{t('layers:content')}</Text>}
            <Tooltip label={t('layers:enlarge')}><ActionIcon aria-label={t('layers:enlarge')} onClick={() => setLarge(true)}><IconArrowsDiagonal size={16} /></ActionIcon></Tooltip>
          </Group>
        )}
        {content}
        {isLarge && <Modal opened onClose={() => setLarge(false)} size="min(1400px, 94vw)" title={<span className={classes.path}>{visible(path)}</span>} closeButtonProps={{ 'aria-label': t('close') }} styles={{ body: { '--gantry-content-height': '76vh' } as CSSProperties }}>{content}</Modal>}
      </Stack>
    </div>
  );
}

function Facts({ state }: { state: PathState }) {
  const { t } = useTranslation();
  const kind = KINDS[state.kind] ?? 'file';
  const facts: [string, string | undefined][] = [
    ['kind', t(`layers:kinds.${kind}`)],
    ['size', kind === 'file' ? `${formatBytes(state.size)} (${state.size.toLocaleString()} B)` : undefined],
    ['stored', kind === 'file' && state.storedBytes !== state.size ? `${formatBytes(state.storedBytes)}${state.isSparse ? ` · ${t('layers:sparse')}` : ''}` : undefined],
    ['mode', state.isImplied ? undefined : modeText(kind, state.mode)],
    ['owner', state.isImplied ? undefined : `${state.uid}:${state.gid}`],
    ['modified', state.isImplied ? undefined : new Date(state.mtime * 1000).toLocaleString()],
    ['target', state.link || undefined],
    ['sameFile', state.hardlinkOf],
    ['hash', state.hash === '' ? undefined : `${state.hash.slice(0, 24)}…`],
    ...state.xattrs.map(({ name, value }): [string, string] => [name, value]),
  ];
  return (
    <dl className={classes.facts}>
      {facts.filter(([, value]) => value !== undefined).map(([name, value]) => [<dt key={`${name}-t`}>{name.includes('.') ? name : t(`layers:facts.${name}`)}</dt>, <dd key={`${name}-d`}>{visible(value ?? '')}</dd>])}
    </dl>
  );
}

/** `-rwxr-xr-x (755)`, as ls -l writes it. */
export function modeText(kind: string, mode: number): string {
  const letters = ['x', 'w', 'r'];
  let text = '';
  for (let bit = 8; bit >= 0; bit--) text += (mode >> bit) & 1 ? letters[bit % 3] : '-';
  const special = (at: number, flag: number, letter: string) => { if (mode & flag) text = text.slice(0, at) + (text[at] === 'x' ? letter : letter.toUpperCase()) + text.slice(at + 1); };
  special(2, 0o4000, 's');
  special(5, 0o2000, 's');
  special(8, 0o1000, 't');
  const first = { dir: 'd', symlink: 'l', char: 'c', block: 'b', fifo: 'p' }[kind] ?? '-';
  return `${first}${text} (${mode.toString(8).padStart(3, '0')})`;
}

