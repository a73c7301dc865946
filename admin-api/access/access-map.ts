/** Which principals have which permissions: the configuration ADMIN_ACCESS. */
import { z } from 'zod';
import { formatIssue, readablePath, readJson } from '../../shared/policy/index.ts';
import type { Caller } from './caller.ts';
import { PERMISSIONS, type Permission, type Permissions } from './permissions.ts';

/** What a caller may do. */
export type Access = (caller: Caller) => Permissions;

export type ReadAccessMap =
  | { readonly ok: true; readonly access: Access }
  /** `access` gives nobody anything. */
  | { readonly ok: false; readonly access: Access; readonly error: string };

/** The partition, the account, the role's name; a path may stand before the name and is not looked at. */
const ROLE_PATTERN = /^arn:(aws[a-z-]*):iam::(\d{12}):role\/([\w+=,.@/-]+\/)?([\w+=,.@*?-]{1,64})$/;
const USER_PATTERN = /^arn:aws[a-z-]*:iam::\d{12}:user\/[\w+=,.@/*?-]{1,512}$/;

const permissions = z.array(z.enum(PERMISSIONS)).min(1);
const role = z.string().refine(isRolePattern, {
  message:
    'no pattern of a role ARN; accepted: arn:aws:iam::<account>:role/<name>, * and ? in the name where no path stands before it',
});
const user = z.string().regex(USER_PATTERN, 'no pattern of a user ARN; accepted: arn:aws:iam::<account>:user/<name>');
const scope = z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/, 'no OAuth scope');

const accessMap = z
  .array(
    z.union([
      z.strictObject({ role, permissions }),
      z.strictObject({ user, permissions }),
      z.strictObject({ scope, permissions }),
    ]),
  )
  .max(1000);

/**
 * Reads the configuration: a JSON list of
 * `{ "role": "arn:aws:iam::123456789012:role/helpdesk-*", "permissions": ["read", "block"] }`, the same with `user` for
 * IAM users, or `{ "scope": "vpn.write", "permissions": [...] }` for tokens. A caller has what all entries that fit give.
 *
 * A caller with an assumed role shows as `arn:aws:sts::…:assumed-role/NAME/session`: it is matched as
 * `arn:aws:iam::…:role/NAME`. The role's path is not in there; since a name is unique in its account whatever the path,
 * a path in a pattern is passed over (and must not stand before a wildcard, which would then fit other paths' roles).
 *
 * Unset or empty: whoever API Gateway let through has everything. Malformed: nobody has anything.
 */
export function readAccessMap(configuration: string | undefined): ReadAccessMap {
  if (configuration === undefined || configuration === '') return { ok: true, access: () => EVERYTHING };
  const { value, issues } = readJson(configuration, 8);
  const [issue] = issues;
  if (issue !== undefined) return { ok: false, access: nothing, error: issue.message };
  const parsed = accessMap.safeParse(value);
  if (!parsed.success) {
    const [first] = parsed.error.issues;
    const where = readablePath((first?.path ?? []).filter((step) => typeof step !== 'symbol'));
    return {
      ok: false,
      access: nothing,
      error: formatIssue({ path: [], where, message: first?.message ?? 'not a list' }),
    };
  }
  const grants = parsed.data.map(({ permissions: given, ...to }) => ({ given, fits: matcherOf(to) }));
  return { ok: true, access: (caller) => granted(grants, caller) };
}

const EVERYTHING: Permissions = new Set(PERMISSIONS);
const NOTHING: Permissions = new Set();
const nothing: Access = () => NOTHING;

interface Grant {
  readonly given: readonly Permission[];
  readonly fits: (caller: Caller) => boolean;
}

function granted(grants: readonly Grant[], caller: Caller): Permissions {
  // The local stack serves its owner.
  if (caller.principal.kind === 'local') return EVERYTHING;
  return new Set(grants.filter(({ fits }) => fits(caller)).flatMap(({ given }) => given));
}

type Grantee = { readonly role: string } | { readonly user: string } | { readonly scope: string };

function matcherOf(to: Grantee): (caller: Caller) => boolean {
  if ('scope' in to) return ({ principal }) => principal.kind === 'jwt' && principal.scopes.includes(to.scope);
  const fits = 'role' in to ? wildcardMatcher(withoutPath(to.role)) : wildcardMatcher(to.user);
  return ({ principal }) => principal.kind === 'iam' && fits(roleArn(principal.arn));
}

/** An assumed role's ARN as the role's; any other as it is. */
export function roleArn(arn: string): string {
  const [, partition, account, name] =
    /^arn:(aws[a-z-]*):sts::(\d{12}):assumed-role\/([\w+=,.@-]{1,64})\/[^/]+$/.exec(arn) ?? [];
  return name === undefined ? arn : `arn:${partition}:iam::${account}:role/${name}`;
}

function isRolePattern(pattern: string): boolean {
  const [matched, , , path, name = ''] = ROLE_PATTERN.exec(pattern) ?? [];
  return matched !== undefined && (path === undefined || !/[*?]/.test(name));
}

function withoutPath(pattern: string): string {
  return pattern.replace(
    ROLE_PATTERN,
    (_, partition, account, _path, name) => `arn:${partition}:iam::${account}:role/${name}`,
  );
}

/** `*` stands for any text, `?` for one character, as in IAM's own policies; letter case counts. */
function wildcardMatcher(pattern: string): (text: string) => boolean {
  return (text) => {
    let [at, next] = [0, 0];
    // Where to go on when what follows the last star does not fit: one character further right.
    let [star, starAt] = [-1, 0];
    while (at < text.length) {
      const wanted = pattern.charAt(next);
      if (wanted === '*') [star, starAt] = [next++, at];
      else if (wanted === '?' || wanted === text.charAt(at)) [at, next] = [at + 1, next + 1];
      else if (star >= 0) [next, at] = [star + 1, ++starAt];
      else return false;
    }
    return /^\**$/.test(pattern.slice(next));
  };
}
