import { describe, expect, test } from 'vitest';
import { makeLayer, type MadeEntry } from '../../../test/layers/oracle.ts';
import { KIND } from './tree-file.ts';
import { matchNodes, type Filter } from './tree-filter.ts';
import { compareImages, flattenImage } from './tree-flatten.ts';
import { historyOf } from './tree-history.ts';
import { listRows, readRows, type RowsQuery } from './tree-rows.ts';
import { makeView, type Scope } from './tree-view.ts';
import { findPath, MARK, stackLayers, unionPath, type ImageTree } from './tree.ts';

const image = (...layers: MadeEntry[][]) => stackLayers(layers.map(makeLayer));
const text = (bytes: number) => 'x'.repeat(bytes);
const tree = image(
  [{ path: 'etc', type: 'dir' }, { path: 'etc/passwd', content: text(10) }, { path: 'etc/Hosts', content: text(5) }, { path: 'usr/bin/sh', content: text(100) }, { path: 'usr/bin/ash', type: 'hardlink', target: 'usr/bin/sh' }],
  [{ path: 'etc/passwd', content: text(20) }, { path: 'usr/.wh.bin' }, { path: 'opt/app/main.js', content: text(50) }, { path: 'opt/app/a.b', content: text(1) }],
);
const query = (over: Partial<RowsQuery> = {}): RowsQuery => ({ filter: {}, sort: 'size', toggled: [], isAllOpen: true, ...over });
function rows(layer: number, scope: Scope, over: Partial<RowsQuery> = {}): string[] {
  const view = makeView(tree, layer, scope);
  const list = listRows(view, query(over));
  return readRows(view, list, 0, 1000).map((row) => `${'  '.repeat(row.depth)}${row.name} ${row.bytes}${row.removedBytes ? ` -${row.removedBytes}` : ''}${row.mark ? ` m${row.mark}` : ''}`);
}

describe('view', () => {
  test('this layer only: what it wrote and removed, largest first', () => {
    expect(rows(1, 'layer')).toEqual(['usr 0 -100', '  bin 0 -100 m3', '    sh 100 -100 m3', '    ash 100 m3', 'opt 51 m2', '  app 51 m2', '    main.js 50 m2', '    a.b 1 m2', 'etc 20', '  passwd 20 m4']);
  });

  test('everything up to here: what the image shows', () => {
    expect(rows(0, 'all', { sort: 'name' })).toEqual(['etc 15 m2', '  Hosts 5 m2', '  passwd 10 m2', 'usr 100 m2', '  bin 100 m2', '    ash 100 m2', '    sh 100 m2']);
    expect(makeView(tree, 1, 'all').bytes[0]).toBe(76);
  });

  test('directories open and close one by one', () => {
    const opt = findPath(tree, 'opt') as number;
    expect(rows(1, 'layer', { isAllOpen: false, toggled: [opt] }).slice(1, 3)).toEqual(['opt 51 m2', '  app 51 m2']);
    expect(rows(1, 'layer', { toggled: [opt] })).toContain('opt 51 m2');
    expect(rows(1, 'layer', { toggled: [opt] })).not.toContain('  app 51 m2');
  });

  test('a deep and a wide tree', () => {
    const deep = image([{ path: Array.from({ length: 3000 }, () => 'd').join('/') }, ...Array.from({ length: 3000 }, (_, i) => ({ path: `w/${i}` }))]);
    const view = makeView(deep, 0, 'all');
    expect(listRows(view, query()).length).toBe(3000 + 3001);
  });
});

describe('filter', () => {
  const found = (filter: Filter, of: ImageTree = tree) => {
    const matches = matchNodes(makeView(of, 1, 'all'), filter);
    return [...matches.at].flatMap((at, node) => (at === 3 ? [`/${unionPath(of, node)}`] : []));
  };
  test.each<[Filter, string[]]>([
    [{ pattern: 'host' }, ['/etc/Hosts']],
    [{ pattern: 'Host' }, ['/etc/Hosts']],
    [{ pattern: 'HOST' }, []],
    [{ pattern: '/app/m' }, ['/opt/app/main.js']],
    [{ pattern: '*.js', mode: 'glob' }, ['/opt/app/main.js']],
    [{ pattern: '**/app/*', mode: 'glob' }, ['/opt/app/a.b', '/opt/app/main.js']],
    [{ pattern: 'app/{a,b}.?', mode: 'glob' }, ['/opt/app/a.b']],
    [{ pattern: '^pass', mode: 'regex' }, ['/etc/passwd']],
    [{ pattern: '^/etc/.*s', mode: 'regex' }, ['/etc/Hosts', '/etc/passwd']],
    [{ marks: [MARK.content] }, ['/etc/passwd']],
    [{ kinds: [KIND.file], minBytes: 20 }, ['/etc/passwd', '/usr/bin/sh', '/opt/app/main.js']],
  ])('%j', (filter, paths) => expect(found(filter).sort()).toEqual([...paths].sort()));

  test('the way to a match is open, and a directory that matches keeps what is below', () => {
    expect(rows(1, 'all', { filter: { pattern: 'main' }, isAllOpen: false })).toEqual(['opt 51 m2', '  app 51 m2', '    main.js 50 m2']);
    expect(rows(1, 'all', { filter: { pattern: 'app' }, isAllOpen: true, sort: 'name' })).toEqual(['opt 51 m2', '  app 51 m2', '    a.b 1 m2', '    main.js 50 m2']);
  });

  test('a wrong expression is refused', () => expect(() => found({ pattern: '(', mode: 'regex' })).toThrow('invalid pattern'));
});

test('the history of a path tells every copy', () => {
  const events = historyOf(tree, findPath(tree, 'etc/passwd') as number);
  expect(events.map((event) => [event.layer, event.mark, event.state?.storedBytes])).toEqual([[0, 'added', 10], [1, 'content', 20]]);
  expect(historyOf(tree, findPath(tree, 'usr/bin/ash') as number).map((event) => [event.mark, event.state?.hardlinkOf])).toEqual([['added', '/usr/bin/sh'], ['removed', undefined]]);
});

describe('comparison', () => {
  const marks = (compared: ImageTree) => Object.fromEntries([...makeView(compared, 1, 'layer').mark].flatMap((mark, node) => (mark > MARK.unchanged ? [[unionPath(compared, node), mark]] : [])));
  test('an image compared with itself has no difference', () => {
    expect(marks(compareImages(flattenImage(tree), flattenImage(tree)))).toEqual({});
  });
  test('two images differ where their final trees do', () => {
    const after = image([{ path: 'etc/passwd', content: text(20), mtime: 5 }, { path: 'new', content: 'n' }, { path: 'opt/app/main.js', content: text(50), mode: 0o600 }, { path: 'opt/app/a.b', content: 'y' }]);
    expect(marks(compareImages(flattenImage(tree), flattenImage(after), { ignoreTimes: true }))).toEqual({ 'new': MARK.added, 'etc/Hosts': MARK.removed, 'opt/app/main.js': MARK.metadata, 'opt/app/a.b': MARK.content, usr: MARK.removed });
    expect(marks(compareImages(flattenImage(tree), flattenImage(after)))).toMatchObject({ 'etc/passwd': MARK.metadata });
  });
});
