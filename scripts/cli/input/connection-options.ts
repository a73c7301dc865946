/** A connection from the command line: a connect event from a file, and flags over it. */
import type { Command } from 'commander';
import { type ConnectRequest, readRequest } from '../../../shared/client-vpn/index.ts';
import { isMalformed, parseAddress } from '../../../shared/engine/index.ts';
import { CommandError } from '../exit-code.ts';
import type { Surroundings } from '../surroundings.ts';
import { onOneLine } from '../terminal/output.ts';
import { readInput } from './input-file.ts';

/** The flags, named after what commander makes of them. */
export interface ConnectionOptions {
  readonly connection?: string;
  readonly username?: string;
  readonly commonName?: string;
  readonly groups?: string;
  readonly publicIp?: string;
  readonly platform?: string;
  readonly platformVersion?: string;
  readonly openvpnVersion?: string;
  readonly awsClientVersion?: string;
  readonly endpointId?: string;
  readonly connectionId?: string;
}

/** The event's key for each flag. */
const EVENT_KEYS = {
  connectionId: 'connection-id',
  endpointId: 'endpoint-id',
  username: 'username',
  commonName: 'common-name',
  groups: 'groups',
  publicIp: 'public-ip',
  platform: 'platform',
  platformVersion: 'platform-version',
  openvpnVersion: 'client-openvpn-version',
  awsClientVersion: 'aws-client-version',
} as const;

/** What a connect event may hold. */
export const EVENT_FIELDS: ReadonlySet<string> = new Set([...Object.values(EVENT_KEYS), 'schema-version']);

export function addConnectionOptions(command: Command): Command {
  return command
    .option('--connection <file>', 'a connect event as AWS sends it, JSON (- is standard input); flags go before it')
    .option('--username <name>')
    .option('--common-name <name>', 'of the client certificate')
    .option('--groups <names>', 'with commas between; a name that has one goes into a --connection file')
    .option('--public-ip <address>', 'where the client comes from')
    .option('--platform <name>')
    .option('--platform-version <version>')
    .option('--openvpn-version <version>')
    .option('--aws-client-version <version>')
    .option('--endpoint-id <id>', 'cvpn-endpoint-…')
    .option('--connection-id <id>', 'cvpn-connection-…');
}

export interface AskedConnection {
  readonly connection: ConnectRequest;
  /** What in it is not as it should be, in words. */
  readonly notes: readonly string[];
}

/** The connection to decide on, read as the handler reads it. Throws a CommandError where the file is no JSON. */
export async function readConnection(
  options: ConnectionOptions,
  surroundings: Pick<Surroundings, 'readStdin'>,
): Promise<AskedConnection> {
  const event = options.connection === undefined ? {} : await readEvent(options.connection, surroundings);
  const flags = flagsOf(options);
  if (Object.keys(flags).length > 0 && !isObject(event)) {
    throw new CommandError(`the event in ${options.connection} is no object, so that no flag can change it`);
  }
  const asked = isObject(event) ? { ...event, ...flags } : event;
  const connection = readRequest(asked);
  return { connection, notes: [...unknownKeys(asked), ...malformedValues(connection)] };
}

async function readEvent(file: string, surroundings: Pick<Surroundings, 'readStdin'>): Promise<unknown> {
  const { name, text } = await readInput(file, surroundings);
  try {
    return JSON.parse(text) ?? {};
  } catch (cause) {
    const reason = onOneLine(cause instanceof Error ? cause.message : String(cause));
    throw new CommandError(`${name} is no JSON: ${reason}`, undefined, { cause });
  }
}

function flagsOf(options: ConnectionOptions): Readonly<Record<string, unknown>> {
  const flags: Record<string, unknown> = {};
  for (const name of Object.keys(EVENT_KEYS) as (keyof typeof EVENT_KEYS)[]) {
    const text = options[name];
    if (text === undefined) continue;
    flags[EVENT_KEYS[name]] = name === 'groups' ? text.split(',').map((group) => group.trim()) : text;
  }
  return flags;
}

function unknownKeys(event: unknown): string[] {
  const unknown = isObject(event) ? Object.keys(event).filter((key) => !EVENT_FIELDS.has(key)) : [];
  if (unknown.length === 0) return [];
  return [`not known in a connect event, so ignored: ${unknown.map((key) => JSON.stringify(key)).join(', ')}`];
}

function malformedValues(connection: ConnectRequest): string[] {
  const malformed = Object.entries(EVENT_KEYS).flatMap(([attribute, key]) =>
    isMalformed(connection[attribute as keyof typeof EVENT_KEYS]) ? [key] : [],
  );
  if (typeof connection.publicIp === 'string' && parseAddress(connection.publicIp) === undefined)
    malformed.push('public-ip');
  return malformed.map(
    (key) => `${key} is malformed: conditions on it hold where they refuse and fail where they admit`,
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
