/** The real admin API on a table, behind a real HTTP server that plays API Gateway. */
import type { IncomingMessage } from 'node:http';
import { readAccessMap } from '../../../admin-api/access/access-map.ts';
import { createAdminApi } from '../../../admin-api/app.ts';
import { lambdaHandler } from '../../../admin-api/lambda-adapter.ts';
import { startGateway } from '../../../admin-api/testing/api-gateway.ts';
import { iamAuthorizer } from '../../../admin-api/testing/http-event.ts';
import type { DecisionSource } from '../../../shared/decision-log/index.ts';
import type { Enforcer } from '../../../shared/enforcement/index.ts';
import { DynamoDbPolicyStore } from '../../../shared/store/index.ts';
import { localDocumentClient } from '../../../shared/store/testing/dynalite.ts';

export interface TestApi {
  readonly url: string;
  stop(): Promise<void>;
}

export interface TestApiOptions {
  /** Of a dynalite. */
  readonly endpoint: string;
  readonly tableName: string;
  /** Default: no decisions are kept. */
  readonly decisions?: DecisionSource;
  /** Default: there is none. */
  readonly enforcer?: Enforcer;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** ADMIN_ACCESS. Default: everybody may do everything. */
  readonly adminAccess?: string;
  /** What API Gateway's authorizer says of a request; undefined refuses it. Default: an IAM role's session. */
  readonly authorizerOf?: (request: IncomingMessage) => object | undefined;
}

/** Who writes where no other authorizer is given. */
export const API_AUTHOR = {
  type: 'iam',
  id: 'AROAEXAMPLE:alice',
  arn: 'arn:aws:sts::123456789012:assumed-role/vpn-operator/alice',
};

export async function startTestApi(options: TestApiOptions): Promise<TestApi> {
  const { endpoint, tableName, decisions, enforcer, now, adminAccess, authorizerOf = () => iamAuthorizer() } = options;
  const client = localDocumentClient(endpoint);
  const handler = lambdaHandler(
    createAdminApi({
      store: new DynamoDbPolicyStore({ client, tableName, now }),
      decisions,
      enforcer,
      access: readAccessMap(adminAccess).access,
      logger: { info: () => {}, error: () => {} },
      metrics: { settingErrors: () => {}, request: () => {} },
      now,
    }),
  );
  const gateway = await startGateway(() => handler, authorizerOf);
  return {
    url: gateway.url,
    async stop() {
      await gateway.stop();
      client.destroy();
    },
  };
}
