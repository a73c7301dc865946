/** A line of Client VPN's connection log, as CloudWatch Logs holds it. */
import type { ConnectRequestV1 } from './request.ts';

/**
 * What a line says ("Connection logging", Client VPN administrator guide). `undefined` is "NA" or missing; times are
 * milliseconds since the epoch.
 */
export interface ConnectionLogLine {
  readonly type: 'connection-attempt' | 'connection-reset';
  /** `successful`, `failed` or `waiting-for-assertion`. */
  readonly attemptStatus: string | undefined;
  /** `client-connect-failed` where the connect handler refused, `client-connect-handler-…` where it failed to answer. */
  readonly failureReason: string | undefined;
  readonly resetStatus: string | undefined;
  readonly connectionId: string | undefined;
  readonly endpointId: string | undefined;
  readonly transportProtocol: string | undefined;
  readonly startTimeMs: number | undefined;
  readonly lastUpdateTimeMs: number | undefined;
  readonly endTimeMs: number | undefined;
  readonly durationSeconds: number | undefined;
  /** The address that the endpoint gave to the client. */
  readonly clientIp: string | undefined;
  readonly commonName: string | undefined;
  readonly username: string | undefined;
  readonly deviceType: string | undefined;
  /** The address that the client came from. */
  readonly deviceIp: string | undefined;
  readonly port: number | undefined;
  readonly ingressBytes: number | undefined;
  readonly egressBytes: number | undefined;
  readonly ingressPackets: number | undefined;
  readonly egressPackets: number | undefined;
  /** What the connect handler answered. */
  readonly postureStatuses: readonly string[];
}

/** Reads a line that JSON.parse has read; `undefined` for anything but a connection log line. */
export function readConnectionLogLine(value: unknown): ConnectionLogLine | undefined {
  const type = field(value, 'connection-log-type');
  if (type !== 'connection-attempt' && type !== 'connection-reset') return undefined;
  return {
    type,
    attemptStatus: text(value, 'connection-attempt-status'),
    failureReason: text(value, 'connection-attempt-failure-reason'),
    resetStatus: text(value, 'connection-reset-status'),
    connectionId: text(value, 'connection-id'),
    endpointId: text(value, 'client-vpn-endpoint-id'),
    transportProtocol: text(value, 'transport-protocol'),
    startTimeMs: time(value, 'connection-start-time'),
    lastUpdateTimeMs: time(value, 'connection-last-update-time'),
    endTimeMs: time(value, 'connection-end-time'),
    durationSeconds: count(value, 'connection-duration-seconds'),
    clientIp: text(value, 'client-ip'),
    commonName: text(value, 'common-name'),
    username: text(value, 'username'),
    deviceType: text(value, 'device-type'),
    deviceIp: text(value, 'device-ip'),
    port: count(value, 'port'),
    ingressBytes: count(value, 'ingress-bytes'),
    egressBytes: count(value, 'egress-bytes'),
    ingressPackets: count(value, 'ingress-packets'),
    egressPackets: count(value, 'egress-packets'),
    postureStatuses: statuses(field(value, 'posture-compliance-statuses')),
  };
}

/**
 * True for an attempt that came as far as the connect handler: authentication was over, and if the attempt failed, then
 * there.
 */
export function askedTheHandler({ type, attemptStatus, failureReason }: ConnectionLogLine): boolean {
  if (type !== 'connection-attempt' || attemptStatus === 'waiting-for-assertion') return false;
  return attemptStatus !== 'failed' || failureReason === undefined || failureReason.startsWith('client-connect');
}

/** What the handler was asked, as far as the line tells: it names no groups, no platform and no versions. */
export function loggedRequest({
  connectionId,
  endpointId,
  username,
  commonName,
  deviceIp,
}: ConnectionLogLine): ConnectRequestV1 {
  return {
    'connection-id': connectionId ?? null,
    'endpoint-id': endpointId ?? null,
    username: username ?? null,
    'common-name': commonName ?? null,
    'public-ip': deviceIp ?? null,
  };
}

function field(line: unknown, key: string): unknown {
  return typeof line === 'object' && line !== null && Object.hasOwn(line, key) ? Reflect.get(line, key) : undefined;
}

function text(line: unknown, key: string): string | undefined {
  const value = field(line, key);
  return typeof value === 'string' && value !== '' && value !== 'NA' ? value : undefined;
}

function count(line: unknown, key: string): number | undefined {
  const digits = text(line, key);
  return digits !== undefined && /^[0-9]{1,15}$/.test(digits) ? Number(digits) : undefined;
}

/** `2020-11-07 08:27:46`, in UTC. */
function time(line: unknown, key: string): number | undefined {
  const written = text(line, key);
  if (written === undefined || !/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(written)) return undefined;
  const ms = Date.parse(`${written.replace(' ', 'T')}Z`);
  return Number.isNaN(ms) ? undefined : ms;
}

/** A list of texts, or of `{"S": text}` as the service writes them. */
function statuses(value: unknown): string[] {
  if (!Array.isArray(value)) return [];
  return value
    .map((status) => (typeof status === 'string' ? status : field(status, 'S')))
    .filter((status): status is string => typeof status === 'string' && status !== '' && status !== 'NA');
}
