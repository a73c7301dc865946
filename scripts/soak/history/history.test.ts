/** A short history of the real store is good, and one of a store that is broken on purpose is not. */
import { describe, expect, it } from '@jest/globals';
import { tryHistory } from './history.ts';

const OPTIONS = { forMs: 1_500, writers: 4, readers: 2, cachedReaders: 2, faultProbability: 0.1 };
const CONTEXT = { seed: 1, progress: () => {} };

describe('concurrent writers and readers', () => {
  it('keep every promise under faults', async () => {
    const { failures, figures } = await tryHistory(CONTEXT, OPTIONS);
    expect(failures).toEqual([]);
    const figure = (name: string) => Number(figures.find(({ what }) => what === name)?.figure.replace(',', ''));
    for (const name of ['faults injected', 'acknowledged', 'strongly consistent reads', 'reads of caches']) {
      expect([name, figure(name) > 0]).toEqual([name, true]);
    }
  });

  it('are seen to lose updates where a revision is put without its condition', async () => {
    const { failures } = await tryHistory(CONTEXT, {
      ...OPTIONS,
      faultProbability: 0,
      spoilWriter: (client) =>
        client.middlewareStack.add(
          (next) => (args) => {
            Reflect.deleteProperty(args.input, 'ConditionExpression');
            return next(args);
          },
          { step: 'initialize' },
        ),
    });
    expect(failures.join('\n')).toMatch(/was acknowledged and is not in the history as that revision/);
  });
});
