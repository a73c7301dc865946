/** The fake EC2's DescribeClientVpnConnections (EC2 API reference). */
import type { TestAnswer } from '../../shared/testing/http-server.ts';
import { ec2Refusal, ec2Success, type Parameters, xmlElement } from '../../shared/testing/query-protocol.ts';
import { ec2Time, type FakeConnection, type FakeConnections } from './fake-connections.ts';
import { refusedDryRun, refusedEndpoint } from './fake-refusals.ts';

const MOST_RESULTS = 1_000;

export function answerDescribe(parameters: Parameters, connections: FakeConnections): TestAnswer {
  const { ClientVpnEndpointId: endpoint = '', MaxResults = String(MOST_RESULTS), NextToken } = parameters;
  const refused = refusedEndpoint(endpoint, connections) ?? refusedDryRun(parameters);
  if (refused !== undefined) return refused;
  const most = Number(MaxResults);
  if (!(Number.isInteger(most) && most >= 5 && most <= MOST_RESULTS)) {
    return ec2Refusal(400, 'InvalidParameterValue', `Value ( ${MaxResults} ) for parameter maxResults is invalid.`);
  }
  const after = NextToken === undefined ? 0 : placeOf(NextToken, endpoint);
  if (after === undefined)
    return ec2Refusal(400, 'InvalidPaginationToken', 'The specified pagination token is not valid');
  const filters = filtersOf(parameters);
  const unknown = filters.find(({ name }) => FILTERED[name] === undefined);
  if (unknown !== undefined) return ec2Refusal(400, 'InvalidFilter', `The filter '${unknown.name}' is invalid`);
  const matches = (connection: FakeConnection) =>
    filters.every(({ name, values }) => values.includes(FILTERED[name]?.(connection) ?? ''));

  const { connections: told, next } = connections.look(endpoint, matches, after, most);
  return ec2Success(
    'DescribeClientVpnConnections',
    `<connections>${told.map(item).join('')}</connections>${next === undefined ? '' : xmlElement('nextToken', tokenOf(next, endpoint))}`,
  );
}

/** The two filters of the reference; names and values are case-sensitive. */
const FILTERED: Readonly<Record<string, (connection: FakeConnection) => string>> = {
  'connection-id': ({ id }) => id,
  username: ({ username }) => username,
};

/** `Filter.1.Name`, `Filter.1.Value.1`, `Filter.1.Value.2` … */
function filtersOf(parameters: Parameters): { readonly name: string; readonly values: readonly string[] }[] {
  const names = Object.entries(parameters).filter(([key]) => /^Filter\.\d+\.Name$/.test(key));
  return names.map(([key, name]) => {
    const prefix = key.replace(/Name$/, 'Value.');
    const values = Object.entries(parameters).filter(([other]) => other.startsWith(prefix));
    return { name, values: values.map(([, value]) => value) };
  });
}

function tokenOf(place: number, endpoint: string): string {
  return Buffer.from(JSON.stringify([endpoint, place])).toString('base64url');
}

/** Undefined for what is no token of this endpoint. */
function placeOf(token: string, endpoint: string): number | undefined {
  try {
    const [of, place]: unknown[] = JSON.parse(Buffer.from(token, 'base64url').toString());
    return of === endpoint && typeof place === 'number' ? place : undefined;
  } catch {
    return undefined;
  }
}

/** As in the reference's sample: what a connection has no value for is left out or empty. */
function item(connection: FakeConnection): string {
  const { id, endpoint, username, commonName, clientIp, establishedTime, status, endedMs } = connection;
  const ended = status === 'terminated' && endedMs !== undefined ? ec2Time(endedMs) : '';
  return `<item>${[
    xmlElement('clientIp', clientIp),
    xmlElement('commonName', commonName),
    xmlElement('connectionEndTime', ended),
    xmlElement('connectionEstablishedTime', establishedTime),
    xmlElement('connectionId', id),
    xmlElement('egressBytes', '14891'),
    xmlElement('egressPackets', '309'),
    xmlElement('clientVpnEndpointId', endpoint),
    xmlElement('ingressBytes', '14947'),
    xmlElement('ingressPackets', '285'),
    `<status>${xmlElement('code', status)}</status>`,
    xmlElement('timestamp', establishedTime),
    xmlElement('username', username),
  ].join('')}</item>`;
}
