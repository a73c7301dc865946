/** Changes whom an endpoint asks: shows it, asks the operator, does it, and waits until the endpoint says that it is so. */
import { CommandError, EXIT, type ExitCode } from '../exit-code.ts';
import type { Surroundings } from '../surroundings.ts';
import { goesOn } from '../terminal/ask.ts';
import { onOneLine, printable, writeJson, writeLines } from '../terminal/output.ts';
import { withProgress } from '../terminal/progress.ts';
import type { Authorization, ClientVpn, ClientVpnEndpoint } from './client-vpn.ts';

export interface AuthorizationChange {
  readonly endpointId: string;
  readonly asks: Authorization;
  readonly dryRun: boolean;
  /** Do not ask the operator. */
  readonly yes: boolean;
  readonly json: boolean;
  /** Told at the end of a change. */
  readonly done: readonly string[];
  /** How often the endpoint is looked at, and how long, in milliseconds. Default: each second, for five minutes. */
  readonly pollMs?: number;
  readonly waitMs?: number;
}

export async function changeAuthorization(
  clientVpn: ClientVpn,
  change: AuthorizationChange,
  surroundings: Surroundings,
): Promise<ExitCode> {
  const { endpointId, asks, dryRun, yes, json } = change;
  const { stdout, stderr } = surroundings;
  const before = await clientVpn.endpoint(endpointId);
  const tell = (outcome: Outcome, lines: readonly string[]) => {
    if (json) writeJson(stdout, { outcome, endpoint: endpointId, region: clientVpn.region, before: before.asks, asks });
    else writeLines(stdout, lines);
  };
  // Programs read stdout.
  writeLines(json ? stderr : stdout, differenceLines(before, asks, clientVpn.region));

  const settled = isSettled(before, asks);
  if (settled && !before.applying) {
    tell('unchanged', ['Nothing to change.']);
    return EXIT.ok;
  }
  if (dryRun) {
    await clientVpn.mayChange(endpointId, asks);
    tell('checked', ['Dry run, nothing changed: these credentials may make the change.']);
    return EXIT.ok;
  }
  if (!yes && !settled && !(await goesOn(`Change what ${endpointId} asks?`, surroundings))) {
    writeLines(stderr, ['vpn-policy: nothing has changed']);
    return EXIT.checkFailed;
  }
  if (!settled) await clientVpn.change(endpointId, asks);
  await withProgress(surroundings, 'Client VPN applies the change', () => untilApplied(clientVpn, change));
  tell('changed', change.done);
  return EXIT.ok;
}

/** `unchanged`: it was so before. `checked`: a dry run. */
type Outcome = 'changed' | 'unchanged' | 'checked';

function differenceLines({ id, description, asks, applying }: ClientVpnEndpoint, then: Authorization, region: string) {
  return [
    printable(`Client VPN endpoint ${id}${description === undefined ? '' : ` (${description})`} in ${region}`),
    printable(`  asks now   ${whom(asks)}${applying ? ' (being applied)' : ''}`),
    printable(`  will ask   ${whom(then)}`),
  ];
}

function whom({ enabled, functionArn }: Authorization): string {
  return enabled ? (functionArn ?? 'a function that it does not name') : 'nobody: whoever authenticates may connect';
}

function isSettled({ asks }: ClientVpnEndpoint, then: Authorization): boolean {
  return asks.enabled === then.enabled && (!then.enabled || asks.functionArn === then.functionArn);
}

async function untilApplied(
  clientVpn: ClientVpn,
  { endpointId, asks, pollMs = 1_000, waitMs = 300_000 }: AuthorizationChange,
): Promise<void> {
  const looks = Math.max(1, Math.ceil(waitMs / pollMs));
  let seen = await clientVpn.endpoint(endpointId);
  for (let look = 1; look < looks && !(isSettled(seen, asks) && !seen.applying); look++) {
    await new Promise((resolve) => setTimeout(resolve, pollMs));
    seen = await clientVpn.endpoint(endpointId);
  }
  if (isSettled(seen, asks) && !seen.applying) return;
  const said = seen.message === undefined ? '' : `: ${seen.message}`;
  throw new CommandError(
    onOneLine(
      `${endpointId} took the change and does not say after ${Math.round(waitMs / 1_000)} s that it is applied${said}; look again with: aws ec2 describe-client-vpn-endpoints --client-vpn-endpoint-ids ${endpointId} --region ${clientVpn.region}`,
    ),
    EXIT.checkFailed,
  );
}
