/** Operators who change the policy all the time, through the admin API: they block and unblock, change sets, go back. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Random } from '../../fuzz/random.ts';
import { USERS } from './scene.ts';

export interface Write {
  /** The reason that it gave, of which there is no other. */
  readonly reason: string;
  readonly what: string;
  readonly status: number;
  /** Of the problem that was answered. */
  readonly code: string | undefined;
  /** The revision that it says it has written. */
  readonly revision: number | undefined;
}

export interface OperatorOptions {
  /** http://… */
  readonly api: string;
  readonly name: string;
  readonly random: Random;
  readonly untilMs: number;
}

interface Request {
  readonly what: string;
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
}

/** Longer than the admin API tries. */
const TIMEOUT_MS = 40_000;

export async function operate({ api, name, random, untilMs }: OperatorOptions): Promise<readonly Write[]> {
  const writes: Write[] = [];
  let newest = 1;
  while (Date.now() < untilMs) {
    const write = await send(api, nextRequest(random, newest), `${name}-${writes.length + 1}`);
    writes.push(write);
    newest = Math.max(newest, write.revision ?? 0);
    await delay(random.integer(100, 500));
  }
  return writes;
}

function nextRequest(random: Random, newest: number): Request {
  const user = random.pick(USERS);
  const rule = `/v1/rules/block-${user}`;
  const deny = { effect: 'deny', match: { identities: [user] }, message: `${user} is blocked, quote {connectionId}.` };
  return random.choose<Request>([
    [4, () => ({ what: 'block', method: 'POST', path: '/v1/rules', body: { id: `block-${user}`, ...deny } })],
    [3, () => ({ what: 'unblock', method: 'DELETE', path: rule })],
    [2, () => ({ what: 'set', method: 'PATCH', path: '/v1/sets/leavers', body: { add: [user] } })],
    [2, () => ({ what: 'set', method: 'PATCH', path: '/v1/sets/leavers', body: { remove: [user] } })],
    [2, () => ({ what: 'set', method: 'PATCH', path: '/v1/sets/offices', body: { add: [address(random)] } })],
    [1, () => ({ what: 'restore', method: 'POST', path: `/v1/revisions/${past(random, newest)}/restore` })],
    [1, () => ({ what: 'revert', method: 'POST', path: `/v1/revisions/${past(random, newest)}/revert` })],
  ]);
}

function address(random: Random): string {
  return `198.51.100.${random.integer(0, 255)}`;
}

/** One of the last ten revisions, never the first, which has another policy. */
function past(random: Random, newest: number): number {
  return Math.max(2, newest - random.integer(1, 10));
}

async function send(api: string, { what, method, path, body }: Request, reason: string): Promise<Write> {
  const headers = { 'content-type': 'application/json', ...(path === '/v1/rules' ? {} : { 'if-match': '*' }) };
  const init = { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) };
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const response = await fetch(`${api}${path}?reason=${reason}`, { ...init, signal });
    const told: unknown = await response.json();
    const isWritten = response.ok && field(told, 'written') === true;
    const number = field(field(told, 'revision'), 'number');
    const code = String(field(told, 'type') ?? '')
      .split(':')
      .at(-1);
    return {
      reason,
      what,
      status: response.status,
      code: code === '' ? undefined : code,
      revision: isWritten && typeof number === 'number' ? number : undefined,
    };
  } catch (error) {
    return { reason, what, status: 0, code: String(error), revision: undefined };
  }
}

function field(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}
