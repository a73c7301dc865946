/** What the enforcer answers, as schemas: another program wrote it, so its shape is checked; the admin API shows them in its OpenAPI document. */
import * as z from 'zod'; // not { z }, which brings every language's messages along
import type {
  ConnectionList,
  EndedConnection,
  EndpointReport,
  EnforcerProblem,
  EnforcerProblemCode,
  PassReport,
  StandingConnection,
} from './protocol.ts';

const names = z.array(z.string());
const count = z.int().min(0);
const at = z.string().describe('When it was judged: ISO 8601, UTC.');
const revision = z.int().min(1).max(9_999_999_999).describe('The revision of the policy that judged.');
const mode = z
  .enum(['observe', 'enforce'])
  .describe('Whether the enforcer ends what the policy refuses (`enforce`) or only tells of it (`observe`).');
const endpoint = z.string().describe("The Client VPN endpoint's id.");

const judged = z
  .object({
    verdict: z
      .enum(['admitted', 'kept', 'grace', 'refused', 'unknown'])
      .describe(
        '`kept`: a new connection would be refused, this one goes on. `grace`: it ends at `endsAt`. `refused`: it is to be ended. `unknown`: its event is not on record, so it goes on.',
      ),
    rules: names.describe('The rules (`default` where none admits it) or limits that refuse it, or keep it.'),
    endsAt: z.string().exactOptional().describe('Of `grace` only: ISO 8601, UTC.'),
  })
  .meta({ id: 'Judged', description: 'What the policy says of a connection now.' });

export const standingConnection: z.ZodType<StandingConnection> = z
  .object({
    id: z.string().describe("The connection's id, as its decision has it."),
    endpoint,
    endpointName: z.string().exactOptional().describe("The endpoint's name in the policy."),
    username: z.string().exactOptional(),
    commonName: z.string().exactOptional(),
    clientIp: z.string().exactOptional().describe('The address that the endpoint gave to the client.'),
    since: z.string().describe('When it was established: ISO 8601, UTC.'),
    publicIp: z.string().exactOptional().describe('Of its event, where that is on record.'),
    platform: z.string().exactOptional().describe('Of its event, where that is on record.'),
    admitted: z
      .object({
        at: z.string(),
        revision: revision.exactOptional(),
        rules: names.describe('The rules that let it in; empty where the default did.'),
      })
      .exactOptional()
      .describe('The decision that let it in, where that is on record.'),
    standing: judged,
  })
  .meta({
    id: 'StandingConnection',
    description: 'An active connection, with who, from where, and what the policy says of it now.',
  });

/** Of `connectionList`. */
export const connectionListShape = { at, revision, mode, connections: z.array(standingConnection) };
export const connectionList: z.ZodType<ConnectionList> = z.object(connectionListShape);

const endedConnection: z.ZodType<EndedConnection> = z
  .object({
    id: z.string(),
    endpoint,
    username: z.string().exactOptional(),
    commonName: z.string().exactOptional(),
    rules: names.describe('The rules or limits that refuse it; empty where an operator ended it.'),
    outcome: z
      .enum(['ended', 'would-end', 'gone', 'held', 'left', 'failed'])
      .describe(
        '`would-end`: it was only looked at (a dry run, or the enforcer observes). `gone`: it had ended by itself. `held`: too many at once, an operator must confirm. `left`: no time was left. `failed`: EC2 did not end it.',
      ),
    error: z.string().exactOptional().describe('Of `failed`: what EC2 said.'),
  })
  .meta({ id: 'EndedConnection', description: 'What has become of a connection that was to be ended.' });

const endpointReport: z.ZodType<EndpointReport> = z
  .object({
    endpoint,
    active: count,
    unknown: count,
    kept: count,
    grace: count,
    refused: count.describe('Those to be ended.'),
    ended: count,
    cap: count.describe("How many may be ended at once here without an operator's word."),
    held: z.boolean().describe('True where more than that were to be ended: none of them was.'),
  })
  .meta({
    id: 'EndpointReport',
    description: 'How many connections of a Client VPN endpoint the policy refuses, and what became of them.',
  });

const report = z.object({
  at,
  revision: z
    .int()
    .min(0)
    .max(9_999_999_999)
    .describe('The revision that judged; 0 where connections were ended by name and no policy could be read.'),
  mode,
  dryRun: z.boolean(),
  endpoints: z.array(endpointReport),
  connections: z.array(endedConnection).describe('Those that were to be ended: the first 1000.'),
  connectionsCount: count.exactOptional().describe('How many they were, where `connections` does not hold all.'),
});
export const passReport: z.ZodType<PassReport> = report.meta({
  id: 'PassReport',
  description: 'What a pass of the enforcer, or a termination, has done.',
});

const CODES = [
  'bad-request',
  'not-configured',
  'no-policy',
  'ec2-unavailable',
  'ec2-refused',
  'no-record',
  'moved',
  'too-many',
  'internal',
] as const satisfies readonly EnforcerProblemCode[];

export const enforcerProblem: z.ZodType<EnforcerProblem> = z.object({
  problem: z.object({ code: z.enum(CODES), message: z.string(), report: passReport.exactOptional() }),
});
