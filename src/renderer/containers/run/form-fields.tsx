// The fields of the run form, drawn from their table. Searching shows what fits, from all sections.
import { Accordion, Autocomplete, Badge, Group, Select, SimpleGrid, Stack, Switch, Text, Textarea, TextInput } from '@mantine/core';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { mono } from '../../ui/mono.ts';
import { FIELDS, isEmpty, SECTIONS, type Field, type Value, type Values } from './fields.ts';

interface FormFieldsProps {
  values: Values;
  problems: Record<string, string>;
  onChange: (key: string, value: Value) => void;
  /** names for fields whose choices come from the engine */
  suggestions: Record<string, string[]>;
  /** keys that are not shown */
  hidden?: string[];
}

export function FormFields({ values, problems, onChange, suggestions, hidden = [] }: FormFieldsProps) {
  const { t } = useTranslation();
  const [search, setSearch] = useState('');
  const needle = search.trim().toLowerCase();
  const fields = useMemo(() => FIELDS.filter((field) => !hidden.includes(field.key)), [hidden]);
  const found = needle === '' ? [] : fields.filter((field) => `${field.key} ${field.flag} ${t(`run:fields.${field.key}`)}`.toLowerCase().includes(needle));
  const draw = (field: Field) => <FormField key={field.key} field={field} value={values[field.key]} problem={problems[field.key]} suggestions={suggestions[field.key] ?? []} onChange={onChange} />;
  return (
    <Stack gap="sm">
      <TextInput size="xs" value={search} onChange={(event) => setSearch(event.currentTarget.value)} placeholder={t('run:search')} aria-label={t('run:search')} />
      {needle !== '' ? (
        found.length === 0 ? <Text size="sm" c="var(--gantry-subtle)">{t('run:nothing')}</Text> : <SimpleGrid cols={2}>{found.map(draw)}</SimpleGrid>
      ) : (
        <>
          <SimpleGrid cols={2} spacing="sm">{fields.filter((field) => field.section === 'basic').map(draw)}</SimpleGrid>
          <Accordion variant="separated" multiple chevronPosition="left">
            {SECTIONS.filter((section) => section !== 'basic').map((section) => {
              const inside = fields.filter((field) => field.section === section);
              const used = inside.filter((field) => !isEmpty(values[field.key])).length;
              const isWrong = inside.some((field) => problems[field.key]);
              return (
                <Accordion.Item key={section} value={section}>
                  <Accordion.Control><Group gap="xs"><Text size="sm" fw={560}>{t(`run:sections.${section}`)}</Text>{used > 0 && <Badge size="sm" color={isWrong ? 'red' : 'gantry'}>{used}</Badge>}</Group></Accordion.Control>
                  <Accordion.Panel><SimpleGrid cols={2} spacing="sm">{inside.map(draw)}</SimpleGrid></Accordion.Panel>
                </Accordion.Item>
              );
            })}
          </Accordion>
        </>
      )}
    </Stack>
  );
}

function FormField({ field, value, problem, suggestions, onChange }: { field: Field; value: Value | undefined; problem: string | undefined; suggestions: string[]; onChange: (key: string, value: Value) => void }) {
  const { t } = useTranslation();
  const common = {
    label: <>{t(`run:fields.${field.key}`)}{field.flag && <Text span size="xs" c="var(--gantry-subtle)" ff="monospace" ml={6}>{field.flag}</Text>}</>,
    'aria-label': t(`run:fields.${field.key}`),
    error: problem ? t(`run:problems.${problem}`) : undefined,
    size: 'xs' as const,
  };
  switch (field.kind) {
    case 'switch':
      return <Switch {...common} checked={value === true} onChange={(event) => onChange(field.key, event.currentTarget.checked)} mt={6} />;
    case 'lines':
      return <Textarea {...common} description={field.placeholder === undefined ? t('run:perLine') : undefined} placeholder={field.placeholder ?? ''} value={Array.isArray(value) ? value.join('\n') : ''} onChange={(event) => onChange(field.key, event.currentTarget.value === '' ? [] : event.currentTarget.value.split('\n'))} autosize minRows={2} maxRows={8} styles={mono} spellCheck={false} />;
    case 'choice':
      return field.isOpen
        ? <Autocomplete {...common} data={[...new Set([...field.choices, ...suggestions])]} value={String(value ?? '')} onChange={(next) => onChange(field.key, next)} />
        : <Select {...common} allowDeselect clearable data={field.choices} value={value === '' || value === undefined ? null : String(value)} onChange={(next) => onChange(field.key, next ?? '')} />;
    case 'text':
      return suggestions.length > 0
        ? <Autocomplete {...common} data={suggestions} value={String(value ?? '')} onChange={(next) => onChange(field.key, next)} {...(field.key === 'image' ? { required: true, 'data-autofocus': true } : {})} />
        : <TextInput {...common} placeholder={field.placeholder ?? ''} value={String(value ?? '')} onChange={(event) => onChange(field.key, event.currentTarget.value)} {...(field.key === 'image' ? { required: true, 'data-autofocus': true } : {})} />;
  }
}
