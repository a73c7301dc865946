/** Who made a change, as briefly as people can tell them apart. */
import type { RevisionInfo } from './policy-access.ts';

const ARN = /^arn:[^:]*:(?:iam|sts)::\d*:(.+)$/;

/** `vpn-operator/alice` for a role's session, `bob` for a user, else what stands in the history: `tanaka@laptop`. */
export function authorName({ id, arn }: RevisionInfo['author']): string {
  const resource = ARN.exec(arn ?? '')?.[1];
  return resource === undefined ? id : resource.replace(/^(?:assumed-role|federated-user|user)\//, '');
}
