/** What is kept of names: pseudonyms that are the same for the same person, and no name anywhere else. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readRequest } from '../client-vpn/index.ts';
import { compile, decide, insertable } from '../engine/index.ts';
import { isPseudonym, keepNames, pseudonyms } from './names.ts';

const KEY = 'k'.repeat(32);
const WITH_KEY = pseudonyms(KEY);

describe('pseudonyms', () => {
  it('are the same for what a refusing condition takes for the same name, others for other keys', () => {
    const one = WITH_KEY.pseudonymOf('batchi');
    expect(isPseudonym(one)).toBe(true);
    for (const name of ['BATCHI', 'bàtchi', 'ｂａｔｃｈｉ', ' batchi ']) expect(WITH_KEY.pseudonymOf(name)).toBe(one);
    expect(WITH_KEY.pseudonymOf('CORP\\batchi')).not.toBe(one);
    expect(pseudonyms('another key, of thirty-two signs').pseudonymOf('batchi')).not.toBe(one);
  });
});

describe('keepNames', () => {
  const request = readRequest({ username: 'Batchi', 'common-name': 'batchi-laptop', 'public-ip': '203.0.113.9' });
  const message = 'Batchi may not use BATCHI-laptop, says the rule about batchi.';

  it('changes nothing where names are kept', () => {
    expect(keepNames({ names: 'clear' }, request, message)).toEqual({ names: 'clear', request, message });
  });

  it('puts pseudonyms for names, in the message too, the longer name first', () => {
    const [user, laptop] = ['batchi', 'batchi-laptop'].map(WITH_KEY.pseudonymOf);
    expect(keepNames(WITH_KEY, request, message)).toEqual({
      names: 'pseudonyms',
      request: { ...request, username: user, commonName: laptop },
      message: `${user} may not use ${laptop}, says the rule about ${user}.`,
    });
  });

  it('leaves names out', () => {
    expect(keepNames({ names: 'left-out' }, request, message)).toEqual({
      names: 'left-out',
      request: { ...request, username: undefined, commonName: undefined },
      message: '… may not use …, says the rule about ….',
    });
  });

  it.each([[7], [['batchi']], ['batchi'.repeat(100)]])('keeps %j malformed, and nothing of it', (username) => {
    const malformed = readRequest({ username });
    const kept = keepNames(WITH_KEY, malformed, `Not ${insertable(String(username))}.`);
    expect(kept.request.username).toEqual({ malformed: '(left out)' });
    if (typeof username === 'string') expect(kept.message).not.toContain('batchi');
  });

  it('needs a message no more than a name', () => {
    const nobody = readRequest({});
    expect(keepNames(WITH_KEY, nobody, undefined)).toEqual({
      names: 'pseudonyms',
      request: nobody,
      message: undefined,
    });
    expect(keepNames(WITH_KEY, nobody, 'Not -.')).toMatchObject({ message: 'Not -.' });
  });

  it('lets no name through in any message that the engine makes, however it is cut', () => {
    // Names of letters that pseudonyms and the rest of the message do not have.
    const name = fc.string({
      unit: fc.constantFrom('Ж', 'щ', '(', '.', '\u0301', '😀', '\u202e'),
      minLength: 1,
      maxLength: 600,
    });
    fc.assert(
      fc.property(name, name, fc.nat({ max: 255 }), (username, commonName, length) => {
        const policy = compile({
          version: 1,
          defaultEffect: 'deny',
          defaultMessage: `${'-'.repeat(length)}{username} {commonName}-{username}`,
        });
        const asked = readRequest({ username, 'common-name': commonName });
        for (const keeping of [WITH_KEY, { names: 'left-out' } as const]) {
          const kept = keepNames(keeping, asked, decide(policy, asked, 0).message);
          expect(kept.message).not.toMatch(/[Жщ(.😀]/u);
          expect(kept.message?.length).toBeLessThanOrEqual(255);
        }
      }),
    );
  });
});
