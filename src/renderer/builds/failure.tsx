// Why a build failed, in the words of the step that failed, and the way to its whole log.
import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { AnsiText } from './ansi-text.tsx';
import { logExcerpt, type BuildView } from './build-model.ts';
import classes from './builds.module.css';

export function Failure({ build, onShow, onLine }: { build: BuildView; onShow: (step: number) => void; onLine: () => void }) {
  const { t } = useTranslation();
  const failed = build.steps.find(({ state }) => state === 'failed');
  const line = failed?.plan.startLine ?? build.errorLine ?? 0;
  const title = failed ? t('builds:failedAt', { step: failed.plan.step, line }) : line > 0 ? t('builds:failedLine', { line }) : t('builds:state.failed');
  const excerpt = failed ? logExcerpt(failed) : '';
  return (
    <Alert color="red" title={title} className={classes.failure ?? ''}>
      <Stack gap={8} align="stretch">
        {excerpt !== '' && <pre className={classes.excerpt}><AnsiText text={excerpt} /></pre>}
        <Text size="sm" ff="monospace" lineClamp={excerpt === '' ? 12 : 3} style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>{build.error}</Text>
        <Group gap="xs">
          {failed && (failed.log !== '' || failed.error !== undefined) && <Button size="compact-sm" variant="default" onClick={() => onShow(failed.plan.step)}>{t('builds:showStep')}</Button>}
          {line > 0 && <Button size="compact-sm" variant="default" onClick={onLine}>{t('builds:showLine')}</Button>}
        </Group>
      </Stack>
    </Alert>
  );
}
