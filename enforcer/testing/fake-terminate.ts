/** The fake EC2's TerminateClientVpnConnections (EC2 API reference): by the id of a connection, or up to five of one user. */
import type { TestAnswer } from '../../shared/testing/http-server.ts';
import { ec2Refusal, ec2Success, type Parameters, xmlElement } from '../../shared/testing/query-protocol.ts';
import type { FakeConnections, FakeStatus } from './fake-connections.ts';
import { refusedDryRun, refusedEndpoint } from './fake-refusals.ts';

/** What the termination of a connection that has ended gets. */
export type AnswerForEnded = 'error' | 'status' | 'empty';

const MOST_OF_A_USER = 5;

export function answerTerminate(
  parameters: Parameters,
  connections: FakeConnections,
  ended: AnswerForEnded,
): TestAnswer {
  const { ClientVpnEndpointId: endpoint = '', ConnectionId: id, Username: username } = parameters;
  const refused = refusedEndpoint(endpoint, connections) ?? refusedDryRun(parameters);
  if (refused !== undefined) return refused;
  if (id !== undefined && username !== undefined) {
    return ec2Refusal(400, 'InvalidParameterCombination', 'Give ConnectionId or Username, not both');
  }
  if (id !== undefined) return answerOne(endpoint, id, connections, ended);
  if (username === undefined) {
    return ec2Refusal(400, 'MissingParameter', 'The request must contain the parameter ConnectionId or Username');
  }
  const ids = connections.standing(endpoint).filter((one) => connections.get(one)?.username === username);
  if (ids.length === 0) {
    return ec2Refusal(400, 'InvalidClientVpnConnection.UserNotFound', `${username} has no active connection`);
  }
  if (ids.length > MOST_OF_A_USER) {
    return ec2Refusal(400, 'ClientVpnTerminateConnectionsLimitExceeded', `${username} has ${ids.length} connections`);
  }
  return terminated(
    endpoint,
    ids.map((one) => status(one, connections.terminate(one))),
    username,
  );
}

function answerOne(endpoint: string, id: string, connections: FakeConnections, ended: AnswerForEnded): TestAnswer {
  const isHere = connections.get(id)?.endpoint === endpoint;
  const change = isHere ? connections.terminate(id) : undefined;
  if (change !== undefined) return terminated(endpoint, [status(id, change)]);
  if (isHere && ended === 'status')
    return terminated(endpoint, [status(id, { previous: 'terminated', current: 'terminated' })]);
  if (isHere && ended === 'empty') return terminated(endpoint, []);
  return ec2Refusal(400, 'InvalidClientVpnConnection.IdNotFound', `The connection ${id} does not exist`);
}

function terminated(endpoint: string, statuses: readonly string[], username?: string): TestAnswer {
  return ec2Success(
    'TerminateClientVpnConnections',
    `${xmlElement('clientVpnEndpointId', endpoint)}${username === undefined ? '' : xmlElement('username', username)}<connectionStatuses>${statuses.join('')}</connectionStatuses>`,
  );
}

function status(
  id: string,
  { previous, current }: { readonly previous: FakeStatus; readonly current: FakeStatus } = {
    previous: 'terminated',
    current: 'terminated',
  },
): string {
  return `<item>${xmlElement('connectionId', id)}<currentStatus>${xmlElement('code', current)}</currentStatus><previousStatus>${xmlElement('code', previous)}</previousStatus></item>`;
}
