// The docker command that does what the form would do. Secret values are never part of it.
import type { BuildOptions, BuildSource } from '../../main/contract/builds.ts';

export function buildCommand(source: BuildSource, options: BuildOptions): string {
  const flags = [
    ...options.tags.flatMap((tag) => ['-t', tag]),
    ...(source.kind !== 'text' && options.dockerfile !== 'Dockerfile' ? ['-f', source.kind === 'folder' && source.path !== '' ? `${source.path}/${options.dockerfile}` : options.dockerfile] : []),
    ...(options.target === '' ? [] : ['--target', options.target]),
    ...(options.platform === '' ? [] : ['--platform', options.platform]),
    ...Object.entries(options.args).flatMap(([key, value]) => ['--build-arg', `${key}=${value}`]),
    ...Object.entries(options.labels).flatMap(([key, value]) => ['--label', `${key}=${value}`]),
    ...(options.noCache ? ['--no-cache'] : []),
    ...(options.pull ? ['--pull'] : []),
    ...(options.network === 'default' ? [] : ['--network', options.network]),
    ...Object.keys(options.secrets).flatMap((id) => ['--secret', `id=${id}`]),
  ];
  return `${['docker', 'build', ...flags].map(quoted).join(' ')} ${placeOf(source)}`;
}

/** While nothing is chosen yet: the folder where one stands, or a gap to fill. */
function placeOf(source: BuildSource): string {
  if (source.kind === 'text') return '- < Dockerfile';
  return source.kind === 'folder' ? quoted(source.path || '.') : source.url === '' ? '…' : quoted(source.url);
}

const quoted = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`);
