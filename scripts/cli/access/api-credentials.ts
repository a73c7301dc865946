/** What proves to the API who calls: a token, or a signature (SigV4) by the AWS credentials that the SDK would find. */
import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import { STSClient } from '@aws-sdk/client-sts';
import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { SignatureV4 } from '@smithy/signature-v4';
import { errorFacts } from '../error-facts.ts';
import { CommandError } from '../exit-code.ts';
import { onOneLine } from '../terminal/output.ts';
import type { ApiAddress } from './policy-address.ts';

export interface RequestToProve {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

export interface ApiCredentials {
  /** The headers of a request, with those that prove who sends it. Throws a CommandError where there are no credentials. */
  prove(request: RequestToProve): Promise<Readonly<Record<string, string>>>;
  /** Whose they are, for messages: `the access key ASIA…`; after a `prove`. */
  describe(): string;
}

export function apiCredentials({ caller }: ApiAddress, now: () => number): ApiCredentials {
  switch (caller.kind) {
    case 'token':
      return {
        prove: async ({ headers }) => ({ ...headers, authorization: `Bearer ${caller.token}` }),
        describe: () => 'the token',
      };
    case 'signature':
      return signing(caller.region, now);
    case 'nobody':
      return { prove: async ({ headers }) => headers, describe: () => 'requests without credentials' };
  }
}

function signing(knownRegion: string | undefined, now: () => number): ApiCredentials {
  const findCredentials = defaultProvider(
    knownRegion === undefined ? {} : { clientConfig: { region: async () => knownRegion } },
  );
  let described = 'the AWS credentials';
  const signer = new SignatureV4({
    service: 'execute-api',
    region: async () => knownRegion ?? profileRegion(),
    credentials: async () => {
      const credentials = await findCredentials().catch(noCredentials);
      described = `the access key ${credentials.accessKeyId}`;
      return credentials;
    },
    sha256: Sha256,
  });
  return {
    async prove({ method, url, headers, body }) {
      const { headers: signed } = await signer.sign(
        {
          method,
          protocol: url.protocol,
          hostname: url.hostname,
          path: url.pathname,
          query: Object.fromEntries(url.searchParams),
          headers: { ...headers, host: url.host },
          body,
        },
        { signingDate: new Date(now()) },
      );
      // `fetch` sends the same host by itself.
      const { host: _, ...sent } = signed;
      return sent;
    },
    describe: () => described,
  };
}

/** As every client of the SDK finds it. */
async function profileRegion(): Promise<string> {
  const client = new STSClient({});
  try {
    return await client.config.region();
  } catch (cause) {
    throw new CommandError('which AWS region is the API in? Give --region or set AWS_REGION', undefined, { cause });
  } finally {
    client.destroy();
  }
}

function noCredentials(cause: unknown): never {
  throw new CommandError(
    `no AWS credentials: ${onOneLine(errorFacts(cause).message)}. Set AWS_PROFILE to a profile that there is, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; or give a --token`,
    undefined,
    { cause },
  );
}

type Bytes = string | ArrayBuffer | ArrayBufferView;

/** SHA-256 as the signer wants it: an HMAC where there is a secret. */
class Sha256 {
  readonly #hash: Hash | Hmac;

  constructor(secret?: Bytes) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', readable(secret));
  }

  update(bytes: Bytes): void {
    this.#hash.update(readable(bytes));
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }
}

function readable(bytes: Bytes): string | Uint8Array {
  if (typeof bytes === 'string') return bytes;
  return ArrayBuffer.isView(bytes)
    ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    : new Uint8Array(bytes);
}
