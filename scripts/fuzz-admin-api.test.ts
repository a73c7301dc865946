/** A short fuzz run of the admin API with a fixed seed; `npm run fuzz` makes longer ones. */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { fuzzAdminApi } from './fuzz/fuzz-admin-api.ts';
import type { FuzzReport } from './fuzz/fuzz-run.ts';
import { reportLines } from './fuzz/report.ts';
import { type FuzzTarget, startInProcess } from './fuzz/target.ts';

const REQUESTS = 1_000;

let target: FuzzTarget;
let report: FuzzReport;

beforeAll(async () => {
  target = await startInProcess();
  report = await fuzzAdminApi({
    target,
    requests: REQUESTS,
    seed: 2,
    apiDocument: JSON.parse(await readFile(resolve(__dirname, '../docs/openapi.json'), 'utf8')),
    policyFile: await readFile(resolve(__dirname, '../policies/example.yaml'), 'utf8'),
  });
}, 120_000);

afterAll(() => target.stop());

describe(`${REQUESTS} requests made from the OpenAPI document, many of them spoilt`, () => {
  it('meet no fault; refusals are problems and change nothing; what is accepted compiles', () => {
    expect(report.findings.length === 0 ? [] : reportLines(report)).toEqual([]);
  });

  it('reach every operation, and many kinds of refusal, so that this says something', () => {
    const missed = [...report.operations].filter(([, { succeeded }]) => succeeded === 0).map(([name]) => name);
    expect(missed).toEqual([]);
    expect(report.written).toBeGreaterThan(20);
    expect([...report.problems.keys()]).toEqual(
      expect.arrayContaining([
        ...['bad-path', 'bad-query', 'bad-header', 'bad-json', 'bad-cursor', 'no-caller', 'forbidden', 'no-such-path'],
        ...['no-such-rule', 'no-such-set', 'method-not-allowed', 'already-exists', 'precondition-failed', 'invalid'],
        ...['unsupported-media-type', 'precondition-required', 'confirmation-needed', 'revert-conflict'],
      ]),
    );
  });
});
