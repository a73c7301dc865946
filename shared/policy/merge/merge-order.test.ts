import { describe, expect, it } from '@jest/globals';
import { mergeOrder } from './merge-order.ts';

const list = (text: string) => [...text];

describe('mergeOrder', () => {
  it.each<[what: string, base: string, ours: string, theirs: string, order: string]>([
    ['nothing changed', 'abc', 'abc', 'abc', 'abc'],
    ['they moved', 'abc', 'abc', 'cab', 'cab'],
    ['we moved', 'abc', 'cab', 'abc', 'cab'],
    ['both moved to the same order', 'abc', 'cab', 'cab', 'cab'],
    ['we added at the end', 'abc', 'abcx', 'abc', 'abcx'],
    ['both added at the end: ours stays beside its neighbour', 'abc', 'abcx', 'abcy', 'abcxy'],
    ['we added in front', 'abc', 'xabc', 'yabc', 'xyabc'],
    ['we added several between', 'abc', 'axybc', 'abc', 'axybc'],
    ['we added, they moved', 'abc', 'axbc', 'cab', 'caxb'],
    ['they added, we moved', 'abc', 'cab', 'axbc', 'caxb'],
    ['what we put back comes behind its old neighbour', 'ac', 'abc', 'acz', 'abcz'],
    ['its neighbour in front is gone: before the one behind it', 'apq', 'apxq', 'amnq', 'amnxq'],
    ['both neighbours are gone: behind the nearest before', 'apqz', 'apxqz', 'az', 'axz'],
    ['a run keeps together', 'ac', 'ax1yc', 'amc', 'ax1ymc'],
  ])('%s: %s, %s and %s make %s', (_, base, ours, theirs, order) => {
    const [inBase, inOurs, inTheirs] = [new Set(base), new Set(ours), new Set(theirs)];
    const kept = new Set(
      list(order).filter((name) => (inBase.has(name) ? inOurs.has(name) && inTheirs.has(name) : true)),
    );
    expect(mergeOrder(list(base), list(ours), list(theirs), kept)).toEqual({ order: list(order), conflict: false });
  });

  it('tells where both moved, differently', () => {
    const merged = mergeOrder(list('abc'), list('bac'), list('acb'), new Set('abc'));
    expect(merged).toEqual({ order: list('acb'), conflict: true });
    const ours = mergeOrder(list('abc'), list('bxac'), list('acyb'), new Set('abcxy'), 'ours');
    expect(ours).toEqual({ order: list('bxacy'), conflict: true });
  });
});
