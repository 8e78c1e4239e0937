// What the editor knows of the language beside colours: completion and a line of documentation for each word.
import type { Completion, CompletionContext, CompletionResult, CompletionSource } from '@codemirror/autocomplete';
import type { Extension } from '@codemirror/state';
import { hoverTooltip } from '@codemirror/view';

type Translate = (key: string) => string;

const INSTRUCTIONS = ['ADD', 'ARG', 'CMD', 'COPY', 'ENTRYPOINT', 'ENV', 'EXPOSE', 'FROM', 'HEALTHCHECK', 'LABEL', 'ONBUILD', 'RUN', 'SHELL', 'STOPSIGNAL', 'USER', 'VOLUME', 'WORKDIR'];
const FLAGS: Record<string, string[]> = {
  FROM: ['--platform='],
  RUN: ['--mount=type=cache,target=', '--mount=type=bind,source=', '--mount=type=secret,id=', '--mount=type=ssh', '--mount=type=tmpfs,target=', '--network=none', '--network=host'],
  COPY: ['--from=', '--chown=', '--chmod=', '--link', '--parents', '--exclude='],
  ADD: ['--checksum=sha256:', '--chown=', '--chmod=', '--keep-git-dir=true', '--exclude='],
  HEALTHCHECK: ['--interval=', '--timeout=', '--start-period=', '--retries='],
};
const PLATFORM_ARGS = ['TARGETPLATFORM', 'TARGETOS', 'TARGETARCH', 'TARGETVARIANT', 'BUILDPLATFORM', 'BUILDOS', 'BUILDARCH', 'BUILDVARIANT'];

export function dockerfileCompletion(t: Translate): CompletionSource {
  return (context: CompletionContext): CompletionResult | null => {
    const line = context.state.doc.lineAt(context.pos);
    const before = line.text.slice(0, context.pos - line.from);
    const text = context.state.doc.toString();
    const variable = /\$\{?(\w*)$/.exec(before);
    if (variable) return { from: context.pos - (variable[1] as string).length, options: names(text, /^\s*(?:arg|env)\s+(\w+)/gim).concat(PLATFORM_ARGS).map((label) => ({ label, type: 'variable' })) };
    const stage = /(?:--from=|,from=)(\w*)$/.exec(before);
    if (stage) return { from: context.pos - (stage[1] as string).length, options: names(text, /^\s*from\s+.*\sas\s+(\S+)/gim).map((label) => ({ label, type: 'namespace' })) };
    const keyword = /^\s*(?:onbuild\s+)?([a-z]+)\s/i.exec(before)?.[1]?.toUpperCase() ?? '';
    const flag = /(?:^|\s)(--[^\s]*)$/.exec(before);
    if (flag) return { from: context.pos - (flag[1] as string).length, options: (FLAGS[keyword] ?? []).map((label) => ({ label, type: 'property' })) };
    const word = /^\s*(?:onbuild\s+)?([a-z]*)$/i.exec(before);
    const isContinued = line.number > 1 && /\\\s*$/.test(context.state.doc.line(line.number - 1).text);
    if (!word || isContinued || (word[1] === '' && !context.explicit)) return null;
    const isLower = /^[a-z]+$/.test(word[1] as string);
    return { from: context.pos - (word[1] as string).length, options: INSTRUCTIONS.map((name): Completion => ({ label: isLower ? name.toLowerCase() : name, apply: `${isLower ? name.toLowerCase() : name} `, type: 'keyword', info: t(`builds:instructions.${name}`) })) };
  };
}

const names = (text: string, pattern: RegExp): string[] => [...new Set([...text.matchAll(pattern)].map((match) => match[1] as string))];

export function dockerfileHover(t: Translate): Extension {
  return hoverTooltip((view, at) => {
    const line = view.state.doc.lineAt(at);
    const match = /^(\s*(?:onbuild\s+)?)([a-z]+)/i.exec(line.text);
    const name = match?.[2]?.toUpperCase() ?? '';
    const from = line.from + (match?.[1]?.length ?? 0);
    if (!INSTRUCTIONS.includes(name) || at < from || at > from + name.length) return null;
    return {
      pos: from, end: from + name.length, above: true,
      create() {
        const dom = document.createElement('div');
        dom.style.padding = '6px 10px';
        const title = dom.appendChild(document.createElement('strong'));
        title.textContent = name;
        dom.appendChild(document.createElement('div')).textContent = t(`builds:instructions.${name}`);
        return { dom };
      },
    };
  });
}
