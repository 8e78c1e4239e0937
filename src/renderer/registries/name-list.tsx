// A filtered column of names: repositories, tags. Virtual, because registries have thousands.
import { Paper, Text, TextInput, UnstyledButton } from '@mantine/core';
import { useVirtualizer } from '@tanstack/react-virtual';
import { IconSearch } from '@tabler/icons-react';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { FailureNote, LoadingRows } from '../ui/states.tsx';
import classes from './registries.module.css';

interface NameListProps {
  label: string;
  /** undefined: still being read */
  names: string[] | undefined;
  error: Error | null;
  chosen: string;
  onChoose: (name: string) => void;
  onRetry: () => void;
  isCut: boolean;
  /** a typed name may be opened although it is not listed (registries without a catalogue, Docker Hub) */
  typed?: boolean;
}

export function NameList({ label, names, error, chosen, onChoose, onRetry, isCut, typed = false }: NameListProps) {
  const { t } = useTranslation();
  const [filter, setFilter] = useState('');
  const scroller = useRef<HTMLDivElement>(null);
  const wish = filter.trim();
  const shown = (names ?? []).filter((name) => name.toLowerCase().includes(wish.toLowerCase()));
  const virtual = useVirtualizer({ count: shown.length, getScrollElement: () => scroller.current, estimateSize: () => 32, overscan: 10 });
  const canOpen = typed && wish !== '' && !shown.includes(wish);
  return (
    <Paper withBorder className={classes.pane} component="section" aria-label={label}>
      <div className={classes.paneHead}>
        <Text size="sm" fw={600} mb={6}>{label}{names && <Text span size="xs" c="dimmed"> {names.length.toLocaleString()}{isCut && '+'}</Text>}</Text>
        <TextInput size="xs" value={filter} onChange={(event) => setFilter(event.currentTarget.value)} onKeyDown={(event) => event.key === 'Enter' && canOpen && onChoose(wish)} leftSection={<IconSearch size={13} />} aria-label={t('registries:filter', { what: label })} placeholder={typed ? t('registries:typeName') : t('search')} />
      </div>
      <div ref={scroller} className={classes.names}>
        {canOpen && <UnstyledButton className={classes.name} onClick={() => onChoose(wish)}>{t('registries:openName', { name: wish })}</UnstyledButton>}
        {error ? <FailureNote title={t('registries:listFailed')} error={error} onRetry={onRetry} /> : !names ? <LoadingRows count={5} /> : (
          <div style={{ height: virtual.getTotalSize(), position: 'relative' }}>
            {virtual.getVirtualItems().map((item) => {
              const name = shown[item.index] as string;
              return <UnstyledButton key={name} className={classes.name} style={{ position: 'absolute', transform: `translateY(${item.start}px)` }} title={name} aria-current={name === chosen} onClick={() => onChoose(name)}>{name}</UnstyledButton>;
            })}
          </div>
        )}
      </div>
    </Paper>
  );
}
