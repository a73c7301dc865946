/** Reads the body of a request that is no part of the policy language. */
import type { z } from 'zod';
import { Problem, type ProblemError } from '../http/problem.ts';
import { inBody } from './document-places.ts';

/** @throws Problem invalid */
export function readEnvelope<T extends z.ZodType>(schema: T, sent: unknown): z.output<T> {
  const read = schema.safeParse(sent);
  // Zod passes over the key `__proto__`.
  const strange = typeof sent === 'object' && sent !== null && Object.hasOwn(sent, '__proto__');
  if (read.success && !strange) return read.data;
  const errors = [
    ...(strange ? [unknownKey([], '__proto__')] : []),
    ...(read.error?.issues ?? []).flatMap((issue) => {
      const path = issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step));
      if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(path, key));
      return [{ code: codeOf(issue), message: issue.message, ...inBody(path) }];
    }),
  ];
  const [first] = errors;
  throw new Problem('invalid', `${first?.path ? `${first.path}: ` : ''}${first?.message}`, { errors });
}

function unknownKey(path: readonly (string | number)[], key: string): ProblemError {
  const message = `the key ${JSON.stringify(key.slice(0, 64))} is not known`;
  return { code: 'unknown-key', message, ...inBody([...path, key]) };
}

function codeOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'custom') return String(issue.params?.code ?? 'invalid-value');
  if (issue.code === 'invalid_type') return 'wrong-type';
  return 'wrong-value';
}
