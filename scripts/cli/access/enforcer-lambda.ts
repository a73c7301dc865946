/** The enforcer straight through Lambda's invoke API: it serves when the admin API is down. */
import { LambdaClient } from '@aws-sdk/client-lambda';
import { boundedRequests } from '../../../shared/bounded-requests.ts';
import {
  type AskedBy,
  createLambdaEnforcer,
  EnforcerError,
  isUnfinished,
  type PassRequest,
} from '../../../shared/enforcement/index.ts';
import { LOCAL_HOST, localPorts } from '../../local-stack/settings.ts';
import { CommandError } from '../exit-code.ts';
import type { Surroundings } from '../surroundings.ts';
import { withProgress } from '../terminal/progress.ts';
import { isAwsDynamoDb, tableAuthor } from './caller-identity.ts';
import { type EnforcerAccess, EnforcerFailure } from './enforcer-access.ts';
import type { TableAddress } from './policy-address.ts';
import { LOCAL_CREDENTIALS, type TableAccessOptions } from './table-access.ts';

export interface EnforcerFunction {
  /** A name or an ARN. */
  readonly functionName: string;
  /** Whose Region is the function's, too. */
  readonly table: TableAddress;
}

/** The enforcer answers with what is done by then. */
const WITHIN_MS = 90_000;
const TIMEOUT_MS = 120_000;
/** Other invocations may take all that the account has: Lambda says so, and the SDK asks again. */
const TRIES = 6;
/** An event is taken within some milliseconds. */
const EVENT_TIMEOUT_MS = 10_000;

/** Throws a CommandError where there can be no such function. */
export function openEnforcerFunction(
  { functionName, table }: EnforcerFunction,
  { unverifiedAuthor }: TableAccessOptions,
  surroundings: Surroundings,
): EnforcerAccess {
  const { region, local } = table;
  const endpoint = lambdaEndpoint(table, surroundings.env);
  const client = new LambdaClient({
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(local ? { credentials: LOCAL_CREDENTIALS } : {}),
    maxAttempts: TRIES,
    requestHandler: boundedRequests(TIMEOUT_MS),
  });
  const enforcer = createLambdaEnforcer({ client, functionName });
  const place = placeOf(functionName, region, endpoint);
  const reach = <T>(doing: string, ask: (options: { readonly signal: AbortSignal }) => Promise<T>): Promise<T> =>
    withProgress(surroundings, `${doing} ${place}`, () => ask({ signal: AbortSignal.timeout(TIMEOUT_MS) })).catch(
      (error: unknown) => {
        throw error instanceof EnforcerError ? new EnforcerFailure(error, place, { cause: error }) : error;
      },
    );
  /** @param changes whether somebody may be ended: a dry run records nobody */
  const by = async (reason: string, changes: boolean): Promise<AskedBy> => {
    const { type, id } = await tableAuthor(table, unverifiedAuthor || !changes, surroundings);
    return { author: { type, id }, reason };
  };

  /** False: it could not be asked, which does not undo what the report tells. */
  const askToGoOn = async (request: Omit<PassRequest, 'task'>): Promise<boolean> => {
    try {
      await enforcer.passSoon(request, { signal: AbortSignal.timeout(EVENT_TIMEOUT_MS) });
      return true;
    } catch (error) {
      if (error instanceof EnforcerError) return false;
      throw error;
    }
  };

  return {
    place,
    list: (wanted) => reach('Asking', (options) => enforcer.list({ ...wanted, withinMs: WITHIN_MS }, options)),
    async pass({ reason, ...wanted }) {
      const asked = await by(reason, wanted.dryRun !== true);
      const report = await reach('Waiting for', (options) =>
        enforcer.pass({ ...wanted, by: asked, withinMs: WITHIN_MS }, options),
      );
      const { confirm } = wanted;
      // The schedule's passes have nobody's word, and would hold the rest.
      const isToGoOn = confirm !== undefined && isUnfinished(report);
      return { report, goesOn: isToGoOn && (await askToGoOn({ by: asked, confirm })) };
    },
    async terminate({ reason, ...wanted }) {
      const asked = await by(reason, wanted.dryRun !== true);
      return reach('Waiting for', (options) =>
        enforcer.terminate({ ...wanted, by: asked, withinMs: WITHIN_MS }, options),
      );
    },
    close: () => client.destroy(),
  };
}

/** Undefined: AWS's own. Throws a CommandError for a table that is not AWS's, beside which no Lambda is known. */
function lambdaEndpoint(table: TableAddress, env: Surroundings['env']): string | undefined {
  if (table.local) return `http://${LOCAL_HOST}:${localPorts(env).lambda}`;
  const named = env.AWS_ENDPOINT_URL_LAMBDA || env.AWS_ENDPOINT_URL || undefined;
  if (named !== undefined || isAwsDynamoDb(table, env)) return named;
  throw new CommandError(
    `the table ${table.tableName} is at ${table.endpoint}, which is not AWS: where is its Lambda? Set AWS_ENDPOINT_URL_LAMBDA`,
  );
}

/** `the enforcer X in eu-west-1`, as a table is called. */
function placeOf(functionName: string, region: string | undefined, endpoint: string | undefined): string {
  if (endpoint !== undefined) return `the enforcer ${functionName} at ${endpoint}`;
  return region === undefined ? `the enforcer ${functionName}` : `the enforcer ${functionName} in ${region}`;
}
