/** Who calls: what the authorizer in front of the function says, and nothing that the request itself claims. */
import type { Author } from '../../shared/store/index.ts';
import { Problem } from '../http/problem.ts';

export interface Caller {
  /** What revisions record. */
  readonly author: Author;
  /** What permissions are given to. */
  readonly principal: Principal;
}

export type Principal =
  | { readonly kind: 'iam'; readonly arn: string }
  | { readonly kind: 'jwt'; readonly scopes: readonly string[] }
  | { readonly kind: 'local' };

/**
 * Reads the caller from `requestContext.authorizer` of an HTTP API event (payload format 2.0, authorizer `AWS_IAM` or
 * `JWT`).
 * @throws Problem no-caller where there is none: a route that was deployed without its authorizer lets nobody in
 */
export function readCaller(authorizer: unknown): Caller {
  const context = objectOf(authorizer);
  const caller = iamCaller(objectOf(context.iam)) ?? jwtCaller(objectOf(context.jwt));
  if (caller !== undefined) return caller;
  throw new Problem(
    'no-caller',
    'No authorizer has said who calls. Call the API at its own address; if that is what you did, the route has no authorizer.',
  );
}

/** The caller in the local stack, which has no authorizer (and passes tokens on without checking them). */
export const LOCAL_CALLER: Caller = { author: { type: 'local', id: 'local-stack' }, principal: { kind: 'local' } };

type Fields = Readonly<Record<string, unknown>>;

/** `userId` is the principal's unique id; for an assumed role it ends in the session's name. */
function iamCaller({ userArn, userId, callerId }: Fields): Caller | undefined {
  const [arn, id] = [text(userArn), text(userId) ?? text(callerId)];
  if (arn === undefined || id === undefined) return undefined;
  return { author: { type: 'iam', id, arn }, principal: { kind: 'iam', arn } };
}

/**
 * Tokens that a machine gets for itself may have no `sub` (RFC 9068 wants one; not every issuer knows): then the client
 * is who calls. API Gateway gives `scopes` only on routes that ask for some, and then need not tell all that the token
 * has; the claim `scope` (or `scp`) does. All of them come from the token that the authorizer has checked.
 */
function jwtCaller({ claims, scopes }: Fields): Caller | undefined {
  const { sub, client_id: clientId, iss, scope, scp } = objectOf(claims);
  const [id, issuer] = [text(sub) ?? text(clientId), text(iss)];
  if (id === undefined || issuer === undefined) return undefined;
  return {
    author: { type: 'jwt', id, issuer },
    principal: { kind: 'jwt', scopes: [...new Set([scopes, scope, scp].flatMap(words))] },
  };
}

/** A list of words, or a text of words: API Gateway writes lists in claims as `[a b]`. */
function words(value: unknown): string[] {
  if (Array.isArray(value)) return value.filter((word) => typeof word === 'string');
  return typeof value === 'string'
    ? value
        .replace(/^\[(.*)\]$/, '$1')
        .split(/\s+/)
        .filter((word) => word !== '')
    : [];
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function objectOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
