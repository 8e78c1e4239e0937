// One build, live or from the history: graph of stages, timeline, steps with their logs, the Dockerfile with what went wrong on its line.
import { Anchor, Button, Group, SegmentedControl } from '@mantine/core';
import { IconArrowLeft, IconPencil, IconPlayerStop, IconRefresh, IconStack2 } from '@tabler/icons-react';
import { lazy, Suspense, useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useLocation, useParams } from 'wouter';
import { useRows } from '../queries.ts';
import { rpc } from '../rpc.ts';
import { formatBytes, formatDuration } from '../ui/format.ts';
import { attempt } from '../ui/notify.ts';
import { Page } from '../ui/page.tsx';
import { FailureNote, LoadingRows } from '../ui/states.tsx';
import { optionsOf, startBuild } from './build-actions.tsx';
import { cacheRate, type BuildView } from './build-model.ts';
import { Failure } from './failure.tsx';
import { lineNotes } from './line-notes.ts';
import { StateBadge } from './state-mark.tsx';
import { StepList } from './step-list.tsx';
import { useBuild } from './use-build.ts';

const StageGraph = lazy(() => import('./stage-graph.tsx'));
const Timeline = lazy(() => import('./timeline.tsx'));
const DockerfileEditor = lazy(() => import('./dockerfile-editor.tsx'));

type Tab = 'steps' | 'graph' | 'timeline' | 'dockerfile';
const TABS: Tab[] = ['steps', 'graph', 'timeline', 'dockerfile'];

export default function BuildPage() {
  const { t } = useTranslation();
  const { host = '', id = '' } = useParams<{ host: string; id: string }>();
  const { build, isLoaded, error } = useBuild(host, id);
  const item = useRows('builds').rows.find((row) => row.host.id === host && row.row.id === id);
  const [, go] = useLocation();
  const [tab, setTab] = useState<Tab>('steps');
  const [step, setStep] = useState<number>();
  const nowMs = useNow(build.state === 'running');
  const cancel = () => attempt(t('builds:failed.cancel'), () => rpc.builds.cancel({ host, id }));
  const show = (number: number) => {
    setStep(number);
    setTab('steps');
  };
  const source = item?.row.source;

  return (
    <Page
      fill
      before={<Anchor component={Link} href="/builds" size="sm"><Group gap={4}><IconArrowLeft size={14} />{t('builds:title')}</Group></Anchor>}
      title={<Group gap="sm">{build.tags[0] ?? id.slice(0, 12)}<StateBadge state={build.state} /></Group>}
      subtitle={isLoaded && <Summary build={build} nowMs={nowMs} />}
      actions={
        <>
          {build.state === 'running' && <Button color="red" variant="light" leftSection={<IconPlayerStop size={16} />} onClick={() => void cancel()}>{t('builds:actions.cancel')}</Button>}
          {build.imageId !== undefined && <ExploreButton host={host} imageId={build.imageId} />}
          {item && source && build.state !== 'running' && <Button variant="default" leftSection={<IconRefresh size={16} />} onClick={() => void startBuild(host, source, optionsOf(item.row))}>{t('builds:actions.rebuild')}</Button>}
          {item && source && build.state !== 'running' && <Button variant={build.state === 'failed' ? 'filled' : 'default'} leftSection={<IconPencil size={16} />} onClick={() => go(`/builds/new?from=${host}/${id}`)}>{t('builds:actions.change')}</Button>}
        </>
      }
    >
      {error !== undefined && <FailureNote title={t('builds:gone')} error={error} />}
      {!isLoaded && error === undefined && <LoadingRows />}
      {isLoaded && (
        <>
          {build.state === 'failed' && <Failure build={build} onShow={show} onLine={() => setTab('dockerfile')} />}
          <SegmentedControl w="fit-content" value={tab} onChange={(value) => setTab(value as Tab)} data={TABS.map((value) => ({ value, label: t(`builds:tabs.${value}`) }))} aria-label={t('builds:tabs.label')} />
          <Suspense fallback={<LoadingRows />}>
            {tab === 'steps' && <StepList build={build} nowMs={nowMs} open={step} />}
            {tab === 'graph' && <StageGraph build={build} onStep={show} />}
            {tab === 'timeline' && <Timeline build={build} nowMs={nowMs} onStep={show} />}
            {tab === 'dockerfile' && <Source host={host} build={build} />}
          </Suspense>
        </>
      )}
    </Page>
  );
}

function Summary({ build, nowMs }: { build: BuildView; nowMs: number }) {
  const { t } = useTranslation();
  const { cached, of } = cacheRate(build.steps);
  const parts = [
    formatDuration(Math.max(0, (build.endedAtMs ?? nowMs) - build.startedAtMs)),
    of > 0 ? t('builds:cachedOf', { cached, steps: of }) : undefined,
    build.sizeBytes === undefined ? undefined : formatBytes(build.sizeBytes),
    build.context && t('builds:contextOf', { count: build.context.files, size: formatBytes(build.context.sizeBytes) }),
  ];
  return <span className="numeric">{parts.filter(Boolean).join(' · ')}</span>;
}

/** The Dockerfile as it was built, each line with what it made. */
function Source({ host, build }: { host: string; build: BuildView }) {
  const { t } = useTranslation();
  const [, go] = useLocation();
  const { imageId } = build;
  const notes = useMemo(() => lineNotes(build, t, imageId === undefined ? undefined : (step) => go(`/images/${host}/${encodeURIComponent(imageId)}/layers?step=${step}`)), [build, t, go, host, imageId]);
  return <DockerfileEditor value={build.dockerfile} readOnly label={t('builds:tabs.dockerfile')} notes={notes} />;
}

function ExploreButton({ host, imageId }: { host: string; imageId: string }) {
  const { t } = useTranslation();
  const [, go] = useLocation();
  return <Button variant="default" leftSection={<IconStack2 size={16} />} onClick={() => go(`/images/${host}/${encodeURIComponent(imageId)}/layers`)}>{t('builds:actions.explore')}</Button>;
}

/** The time, a few times a second while something runs. */
function useNow(isRunning: boolean): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!isRunning) return undefined;
    const timer = setInterval(() => setNow(Date.now()), 200);
    return () => clearInterval(timer);
  }, [isRunning]);
  return now;
}
