/** The parts of a bundle and the growth that fails a build, on metafiles as esbuild writes them. */
import { describe, expect, it } from '@jest/globals';
import type { Metafile } from 'esbuild';
import { bundleParts, bundleSize } from './bundle-parts.ts';
import { growthFaults } from './growth.ts';

function metafile(bytes: number, inputs: Readonly<Record<string, number>>): Metafile {
  const output = { bytes: 1, inputs: {}, imports: [], exports: [] };
  const counted = Object.entries(inputs).map(([file, bytesInOutput]) => [file, { bytesInOutput }]);
  return {
    inputs: {},
    outputs: {
      'out/index.mjs.map': output,
      'out/index.mjs': { ...output, bytes, inputs: Object.fromEntries(counted) },
    },
  };
}

const BARE = metafile(130, {
  'node_modules/@aws-sdk/client-dynamodb/index.js': 100,
  'node_modules/obliterator/iterator.js': 20,
  '<stdin>': 5,
});

describe('the parts of a bundle', () => {
  const parts = bundleParts(
    metafile(1_000, {
      'handler/index.ts': 100,
      'handler/settings.ts': 50,
      'shared/engine/reading.ts': 200,
      'shared/canonical-json.ts': 30,
      'node_modules/luxon/build/luxon.mjs': 150,
      'node_modules/@smithy/core/dist/index.js': 300,
      'node_modules/obliterator/iterator.js': 40,
      'node_modules/serverless/node_modules/luxon/luxon.js': 10,
      'module-of-node:node:http': 20,
    }),
    BARE,
  );

  it('are packages, wherever they are installed, and folders of ours; what is left joins them', () => {
    expect(parts.map(({ name, bytes }) => [name, bytes])).toEqual([
      ['@smithy/core', 300],
      ['shared/engine', 200],
      ['luxon', 160],
      ['handler', 150],
      ['(esbuild)', 120],
      ['obliterator', 40],
      ['shared', 30],
    ]);
  });

  it('are the SDK’s by their scope or since the SDK alone brings them along', () => {
    expect(parts.filter(({ ofSdk }) => ofSdk).map(({ name }) => name)).toEqual([
      '@smithy/core',
      '(esbuild)',
      'obliterator',
    ]);
    expect(bundleSize(parts)).toEqual({ bytes: 1_000, bytesBesideSdk: 540 });
  });
});

describe('growth', () => {
  const committed = { connect: { bytes: 1_000, bytesBesideSdk: 500 } };

  it.each([
    [{ bytes: 1_100, bytesBesideSdk: 550 }, []],
    [{ bytes: 100, bytesBesideSdk: 50 }, []],
    [{ bytes: 1_101, bytesBesideSdk: 500 }, [expect.stringContaining('connect: the bundle has 1101 bytes')]],
    [
      { bytes: 1_000, bytesBesideSdk: 600 },
      [expect.stringContaining('has 600 bytes, 20 % more than the committed 500')],
    ],
  ])('to %j', (now, faults) => {
    expect(growthFaults({ connect: now }, committed)).toEqual(faults);
  });

  it('of a bundle that nobody knows is told', () => {
    expect(growthFaults({ third: { bytes: 1, bytesBesideSdk: 1 } }, committed)).toEqual([
      'third: no size is committed',
    ]);
  });
});
