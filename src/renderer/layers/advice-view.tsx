// What to change in the Dockerfile: each item with the bytes it saves, why, the change as a diff, and the paths it is about.
import { Accordion, Anchor, Badge, Group, Stack, Text, ThemeIcon } from '@mantine/core';
import { IconCircleCheck, IconKey, IconLeaf } from '@tabler/icons-react';
import type { Dispatch } from 'react';
import { useTranslation } from 'react-i18next';
import type { AdviceItem, ExplorerImage } from '../../main/contract/layers.ts';
import { rpc } from '../rpc.ts';
import { formatBytes } from '../ui/format.ts';
import { EmptyState } from '../ui/states.tsx';
import type { ExplorerAction } from './explorer-state.ts';
import { visible } from './file-row.tsx';
import classes from './layers.module.css';
import { ink } from './marks.ts';

const SEVERITY = { critical: 'red', high: 'orange', medium: 'yellow', low: 'gray' } as const;

export function AdviceView({ session, image, dispatch }: { session: string; image: ExplorerImage; dispatch: Dispatch<ExplorerAction> }) {
  const { t } = useTranslation();
  if (image.advice.length === 0) return <section className={classes.pane}><EmptyState icon={IconCircleCheck} title={t('layers:noAdvice')} text={t('layers:noAdviceText')} /></section>;
  const show = (path: string, layer: number) => void rpc.layers.find({ session, path }).then((found) => found && dispatch({ type: 'show', layer, node: found.node, above: found.above }));
  return (
    <section className={classes.pane} aria-label={t('layers:tabs.advice')}>
      <div className={classes.scroll}>
        <Accordion multiple defaultValue={['0', '1']} variant="default">
          {image.advice.map((item, index) => (
            <Accordion.Item key={index} value={String(index)}>
              <Accordion.Control icon={<ThemeIcon variant="light" color={SEVERITY[item.severity]} size="md">{item.kind === 'secret' ? <IconKey size={15} /> : <IconLeaf size={15} />}</ThemeIcon>}>
                <Group wrap="nowrap" gap="sm"><Text size="sm" fw={600} flex={1} style={{ overflowWrap: 'anywhere' }}>{title(t, item)}</Text><Badge size="sm" color={SEVERITY[item.severity]}>{t(`layers:severity.${item.severity}`)}</Badge>{item.savedBytes > 0 && <Text size="sm" fw={600} c={ink('green')} className="numeric">−{formatBytes(item.savedBytes)}</Text>}</Group>
              </Accordion.Control>
              <Accordion.Panel>
                <Stack gap="sm">
                  <Text size="sm">{t(`layers:advice.${item.kind}.why`)}</Text>
                  <pre className={classes.code} tabIndex={0}>{item.diff.map((line, number) => <span key={number} {...(line.startsWith('+') ? { className: classes.plus } : line.startsWith('-') ? { className: classes.minus } : {})}>{line}</span>)}</pre>
                  <div>
                    <Text size="xs" c="var(--gantry-subtle)" mb={2}>{t('layers:pathCount', { count: item.pathCount })}</Text>
                    {item.paths.slice(0, 8).map((path) => <Anchor key={path} component="button" display="block" size="xs" ff="monospace" ta="left" style={{ overflowWrap: 'anywhere' }} onClick={() => show(path, item.layers[0] ?? 0)}>{visible(path)}</Anchor>)}
                  </div>
                </Stack>
              </Accordion.Panel>
            </Accordion.Item>
          ))}
        </Accordion>
      </div>
    </section>
  );
}

function title(t: (key: string, values: Record<string, unknown>) => string, item: AdviceItem): string {
  const [layer, hiddenBy] = item.layers;
  const values = { path: visible(item.paths[0] ?? ''), layer, hiddenBy, count: item.pathCount };
  return t(item.kind === 'secret' && hiddenBy !== undefined ? 'layers:advice.secret.removed' : `layers:advice.${item.kind}.title`, values);
}
