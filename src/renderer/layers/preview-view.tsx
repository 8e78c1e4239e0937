// The content of a file as far as it can be shown: text with colours, a picture, facts of a program, or bytes.
import { EditorState, type Extension } from '@codemirror/state';
import { EditorView, lineNumbers } from '@codemirror/view';
import { json } from '@codemirror/lang-json';
import { yaml } from '@codemirror/lang-yaml';
import { defaultHighlightStyle, StreamLanguage, syntaxHighlighting } from '@codemirror/language';
import { c } from '@codemirror/legacy-modes/mode/clike';
import { css } from '@codemirror/legacy-modes/mode/css';
import { dockerFile } from '@codemirror/legacy-modes/mode/dockerfile';
import { typescript } from '@codemirror/legacy-modes/mode/javascript';
import { properties } from '@codemirror/legacy-modes/mode/properties';
import { python } from '@codemirror/legacy-modes/mode/python';
import { shell } from '@codemirror/legacy-modes/mode/shell';
import { toml } from '@codemirror/legacy-modes/mode/toml';
import { xml } from '@codemirror/legacy-modes/mode/xml';
import { oneDarkHighlightStyle } from '@codemirror/theme-one-dark';
import { Text, useComputedColorScheme } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { HexLine, TextLanguage } from '../../main/contract/layers.ts';
import { rpc } from '../rpc.ts';
import { FailureNote, LoadingRows } from '../ui/states.tsx';
import classes from './layers.module.css';

export function PreviewView({ session, node, layer, path }: { session: string; node: number; layer: number; path: string }) {
  const { t } = useTranslation();
  const preview = useQuery({ queryKey: ['layers', 'preview', session, node, layer], queryFn: ({ signal }) => rpc.layers.preview({ session, node, layer }, { signal }), gcTime: 60_000 });
  if (preview.isPending) return <LoadingRows count={4} />;
  if (preview.isError) return <FailureNote title={t('layers:previewFailed')} error={preview.error} onRetry={() => void preview.refetch()} />;
  const { data } = preview;
  switch (data.type) {
    case 'none': return <Text size="sm" c="var(--gantry-subtle)">{t(`layers:none.${data.reason}`)}</Text>;
    case 'image': return <img src={data.dataUrl} alt={path} style={{ maxWidth: '100%', imageRendering: 'auto', borderRadius: 6, background: 'repeating-conic-gradient(#8883 0 25%, transparent 0 50%) 0 0 / 16px 16px' }} />;
    case 'text': return <><TextView text={data.text} language={data.language} />{data.isCut && <Text size="xs" c="var(--gantry-subtle)">{t('layers:cut')}</Text>}</>;
    case 'elf': return <><dl className={classes.facts}>{data.facts.map((fact) => [<dt key={`${fact.name}t`}>{t(`layers:elf.${fact.name}`)}</dt>, <dd key={fact.name}>{fact.value}</dd>])}</dl><Hex lines={data.hex} /></>;
    case 'hex': return <><Hex lines={data.hex} />{data.isCut && <Text size="xs" c="var(--gantry-subtle)">{t('layers:cut')}</Text>}</>;
  }
}

function Hex({ lines }: { lines: HexLine[] }) {
  return <pre className={classes.code} tabIndex={0}>{lines.map((line) => `${line.offset.toString(16).padStart(8, '0')}  ${line.hex.padEnd(47)}  ${line.text}`).join('\n')}</pre>;
}

const LANGUAGES: Record<TextLanguage, () => Extension> = {
  json: () => json(), yaml: () => yaml(), shell: () => StreamLanguage.define(shell), javascript: () => StreamLanguage.define(typescript), python: () => StreamLanguage.define(python),
  c: () => StreamLanguage.define(c), xml: () => StreamLanguage.define(xml), css: () => StreamLanguage.define(css), toml: () => StreamLanguage.define(toml),
  properties: () => StreamLanguage.define(properties), dockerfile: () => StreamLanguage.define(dockerFile), plain: () => [],
};

function TextView({ text, language }: { text: string; language: TextLanguage }) {
  const { t } = useTranslation();
  const place = useRef<HTMLDivElement>(null);
  const scheme = useComputedColorScheme();
  useEffect(() => {
    if (!place.current) return;
    const view = new EditorView({
      parent: place.current,
      state: EditorState.create({
        doc: text,
        extensions: [
          lineNumbers(), EditorState.readOnly.of(true), EditorView.contentAttributes.of({ 'aria-label': t('layers:content') }), LANGUAGES[language](),
          syntaxHighlighting(scheme === 'dark' ? oneDarkHighlightStyle : defaultHighlightStyle),
          EditorView.theme({ '&': { fontSize: '12px', maxHeight: 'var(--gantry-content-height, 60vh)', border: '1px solid var(--gantry-line)', borderRadius: '6px', background: 'var(--gantry-canvas)' }, '.cm-scroller': { overflow: 'auto', fontFamily: 'var(--mantine-font-family-monospace)' }, '.cm-gutters': { background: 'transparent', color: 'var(--gantry-subtle)', border: 'none' } }, { dark: scheme === 'dark' }),
        ],
      }),
    });
    return () => view.destroy();
  }, [text, language, scheme, t]);
  return <div ref={place} />;
}
