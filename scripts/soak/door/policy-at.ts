/**
 * A document as it is at one moment: windows and set entries that depend on nothing but the time, read once. The reference
 * evaluator is slow and obvious, cron above all; for many connections of one moment this is what makes it fast enough.
 */
import type { Block, Blocks, PolicyDocument, PolicySet, Rule, Window } from '../../../shared/engine/index.ts';
import { referenceWindowHolds } from '../../../shared/engine/reference/reference-evaluator.ts';
import { instantMs } from '../../../shared/engine/reference/reference-windows.ts';

/** Any moment that is asked about is after 1970. */
const HOLDS: Window = { from: '1970-01-01T00:00Z' };
const HOLDS_NOT: Window = { until: '1970-01-01T00:00Z' };

export function policyAt(document: PolicyDocument, nowMs: number): PolicyDocument {
  const windowAt = (window: Window) => (referenceWindowHolds(document, window, nowMs) ? HOLDS : HOLDS_NOT);
  const blockAt = (block: Block): Block =>
    block.windows === undefined ? block : { ...block, windows: block.windows.map(windowAt) };
  const blocksAt = (blocks: Blocks): Blocks => [blocks].flat().map(blockAt);
  const ruleAt = (rule: Rule): Rule => ({
    ...rule,
    match: rule.match === 'everyone' ? rule.match : blocksAt(rule.match),
    ...(rule.except === undefined ? {} : { except: blocksAt(rule.except) }),
  });
  return {
    ...document,
    rules: (document.rules ?? []).map(ruleAt),
    sets: Object.fromEntries(Object.entries(document.sets ?? {}).map(([name, set]) => [name, setAt(set, nowMs)])),
  };
}

function setAt(set: PolicySet, nowMs: number): PolicySet {
  const entries = set.entries
    .map((entry) => (typeof entry === 'string' ? { value: entry } : entry))
    .filter(({ expiresAt }) => expiresAt === undefined || nowMs < instantMs(expiresAt));
  return { ...set, entries: entries.map(({ value }) => value) };
}
