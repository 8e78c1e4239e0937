// What a build made of each line, inside the editor: time and size at the line's end, the log of a failed step below it.
import { StateEffect, StateField, type Extension, type Range, type Text } from '@codemirror/state';
import { Decoration, EditorView, WidgetType, type DecorationSet } from '@codemirror/view';
import { ansiSpans } from './ansi.ts';
import { ansiClass } from './ansi-text.tsx';
import type { StepState } from './build-model.ts';
import classes from './builds.module.css';

export interface LineNote {
  startLine: number;
  endLine: number;
  state: StepState;
  /** at the end of the last line */
  text: string;
  /** where a click on the text leads, with its accessible name */
  open?: { label: string; run: () => void } | undefined;
  /** below the last line: the words of a failed step, with terminal colours */
  log?: { title: string; text: string } | undefined;
}

const setNotes = StateEffect.define<readonly LineNote[]>();

const notesField = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(shown, transaction) {
    let now = shown.map(transaction.changes);
    for (const effect of transaction.effects) if (effect.is(setNotes)) now = decorate(transaction.state.doc, effect.value);
    return now;
  },
  provide: (field) => EditorView.decorations.from(field),
});

export const editorNotes: Extension = notesField;

export function showNotes(editor: EditorView, notes: readonly LineNote[]): void {
  editor.dispatch({ effects: setNotes.of(notes) });
}

function decorate(doc: Text, notes: readonly LineNote[]): DecorationSet {
  const found = notes.filter(({ startLine, endLine }) => startLine > 0 && endLine <= doc.lines).flatMap((note): Range<Decoration>[] => {
    const [first, last] = [doc.line(note.startLine), doc.line(note.endLine)];
    const shown: Range<Decoration>[] = [];
    if (note.text !== '') shown.push(Decoration.widget({ widget: new ResultWidget(note), side: 1 }).range(last.to));
    if (note.log) {
      for (let number = note.startLine; number <= note.endLine; number++) shown.push(Decoration.line({ class: classes.failedLine ?? '' }).range(doc.line(number).from));
      shown.push(Decoration.widget({ widget: new LogWidget(note.log), side: 2, block: true }).range(Math.max(first.to, last.to)));
    }
    return shown;
  });
  return Decoration.set(found, true);
}

class ResultWidget extends WidgetType {
  private readonly note: LineNote;
  constructor(note: LineNote) {
    super();
    this.note = note;
  }
  override eq(other: ResultWidget): boolean {
    return other.note.text === this.note.text && other.note.state === this.note.state;
  }
  toDOM(): HTMLElement {
    const { note } = this;
    const shown = document.createElement(note.open ? 'button' : 'span');
    shown.className = classes.lineResult ?? '';
    shown.dataset['state'] = note.state;
    shown.textContent = note.text;
    if (note.open) {
      shown.title = note.open.label;
      shown.setAttribute('aria-label', note.open.label);
      shown.addEventListener('click', note.open.run);
    }
    return shown;
  }
}

class LogWidget extends WidgetType {
  private readonly log: { title: string; text: string };
  constructor(log: { title: string; text: string }) {
    super();
    this.log = log;
  }
  override eq(other: LogWidget): boolean {
    return other.log.text === this.log.text && other.log.title === this.log.title;
  }
  toDOM(): HTMLElement {
    const shown = document.createElement('div');
    shown.className = classes.lineLog ?? '';
    shown.setAttribute('role', 'note');
    shown.appendChild(document.createElement('strong')).textContent = this.log.title;
    if (this.log.text !== '') {
      const pre = shown.appendChild(document.createElement('pre'));
      for (const span of ansiSpans(this.log.text)) {
        const part = pre.appendChild(document.createElement('span'));
        part.className = ansiClass(span.style);
        part.textContent = span.text;
      }
    }
    return shown;
  }
}
