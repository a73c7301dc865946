/** What validates compiles, and nothing makes validation throw: random policies, and random damage to them. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { compile, PolicyValueError } from '../engine/index.ts';
import { policyDocument, scene } from '../engine/reference/arbitraries.ts';
import { lintPolicy } from './lint.ts';
import { lockoutReason } from './lockout.ts';
import { readPolicy, validatePolicy } from './read-document.ts';

const RUNS = 150;
const policy = scene().chain((place) =>
  policyDocument(place, { limits: true }).map((document) => ({ document, nowMs: place.anchorMs })),
);

/** Values of every kind that may stand where another belongs. */
const stray = fc.oneof(
  fc.constantFrom<unknown[]>(null, 0, 1234, true, '', 'x', '@leavers', '@nobody', '*', '10/8', '2026-12-31', [], {}, [
    [],
  ]),
  fc.constantFrom<unknown[]>('everyone', 'default', 'deny', { users: [] }, [{ missing: ['username'] }], ['@offices']),
  fc.jsonValue({ maxDepth: 2 }),
);
const key = fc.constantFrom(
  'id',
  'match',
  'except',
  'users',
  'identities',
  'windows',
  'from',
  'until',
  'cron',
  'kind',
  'standing',
  'grace',
  'maxConnections',
  'toString',
  '__proto__',
);

/** Replaces, removes or adds a value somewhere in a copy of the document. */
function damaged(document: unknown, steps: readonly number[], change: Change): unknown {
  const copy: unknown = JSON.parse(JSON.stringify(document));
  let parent = copy;
  for (const step of steps) {
    const inner = at(parent, step);
    if (typeof inner !== 'object' || inner === null) break;
    parent = inner;
  }
  const [last = 0] = steps;
  const names = typeof parent === 'object' && parent !== null ? Object.keys(parent) : [];
  const name = change.kind === 'add' ? change.key : names[last % Math.max(1, names.length)];
  if (typeof parent !== 'object' || parent === null || name === undefined) return change.value;
  if (change.kind === 'remove') Reflect.deleteProperty(parent, name);
  else
    Object.defineProperty(parent, name, { value: change.value, enumerable: true, writable: true, configurable: true });
  return JSON.parse(JSON.stringify(copy)); // a list may have got a hole, which JSON has not
}

interface Change {
  readonly kind: 'replace' | 'remove' | 'add';
  readonly key: string;
  readonly value: unknown;
}

function at(value: unknown, step: number): unknown {
  const values = typeof value === 'object' && value !== null ? Object.values(value) : [];
  return values[step % Math.max(1, values.length)];
}

const change: fc.Arbitrary<Change> = fc.record({
  kind: fc.constantFrom('replace', 'remove', 'add'),
  key,
  value: stray,
});
const damagedPolicy = fc
  .tuple(policy, fc.array(fc.nat(20), { minLength: 1, maxLength: 7 }), change)
  .map(([{ document }, steps, how]) => damaged(document, steps, how));

describe('a policy that is valid by the docs', () => {
  it('validates, compiles, reads the same from JSON, and can be linted', () => {
    fc.assert(
      fc.property(policy, ({ document, nowMs }) => {
        expect(validatePolicy(document)).toEqual({ ok: true, document });
        expect(() => compile(document)).not.toThrow();
        expect(readPolicy(JSON.stringify(document), { format: 'json' })).toMatchObject({ ok: true, document });
        expect(() => [lintPolicy(document, nowMs), lockoutReason(document, nowMs)]).not.toThrow();
      }),
      { numRuns: RUNS },
    );
  });
});

describe('a policy that was damaged', () => {
  it('is refused, or compiles', () => {
    let refused = 0;
    fc.assert(
      fc.property(damagedPolicy, (document) => {
        const validated = validatePolicy(document);
        if (validated.ok) expect(() => compile(validated.document)).not.toThrow();
        else refused++;
        if (!validated.ok) expect(validated.issues.length).toBeGreaterThan(0);
      }),
      { numRuns: 4 * RUNS },
    );
    expect(refused).toBeGreaterThan(RUNS);
  });

  it('is refused wherever the compiler refuses it', () => {
    let refused = 0;
    fc.assert(
      fc.property(damagedPolicy, (document) => {
        if (compiles(document)) return;
        refused++;
        expect(validatePolicy(document).ok).toBe(false);
      }),
      { numRuns: 2 * RUNS },
    );
    expect(refused).toBeGreaterThan(RUNS / 4);
  });
});

function compiles(document: unknown): boolean {
  try {
    compile(document as Parameters<typeof compile>[0]); // the compiler trusts nothing
    return true;
  } catch (error) {
    if (error instanceof PolicyValueError) return false;
    throw error;
  }
}

describe('any text', () => {
  it('is read without a fault, as YAML and as JSON', () => {
    const piece = fc.constantFrom(
      'version: 1',
      '- ',
      'rules:',
      '\n',
      '  ',
      '{',
      '}',
      '[',
      ']',
      ',',
      ': ',
      '"',
      "'",
      '&a',
      '*a',
      '!t',
      '@x',
      '|',
      '>',
      '#',
      '%YAML 1.1',
      '---',
      '?',
      '<<',
      '\t',
      'users',
    );
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.array(piece, { maxLength: 25 }).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(text, fc.constantFrom('yaml' as const, 'json' as const), (text, format) => {
        const read = readPolicy(text, { format });
        expect(read.ok || read.issues.every(({ line, column }) => (line ?? 0) > 0 && (column ?? 0) > 0)).toBe(true);
      }),
      { numRuns: 4 * RUNS },
    );
  });

  it('is JSON exactly where JSON.parse says so, and of the same value', () => {
    const text = fc.oneof(
      fc.json(),
      fc.string({ unit: fc.constantFrom(...'{}[]",:0123.eE+-truefalsn\\u \n'), maxLength: 12 }),
    );
    fc.assert(
      fc.property(text, (text) => {
        const codes = readPolicy(text, { format: 'json' });
        const isSyntax =
          !codes.ok && codes.issues.some(({ code }) => ['json-syntax', 'empty-document', 'too-deep'].includes(code));
        expect(isSyntax).toBe(!parses(text));
      }),
      { numRuns: 4 * RUNS },
    );
  });
});

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
