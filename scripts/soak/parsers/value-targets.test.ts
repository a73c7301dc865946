/** Parsers that are wrong in one thing, each of which must be found out. */
import { describe, expect, it } from '@jest/globals';
import ipaddr from 'ipaddr.js';
import {
  PolicyValueError,
  parseAddress,
  parseAddressRange,
  parseDurationMs,
  parseInstant,
  parseMessage,
  parseVersionRange,
} from '../../../shared/engine/index.ts';
import {
  accepted,
  addressFault,
  durationFault,
  instantFault,
  messageFault,
  nameFault,
  VALUE_TARGETS,
  versionFault,
} from './value-targets.ts';

describe('each seed', () => {
  it.each(VALUE_TARGETS)('of $name is in order', ({ seeds, check }) => {
    expect(seeds.map(check).filter((fault) => fault !== undefined)).toEqual([]);
  });
});

describe('what a parser throws', () => {
  it('is its own error with its own code, or a fault', () => {
    const throws = (error: Error) => () =>
      accepted(
        () => {
          throw error;
        },
        'x',
        'invalid-name',
      );
    expect(throws(new PolicyValueError('invalid-name', 'no'))()).toBeUndefined();
    expect(throws(new PolicyValueError('invalid-time', 'no'))).toThrow('no');
    expect(throws(new PolicyValueError('invalid-name', ''))).toThrow();
    expect(throws(new PolicyValueError('invalid-name', 'no', ['rules']))).toThrow('no');
    expect(throws(new TypeError('undefined is not a function'))).toThrow(TypeError);
  });
});

/** As inet_aton does. */
function coercing(text: string): ReturnType<typeof parseAddress> {
  if (!ipaddr.IPv4.isValid(text)) return parseAddress(text);
  return parseAddress(ipaddr.IPv4.parse(text).toString());
}

describe('a parser that is wrong is found out', () => {
  it.each<[what: string, fault: string | undefined]>([
    ['an address that is coerced', addressFault('010.0.0.1', coercing, parseAddressRange)],
    ['an address that is refused', addressFault('::1', () => undefined, parseAddressRange)],
    ['another address', addressFault('::1', () => parseAddress('::2'), parseAddressRange)],
    [
      'another range each time',
      addressFault('::1', parseAddress, (text) => parseAddressRange(text === '::1' ? '::2/127' : '::5')),
    ],
    ['a range that is refused', addressFault('::1', parseAddress, () => parseAddressRange('x'))],
    ['a pattern that matches nothing', nameFault('b*', 'batchi', () => false)],
    ['a pattern that matches all', nameFault('b*', 'zoe', () => true)],
    ['a pattern that folds where it grants', nameFault('a', 'á', () => true)],
    [
      'an instant an hour off',
      instantFault('2026-12-31T00:00Z', (text) => ({ ...parseInstant(text), ms: parseInstant(text).ms + 1 })),
    ],
    ['an instant without an offset', instantFault('2026-12-31T00:00', (text) => parseInstant(`${text}Z`))],
    ['an instant that is refused', instantFault('2026-12-31T00:00Z', () => parseInstant('x'))],
    ['a version of words', versionFault('2.x', () => parseVersionRange('2'))],
    ['a version that is refused', versionFault('2.6', () => parseVersionRange('x'))],
    [
      'another version',
      versionFault('<2.6', (text) => parseVersionRange(text === '<2.6' ? '2.7' : text === '=2.7.0.0' ? '2.8' : text)),
    ],
    ['a duration of nothing', durationFault('PT0S', () => 0)],
    ['a duration that is too long', durationFault('P40D', () => 40 * 86_400_000)],
    ['another duration', durationFault('PT1H', (text) => parseDurationMs(text === 'PT1H' ? 'PT2H' : 'PT3H'))],
    ['a message with less in it', messageFault('a {rule} b', () => parseMessage('a {rule}'))],
  ])('%s', (_what, fault) => {
    expect(fault).toEqual(expect.any(String));
  });
});
