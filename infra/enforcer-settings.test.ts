import { describe, expect, it } from '@jest/globals';
import { DESCRIBE_PER_SECOND, TERMINATE_PER_SECOND } from '../enforcer/ec2/request-rates.ts';
import { ENDPOINT_ID } from '../shared/engine/index.ts';
import { checkStandingConnections, endpointsOf } from './enforcer-settings.js';

const [FRANKFURT, TOKYO] = ['cvpn-endpoint-0a1b2c3d4e5f67890', 'cvpn-endpoint-09876f5e4d3c2b1a0'];
const off = {
  endpoints: '',
  mode: 'observe',
  maxShare: '20',
  describePerSecond: '10',
  terminatePerSecond: '4',
  schedule: 'false',
  rate: 'rate(1 minute)',
  decisionLog: 'all',
};
const on = { ...off, endpoints: `${FRANKFURT},${TOKYO}`, schedule: 'true' };

describe('the enforcer’s parameters', () => {
  it.each([
    ['off', off],
    ['off, with decisions that are not on record', { ...off, decisionLog: 'off' }],
    ['for writes and operators alone', { ...on, schedule: 'false' }],
    ['observing on a schedule', on],
    ['observing with refusals alone on record', { ...on, decisionLog: 'refused' }],
    ['enforcing', { ...on, mode: 'enforce', maxShare: '100' }],
    ['ending five at once', { ...on, mode: 'enforce', maxShare: '0' }],
    ['enforcing every other minute', { ...on, mode: 'enforce', rate: 'rate(2 minutes)' }],
  ])('may be: %s', (_, parameters) => {
    expect(() => checkStandingConnections(parameters)).not.toThrow();
  });

  it.each([
    ['a name for an endpoint', { ...on, endpoints: 'frankfurt' }, 'enforcerEndpoints has "frankfurt"; accepted: ids'],
    ['an id in capitals', { ...on, endpoints: FRANKFURT.toUpperCase() }, 'accepted: ids'],
    ['a wildcard', { ...on, endpoints: 'cvpn-endpoint-*' }, 'accepted: ids'],
    ['a blank', { ...on, endpoints: `${FRANKFURT}, ${TOKYO}` }, `has " ${TOKYO}"`],
    ['a comma at the end', { ...on, endpoints: `${FRANKFURT},` }, 'has ""'],
    ['an endpoint twice', { ...on, endpoints: `${FRANKFURT},${FRANKFURT}` }, `${FRANKFURT} twice`],
    ['another mode', { ...on, mode: 'Enforce' }, 'enforcerMode is "Enforce"; accepted: observe or enforce'],
    ['a schedule that is neither', { ...on, schedule: 'yes' }, 'enforcerSchedule is "yes"; accepted: true or false'],
    ['a rate that leaves limits uncounted', { ...on, rate: 'rate(5 minutes)' }, 'enforcerRate is "rate(5 minutes)"'],
    ['no share', { ...on, maxShare: '' }, 'enforcerMaxShare is ""; accepted: a whole number of percent from 0 to 100'],
    ['more than all', { ...on, maxShare: '101' }, 'enforcerMaxShare is "101"'],
    ['half a percent', { ...on, maxShare: '0.5' }, 'enforcerMaxShare is "0.5"'],
    [
      'no pace',
      { ...on, describePerSecond: '0' },
      'enforcerDescribePerSecond is "0"; accepted: requests a second, 0.1 to 100',
    ],
    ['a pace beyond EC2’s', { ...on, terminatePerSecond: '100.1' }, 'enforcerTerminatePerSecond is "100.1"'],
    ['a schedule and no endpoint', { ...on, endpoints: '' }, 'names no endpoint'],
    [
      'enforcing with refusals on record',
      { ...on, mode: 'enforce', decisionLog: 'refused' },
      'decisionLog is "refused"',
    ],
    ['enforcing with nothing on record', { ...off, mode: 'enforce', decisionLog: 'off' }, 'accepted: decisionLog=all'],
  ])('may not be: %s', (_, parameters, message) => {
    const refused = () => checkStandingConnections(parameters);
    expect(refused).toThrow(message);
    expect(refused).toThrow(/^[^\n]+$/);
  });

  it.each([
    ...['0.1', '1', '2.5', '20', '099.9', '100', '100.0'],
    ...['', '0', '0.0', '0.01', '1.25', '100.1', '101', '1000', '-1', '+1', '1e1', '1.', '.5', ' 1', '1,5', 'ten'],
  ])('has %j for a pace where the enforcer reads one', (value) => {
    for (const [name, { parse }] of [
      ['describePerSecond', DESCRIBE_PER_SECOND],
      ['terminatePerSecond', TERMINATE_PER_SECOND],
    ] as const) {
      const packaged = expect(() => checkStandingConnections({ ...on, [name]: value }));
      if (parse(value) === undefined) packaged.toThrow(`is "${value}"`);
      else packaged.not.toThrow();
    }
  });

  it('name endpoints as the policy does', () => {
    for (const id of endpointsOf(on.endpoints)) expect(id).toMatch(ENDPOINT_ID);
    expect(endpointsOf(on.endpoints)).toEqual([FRANKFURT, TOKYO]);
    expect(endpointsOf('')).toEqual([]);
  });
});
