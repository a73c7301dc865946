/** A plan as a file: exactly what was looked at can be applied later, and nothing else. */
import { createHash } from 'node:crypto';
import { canonicalJson } from '../../../shared/canonical-json.ts';
import type { PolicyDocument } from '../../../shared/engine/index.ts';
import { type Confirmation, isObject, type PolicyChange } from '../../../shared/policy/index.ts';
import { CommandError } from '../exit-code.ts';
import { onOneLine } from '../terminal/output.ts';
import type { Plan } from './make-plan.ts';

const KIND = 'client-vpn-policy/plan';
const VERSION = 1;

export interface PlanFile {
  /** When it was made: RFC 3339. */
  readonly createdAt: string;
  /** As the command line called the policy file. */
  readonly file: string;
  readonly source: string;
  readonly document: PolicyDocument;
  readonly prune: boolean;
  readonly forceConflicts: boolean;
  readonly confirm: readonly Confirmation[];
  /** The revision that it applies to; null: to nothing yet published. */
  readonly base: { readonly number: number; readonly createdAt: string } | null;
  /** What it changes. */
  readonly changes: readonly PolicyChange[];
}

/** The plan as text. */
export function planFileText({ application, base, changes }: Plan, file: string, nowMs: number): string {
  const { source, prune, forceConflicts, confirm } = application;
  const plan: PlanFile = {
    createdAt: new Date(nowMs).toISOString(),
    file,
    source,
    base: base === undefined ? null : { number: base.number, createdAt: base.createdAt },
    prune,
    forceConflicts,
    confirm,
    changes,
    document: application.file.document,
  };
  return `${JSON.stringify({ kind: KIND, version: VERSION, hash: hashOf(plan), ...plan }, undefined, 2)}\n`;
}

/**
 * The plan in a text; undefined where the text is something else. Throws a CommandError for one of a newer version, or one
 * that was changed since it was made.
 */
export function readPlanFile(name: string, text: string): PlanFile | undefined {
  if (!text.trimStart().startsWith('{') || !text.includes(KIND)) return undefined;
  const value = parsed(text);
  if (!isObject(value) || value.kind !== KIND) return undefined;
  const { kind: _, version, hash, ...plan } = value;
  if (version !== VERSION) {
    throw new CommandError(
      onOneLine(
        `${name} is a plan of version ${JSON.stringify(version)}; known: ${VERSION}: update vpn-policy, or plan anew`,
      ),
    );
  }
  if (hash !== hashOf(plan)) {
    throw new CommandError(
      onOneLine(`${name} was changed after the plan was made: make a new one with vpn-policy plan`),
    );
  }
  return plan as unknown as PlanFile; // what has the hash was written above
}

function hashOf(plan: object): string {
  return createHash('sha256').update(canonicalJson(plan)).digest('hex');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
