/** Bundles with the plugin, run by Node. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { build } from 'esbuild';
import plugins from './modules-of-node-plugin.js';

/** Bundles a module as the functions are bundled and runs it; resolves with what it prints. */
async function run(contents: string): Promise<unknown> {
  const { outputFiles } = await build({
    stdin: { contents },
    bundle: true,
    platform: 'node',
    format: 'esm',
    write: false,
    plugins,
  });
  const script = outputFiles[0]?.text ?? '';
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script]);
  return JSON.parse(stdout);
}

describe('Node’s own modules in a bundle', () => {
  it('are there however they are imported', async () => {
    const script = `
      import { join as joined } from 'node:path';
      import path, { posix } from 'path';
      import * as promises from 'node:fs/promises';
      const Emitter = require('events');
      class Own extends Emitter {}
      const { tmpdir } = await import('node:os');
      console.log(JSON.stringify([
        joined('a', 'b'), path.basename('c/d'), posix.sep, typeof promises.readFile, typeof new Own().on, typeof tmpdir,
      ]));`;
    expect(await run(script)).toEqual(['a/b', 'd', '/', 'function', 'function', 'function']);
  });

  it('bring along nothing that nobody uses', async () => {
    const script = `
      import { Agent } from 'node:http';
      import https from 'node:https';
      console.log(JSON.stringify([typeof new Agent(), typeof https.request, process.moduleLoadList.filter((name) => /undici/.test(name))]));`;
    expect(await run(script)).toEqual(['object', 'function', []]);
  });
});
