// A Dockerfile in CodeMirror: highlighting, completion, docs on hover, findings of the checks with their edits, a failed step on its line.
import { useComputedColorScheme } from '@mantine/core';
import { autocompletion, closeBrackets, completionKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { bracketMatching, defaultHighlightStyle, StreamLanguage, syntaxHighlighting } from '@codemirror/language';
import { dockerFile } from '@codemirror/legacy-modes/mode/dockerfile';
import { linter, lintGutter, lintKeymap, type Diagnostic } from '@codemirror/lint';
import { highlightSelectionMatches, searchKeymap } from '@codemirror/search';
import { Compartment, EditorState, type Text } from '@codemirror/state';
import { oneDark } from '@codemirror/theme-one-dark';
import { drawSelection, EditorView, highlightActiveLine, highlightActiveLineGutter, keymap, lineNumbers } from '@codemirror/view';
import type { TFunction } from 'i18next';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { DockerfileCheck, Finding } from '../../main/contract/builds.ts';
import { rpc } from '../rpc.ts';
import classes from './builds.module.css';
import { dockerfileCompletion, dockerfileHover } from './dockerfile-language.ts';
import { editorNotes, showNotes, type LineNote } from './editor-notes.ts';
import { findingText, fixTitle } from './finding-text.ts';

interface EditorProps {
  value: string;
  label: string;
  onChange?: (text: string) => void;
  /** each time the text was checked */
  onCheck?: (check: DockerfileCheck) => void;
  readOnly?: boolean;
  /** what a build made of the lines; a failed one is scrolled to */
  notes?: readonly LineNote[];
  /** a Dockerfile was dropped on the text */
  onDropFile?: (file: File) => void;
}

const NO_NOTES: readonly LineNote[] = [];

export default function DockerfileEditor({ value, label, onChange, onCheck, readOnly = false, notes = NO_NOTES, onDropFile }: EditorProps) {
  const { t } = useTranslation();
  const scheme = useComputedColorScheme();
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(undefined);
  const theme = useRef(new Compartment());
  // the editor lives as long as the view: it reads what is current when it needs it
  const latest = useRef({ onChange, onCheck, onDropFile, t });
  useEffect(() => { latest.current = { onChange, onCheck, onDropFile, t }; });

  useEffect(() => {
    if (!place.current) return undefined;
    const made = new EditorView({
      parent: place.current,
      state: EditorState.create({
        doc: value,
        extensions: [
          lineNumbers(), history(), drawSelection(), highlightActiveLine(), highlightActiveLineGutter(), bracketMatching(), closeBrackets(), highlightSelectionMatches(), EditorView.lineWrapping,
          StreamLanguage.define(dockerFile), syntaxHighlighting(defaultHighlightStyle, { fallback: true }),
          keymap.of([...defaultKeymap, ...historyKeymap, ...searchKeymap, ...completionKeymap, ...lintKeymap, indentWithTab]),
          lintGutter(), linter((editor) => diagnostics(editor, latest.current), { delay: 300 }),
          autocompletion({ icons: false, override: [dockerfileCompletion((key) => latest.current.t(key))] }), dockerfileHover((key) => latest.current.t(key)),
          editorNotes, EditorView.domEventHandlers({ drop: (event) => dropped(event, latest.current.onDropFile) }),
          EditorState.readOnly.of(readOnly), EditorView.editable.of(!readOnly),
          EditorView.contentAttributes.of({ 'aria-label': label, ...(readOnly ? { tabindex: '0' } : {}) }),
          EditorView.updateListener.of((update) => update.docChanged && latest.current.onChange?.(update.state.doc.toString())),
          EditorView.theme({ '&': { height: '100%', fontSize: '13px' }, '.cm-scroller': { fontFamily: 'var(--mantine-font-family-monospace)' }, '.cm-tooltip': { maxWidth: '520px' }, '.cm-diagnosticText': { whiteSpace: 'pre-wrap', fontFamily: 'var(--mantine-font-family-monospace)', fontSize: '12px' } }),
          theme.current.of([]),
        ],
      }),
    });
    view.current = made;
    return () => made.destroy();
    // the text is the editor's own after the first time; changes from outside come below
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [readOnly, label]);

  useEffect(() => {
    const editor = view.current;
    if (editor && editor.state.doc.toString() !== value) editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: value } });
  }, [value]);
  useEffect(() => view.current?.dispatch({ effects: theme.current.reconfigure(scheme === 'dark' ? oneDark : []) }), [scheme]);
  useEffect(() => {
    const editor = view.current;
    if (!editor) return;
    showNotes(editor, notes);
    const failed = notes.find(({ log }) => log);
    if (failed && failed.startLine <= editor.state.doc.lines) editor.dispatch({ effects: EditorView.scrollIntoView(editor.state.doc.line(failed.startLine).from, { y: 'center' }) });
  }, [notes, value, readOnly, label]);

  return <div className={classes.editor}><div ref={place} /></div>;
}

/** Takes a dropped file out of the editor's own hands, which would insert its text. */
function dropped(event: DragEvent, take: EditorProps['onDropFile']): boolean {
  const file = event.dataTransfer?.files[0];
  if (!file || !take) return false;
  event.preventDefault();
  take(file);
  return true;
}

async function diagnostics(editor: EditorView, { onCheck, t }: { onCheck?: EditorProps['onCheck'] | undefined; t: TFunction }): Promise<Diagnostic[]> {
  const { doc } = editor.state;
  const check = await rpc.builds.check({ text: doc.toString() });
  onCheck?.(check);
  return [
    ...check.faults.map((fault): Diagnostic => ({ ...span(doc, fault), severity: 'error', message: fault.message })),
    ...check.findings.map((finding): Diagnostic => ({
      ...span(doc, finding), severity: finding.kind === 'advice' ? 'info' : 'warning', source: finding.rule, message: findingText(t, finding),
      ...(finding.fix && !editor.state.readOnly ? { actions: [{ name: fixTitle(t, finding), apply: (target: EditorView) => applyFix(target, finding) }] } : {}),
    })),
  ];
}

function span(doc: Text, range: { startLine: number; endLine: number; startColumn?: number; endColumn?: number }): { from: number; to: number } {
  const first = doc.line(Math.max(1, Math.min(range.startLine, doc.lines)));
  const last = doc.line(Math.max(1, Math.min(range.endLine, doc.lines)));
  const from = range.startColumn === undefined ? first.from + (first.length - first.text.trimStart().length) : Math.min(first.to, first.from + range.startColumn - 1);
  return { from, to: Math.max(from, range.endColumn === undefined ? last.to : Math.min(first.to, first.from + range.endColumn - 1)) };
}

/** Puts a finding's edit into the text. */
function applyFix(editor: EditorView, finding: Finding): void {
  const { fix } = finding;
  if (!fix) return;
  const { doc } = editor.state;
  editor.dispatch({ changes: { from: doc.line(Math.min(fix.startLine, doc.lines)).from, to: doc.line(Math.min(fix.endLine, doc.lines)).to, insert: fix.text } });
}
