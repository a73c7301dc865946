/** The `vpn-policy` command in one file that needs nothing but Node. */
import { build, type Metafile } from 'esbuild';

/** Writes it to `outfile`; @returns what is in it. @param root the checkout */
export async function bundleCommand(root: string, outfile: string): Promise<Metafile> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: ['scripts/vpn-policy.ts'],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    // ES modules first: of those esbuild leaves out what is not used.
    mainFields: ['module', 'main'],
    // Names stay, so that the stacks that DEBUG=1 shows say where they come from.
    minifyWhitespace: true,
    minifySyntax: true,
    lineLimit: 200,
    legalComments: 'none',
    metafile: true,
    banner: {
      // Some packages are CommonJS and require what is Node's own.
      js: [
        '#!/usr/bin/env node',
        "import { createRequire } from 'node:module';",
        'const require = createRequire(import.meta.url);',
      ].join('\n'),
    },
  });
  return metafile;
}
