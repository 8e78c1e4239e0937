// What the checks say about the Dockerfile, as a list with edits on one click.
import { Badge, Button, Group, Paper, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { DockerfileCheck, Finding } from '../../main/contract/builds.ts';
import classes from './builds.module.css';
import { findingText, fixTitle } from './finding-text.ts';

export function Findings({ check, text, onText }: { check: DockerfileCheck; text: string; onText: (text: string) => void }) {
  const { t } = useTranslation();
  if (check.faults.length === 0 && check.findings.length === 0) return null;
  const apply = ({ fix }: Finding) => {
    if (!fix) return;
    const lines = text.split('\n');
    lines.splice(fix.startLine - 1, fix.endLine - fix.startLine + 1, ...fix.text.split('\n'));
    onText(lines.join('\n'));
  };
  return (
    <Paper withBorder radius="md" p="xs" className={classes.findings ?? ''} role="list" aria-label={t('builds:form.findings')}>
      {check.faults.map((fault, index) => <Line key={`f${index}`} colour="red" rule={t('builds:form.fault')} line={fault.startLine} message={fault.message} />)}
      {check.findings.map((finding, index) => (
        <Line key={`c${index}`} colour={finding.kind === 'advice' ? 'blue' : 'yellow'} rule={finding.rule} line={finding.startLine} message={findingText(t, finding)}>
          {finding.fix && <Button size="compact-xs" variant="light" onClick={() => apply(finding)}>{fixTitle(t, finding)}</Button>}
        </Line>
      ))}
    </Paper>
  );
}

function Line({ colour, rule, line, message, children }: { colour: string; rule: string; line: number; message: string; children?: ReactNode }) {
  const { t } = useTranslation();
  return (
    <Group gap="xs" wrap="nowrap" py={3} role="listitem">
      <Badge size="sm" color={colour} variant="light" style={{ flex: 'none', textTransform: 'none' }}>{rule}</Badge>
      <Text size="xs" c="var(--gantry-subtle)" className="numeric" style={{ flex: 'none' }}>{t('builds:form.line', { line })}</Text>
      <Text size="xs" flex={1}>{message}</Text>
      {children}
    </Group>
  );
}
