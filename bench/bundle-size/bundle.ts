/** Bundles as the functions are packaged: with esbuild and the options of infra/bundle.yml. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BuildOptions, build, type Metafile } from 'esbuild';
import { parse } from 'yaml';
import plugins from '../../infra/bundle-plugins.js';

const ROOT = join(import.meta.dirname, '..', '..');

/** What infra/bundle.yml tells serverless-esbuild and not esbuild. */
const OF_SERVERLESS = ['exclude', 'keepOutputDirectory', 'outputFileExtension', 'outputWorkFolder', 'plugins', 'watch'];

/** What is bundled: a module of the checkout, or a text that imports as one in its root would. */
export type BundleInput = { readonly file: string } | { readonly text: string };

/** A function that can ask DynamoDB what the handler asks, and does nothing else: one query is its answer. */
export const BARE_CLIENT: BundleInput = {
  text: `
    import { BatchGetItemCommand, DynamoDBClient, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
    export { BatchGetItemCommand, PutItemCommand };
    const client = new DynamoDBClient({});
    const head = {
      ConsistentRead: true,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': { S: 'POLICY' } },
      ScanIndexForward: false,
      Limit: 1,
    };
    export async function handler() {
      const { Count } = await client.send(new QueryCommand({ TableName: process.env.RULES_TABLE, ...head }));
      return { allow: Count === 1 };
    }`,
};

/** The functions, by their names in serverless.yml. */
export const FUNCTIONS = {
  connect: { file: 'handler/index.ts' },
  adminApi: { file: 'admin-api/index.ts' },
  enforcer: { file: 'enforcer/index.ts' },
} satisfies Readonly<Record<string, BundleInput>>;

/** Bundles as infra/bundle.yml says and writes it to `outfile`. */
export async function bundleAsPackaged(input: BundleInput, outfile: string): Promise<Metafile> {
  const settings: Record<string, unknown> = parse(await readFile(join(ROOT, 'infra', 'bundle.yml'), 'utf8'));
  const external = settings.exclude as string[];
  for (const name of OF_SERVERLESS) delete settings[name];
  return bundle(input, { ...settings, external, plugins, outfile });
}

/** Bundles with nothing but what an ES module for Node needs. */
export async function bundlePlainly(input: BundleInput, outfile: string): Promise<Metafile> {
  return bundle(input, { bundle: true, platform: 'node', format: 'esm', mainFields: ['module', 'main'], outfile });
}

async function bundle(input: BundleInput, options: BuildOptions): Promise<Metafile> {
  const entry = 'file' in input ? { entryPoints: [input.file] } : { stdin: { contents: input.text, resolveDir: ROOT } };
  const { metafile } = await build({ ...options, ...entry, absWorkingDir: ROOT, metafile: true });
  return metafile;
}
