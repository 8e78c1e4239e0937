// The corpus on our engine: every Dockerfile with its expected configuration, tree and exit code.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { busyboxArchive, startTestEngine, type TestEngine } from '../engine/harness.ts';
import { buildCase, judge } from './build-case.ts';
import { CONFIG_CASES } from './corpus/config.ts';
import { COPY_CASES } from './corpus/copy.ts';
import { NASTY_CASES } from './corpus/nasty.ts';
import { FAILING_CASES, RUN_CASES } from './corpus/run.ts';

let engine: TestEngine;
beforeAll(async () => {
  engine = await startTestEngine();
  await engine.dockerOk('load', '-i', busyboxArchive());
});
afterAll(() => engine[Symbol.asyncDispose]());

describe.each([['configuration', CONFIG_CASES], ['copy and add', COPY_CASES], ['run and stages', RUN_CASES], ['edges', NASTY_CASES], ['failures', FAILING_CASES]])('%s', (_subject, cases) => {
  test.each(cases)('$name', (corpusCase) => expect(judge(corpusCase, buildCase(engine.socketPath, corpusCase, true))).toEqual([]));
});

test('nothing is left behind', () => expect(engine.leftovers()).toEqual([]));
