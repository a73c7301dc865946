/** Packages the service as `npm run package` does, without network or credentials. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const ROOT = resolve(__dirname, '..', '..');

export interface Resource {
  readonly Type: string;
  readonly Condition?: string;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
  readonly DependsOn?: string | readonly string[];
  // biome-ignore lint/suspicious/noExplicitAny: a template's properties are JSON whose shape each test asserts.
  readonly Properties: Record<string, any>;
}

export interface Template {
  readonly Conditions?: Readonly<Record<string, unknown>>;
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Outputs: Readonly<Record<string, { readonly Value: unknown; readonly Condition?: string }>>;
}

export interface Packaging {
  /** Where the packages go. */
  readonly folder: string;
  /** Two that are packaged at once need stages of their own. */
  readonly stage: string;
  /** `name=value` each. */
  readonly parameters: readonly string[];
}

export interface Packaged {
  readonly template: Template;
  /** What the packaging said. */
  readonly printed: string;
}

/** Nothing of the caller's environment gets in, and what would go out meets a closed port. */
export async function packageService({ folder, stage, parameters }: Packaging): Promise<Packaged> {
  const closed = 'http://127.0.0.1:9';
  const { stdout, stderr } = await run(
    process.execPath,
    [
      join(ROOT, 'node_modules', 'serverless', 'bin', 'serverless.js'),
      'package',
      ...['--stage', stage, '--package', folder],
      ...parameters.map((parameter) => `--param=${parameter}`),
    ],
    { cwd: ROOT, env: { PATH: process.env.PATH, HOME: folder, HTTP_PROXY: closed, HTTPS_PROXY: closed } },
  );
  const template = JSON.parse(await readFile(join(folder, 'cloudformation-template-update-stack.json'), 'utf8'));
  return { template, printed: stdout + stderr };
}
