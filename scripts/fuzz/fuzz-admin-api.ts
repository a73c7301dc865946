/** A whole fuzz run, from a seed. */
import fc from 'fast-check';
import { policyDocument, scene } from '../../shared/engine/reference/arbitraries.ts';
import { readPolicy } from '../../shared/policy/index.ts';
import { type FuzzReport, runFuzz } from './fuzz-run.ts';
import { Random } from './random.ts';
import { type ApiDocument, createRequestMaker } from './request-maker.ts';
import type { FuzzTarget } from './target.ts';

export interface FuzzSettings {
  readonly target: FuzzTarget;
  readonly requests: number;
  readonly seed: number;
  /** docs/openapi.json */
  readonly apiDocument: ApiDocument;
  /** The text of a valid policy. */
  readonly policyFile: string;
  readonly onProgress?: (sent: number) => void;
}

const SAMPLES = 200;

export function fuzzAdminApi(settings: FuzzSettings): Promise<FuzzReport> {
  const { target, requests, seed, apiDocument, policyFile, onProgress } = settings;
  const read = readPolicy(policyFile, { fileName: 'policy.yaml' });
  if (!read.ok) throw new Error('INVARIANT: the policy to start from is valid');
  const random = new Random(seed);
  const samples = fc.sample(
    scene().chain((place) => policyDocument(place)),
    { numRuns: SAMPLES, seed },
  );
  return runFuzz({
    target,
    maker: createRequestMaker(apiDocument, [read.document, ...samples], random),
    random,
    requests,
    policy: read.document,
    clock: () => performance.now(),
    ...(onProgress && { onProgress }),
  });
}
