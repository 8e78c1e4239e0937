// The shape of the code, enforced. Each failure says which file, which rule, and why the rule is there.

import { describe, expect, test } from 'vitest';
import { arrows, isTest, rowOf, soleImporters } from './architecture/arrows.ts';
import { cycles, readSources } from './architecture/sources.ts';

const product = readSources('src');
const everything = [...product, ...readSources('test', 'scripts')];
const maxLines = 300;

describe('arrows', () => {
  for (const [name, { reason, broken }] of Object.entries(arrows)) {
    test(name, () => {
      const found = product.flatMap((source) => broken(source).map((entry) => `${source.path} imports ${entry.specifier}`));
      expect(found, `${reason}\n  ${found.join('\n  ')}\n`).toEqual([]);
    });
  }

  test('every folder of the engine has its row', () => {
    const homeless = product.filter(({ path }) => path.startsWith('src/engine/') && rowOf(path) < 0).map(({ path }) => path);
    expect(homeless, 'a new folder of the engine gets a row in test/architecture/arrows.ts').toEqual([]);
  });

  test('no module imports itself through others', () => {
    const found = cycles(product);
    expect(found, `modules in a cycle can only be understood together\n  ${found.join('\n  ')}\n`).toEqual([]);
  });
});

describe('sole importers', () => {
  for (const { module, allowed, reason } of soleImporters) {
    test(String(module), () => {
      const found = product.filter(({ path, imports }) => !isTest(path) && !allowed.test(path) && imports.some((entry) => !entry.isType && module.test(entry.target)));
      const paths = found.map(({ path }) => path);
      expect(paths, `only ${allowed} may import ${module}: ${reason}\n  ${paths.join('\n  ')}\n`).toEqual([]);
    });
  }

  test('environment variables are read at the entries only', () => {
    const entry = /^src\/(engine\/(daemon|check)|main\/(browser|electron|app|index|layers-cli|environment)|main\/hosts\/local)\.ts$/;
    const found = product.filter(({ path, code }) => !isTest(path) && !entry.test(path) && /\bprocess\.env\b/.test(code)).map(({ path }) => path);
    expect(found, 'what a module depends on comes in as a parameter, so that tests and two hosts can differ').toEqual([]);
  });
});

describe('files', () => {
  test(`at most ${maxLines} lines`, () => {
    const isTable = ({ path, isTypesOnly }: (typeof product)[number]) => isTypesOnly || /\/(i18n|locales|contract)\//.test(path);
    const found = everything.filter((source) => source.lines > maxLines && !isTable(source)).map(({ path, lines }) => `${path}: ${lines}`);
    expect(found, `a file is read in one go; split it by what it does (tables of types and texts may be longer)\n  ${found.join('\n  ')}\n`).toEqual([]);
  });

  test('names say what is inside', () => {
    const found = everything.map(({ path }) => path).filter((path) => /(^|\/)(utils?|helpers?|manager|service|impl|common|misc)(\.|\/)|(manager|-impl)\.tsx?$/i.test(path) || /[A-Z]/.test(path.replace('/zh-CN/', '/')));
    expect(found, 'kebab-case, named for the one thing the file holds').toEqual([]);
  });

  test('no barrels but the doors', () => {
    const found = product.filter(({ path, isBarrel }) => isBarrel && path !== 'src/engine/index.ts').map(({ path }) => path);
    expect(found, 'a file of re-exports hides where things are and makes cycles').toEqual([]);
  });

  test('each module says what it is for', () => {
    const found = product.filter(({ path, startsWithComment }) => !isTest(path) && !startsWithComment).map(({ path }) => path);
    expect(found, `begin the file with one sentence on what it is for\n  ${found.join('\n  ')}\n`).toEqual([]);
  });

  test('nothing is left for later, and no test is switched off', () => {
    const later = everything.filter(({ text }) => /\b(TO[D]O|FIX[M]E|X{3})\b/.test(text)) // spelled so that the rule does not find itself
      .map(({ path }) => path);
    const off = everything.filter(({ path, code }) => isTest(path) && /\b(test|it|describe)\.(only|skip|todo|fails|fixme)\(/.test(code)).map(({ path }) => path);
    expect([...later, ...off]).toEqual([]);
  });
});
