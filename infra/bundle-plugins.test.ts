/** Bundles with the plugins, run by Node. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { build } from 'esbuild';
import plugins from './bundle-plugins.js';

/** Bundles a module as the functions are bundled; @returns the script */
async function bundled(contents: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: join(__dirname, '..') },
    bundle: true,
    platform: 'node',
    format: 'esm',
    mainFields: ['module', 'main'],
    write: false,
    plugins,
  });
  return outputFiles[0]?.text ?? '';
}

/** Bundles a module and runs it; resolves with what it prints. */
async function run(contents: string): Promise<unknown> {
  const script = await bundled(contents);
  const running = promisify(execFile)(process.execPath, ['--input-type=module']);
  running.child.stdin?.end(script);
  const { stdout } = await running;
  return JSON.parse(stdout);
}

describe('Node’s own modules in a bundle', () => {
  it('are there however they are imported', async () => {
    const script = `
      import { join as joined } from 'node:path';
      import path, { posix } from 'path';
      import * as promises from 'node:fs/promises';
      import Imported, { once } from 'node:events';
      import { default as zlib } from 'node:zlib';
      import * as whole from 'node:os';
      const Emitter = require('events');
      class Own extends Emitter {}
      const { tmpdir } = await import('node:os');
      console.log(JSON.stringify([
        joined('a', 'b'), path.basename('c/d'), posix.sep, typeof promises.readFile, typeof new Own().on, typeof tmpdir,
        typeof new Imported().on, typeof once, zlib.crc32('a') === require('zlib').crc32('a'), Object.keys(whole).includes('EOL'),
      ]));`;
    expect(await run(script)).toEqual([
      'a/b',
      'd',
      '/',
      'function',
      'function',
      'function',
      'function',
      'function',
      true,
      true,
    ]);
  });

  it('bring along nothing that nobody uses', async () => {
    const script = `
      import { Agent } from 'node:http';
      import https from 'node:https';
      import { createReadStream, lstatSync, ReadStream } from 'node:fs';
      const isStream = (body) => body instanceof ReadStream;
      console.log(JSON.stringify([
        typeof new Agent(), typeof https.request, typeof lstatSync,
        process.moduleLoadList.filter((name) => /undici|fs.streams/.test(name)),
      ]));`;
    expect(await run(script)).toEqual(['object', 'function', 'function', []]);
  });

  it('are read where they are used and copied nowhere', async () => {
    const script = await bundled(`
      import { createHash } from 'node:crypto';
      export const digest = (text) => createHash('sha256').update(text).digest('hex');`);
    expect(script.match(/getBuiltinModule/g)).toHaveLength(1);
    expect(script).toContain('Object.create(process.getBuiltinModule("node:crypto"))');
  });
});

describe('luxon in a bundle', () => {
  const ZONE = `
    import { IANAZone } from 'luxon';
    console.log(JSON.stringify([
      IANAZone.create('Asia/Tokyo').offset(0), IANAZone.create('Europe/Berlin').offset(Date.UTC(2026, 6, 1)),
      IANAZone.isValidZone('Asia/Tokyo'), IANAZone.isValidZone('Asia/Nowhere'),
    ]));`;

  it('is no more than what is used of it', async () => {
    expect((await bundled(ZONE)).length).toBeLessThan(15_000);
    expect(await run(ZONE)).toEqual([540, 120, true, false]);
  });

  it('is all there where all is used', async () => {
    const script = `
      import { DateTime, Duration } from 'luxon';
      const time = DateTime.fromISO('2026-11-23T12:00', { zone: 'Asia/Tokyo' }).plus(Duration.fromISO('P1M'));
      console.log(JSON.stringify([time.toISO(), time.toLocaleString(DateTime.DATE_FULL, { locale: 'de' })]));`;
    expect(await run(script)).toEqual(['2026-12-23T12:00:00.000+09:00', '23. Dezember 2026']);
  });
});

describe('event streams in a bundle', () => {
  const INVOKE = `
    import { createServer } from 'node:http';
    import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
    const server = createServer((_, response) => response.end('{"at":"now"}')).listen(0, '127.0.0.1', async () => {
      const client = new LambdaClient({
        region: 'us-east-1',
        endpoint: 'http://127.0.0.1:' + server.address().port,
        credentials: { accessKeyId: 'none', secretAccessKey: 'none' },
      });
      const { Payload, StatusCode } = await client.send(new InvokeCommand({ FunctionName: 'f', Payload: '{}' }));
      console.log(JSON.stringify([StatusCode, Payload.transformToString()]));
      process.exit();
    });`;

  it('are left out, and Lambda’s client, which imports them, works without', async () => {
    const script = await bundled(INVOKE);
    const ofThem = /EventStreamCodec|HeaderMarshaller|from\s*"@smithy\/core\/event-streams"/.exec(script);
    expect(ofThem?.[0]).toBeUndefined();
    expect(await run(INVOKE)).toEqual([200, '{"at":"now"}']);
  });
});

describe('what clients of the SDK bring along', () => {
  it('a cache of endpoints forgets what was used longest ago', async () => {
    const script = `
      import { EndpointCache } from '@aws-sdk/endpoint-cache';
      const cache = new EndpointCache(2);
      const at = (Address) => [{ Address, CachePeriodInMinutes: 1 }];
      cache.set('a', at('one')); cache.set('b', at('two')); cache.get('a'); cache.set('c', at('three'));
      const told = ['a', 'b', 'c'].map((key) => cache.getEndpoint(key) ?? null);
      cache.delete('a'); cache.set('d', [{ Address: 'four', CachePeriodInMinutes: -1 }]);
      console.log(JSON.stringify([...told, cache.has('a'), cache.has('c'), cache.get('d') ?? null]));`;
    expect(await run(script)).toEqual(['one', null, 'three', false, false, null]);
    expect(await bundled(script)).not.toContain('Mnemonist');
  });

  it('of a package.json its version', async () => {
    const script = `
      import manifest from '@aws-sdk/client-dynamodb/package.json';
      console.log(JSON.stringify(manifest));`;
    const { version }: { version: string } = JSON.parse(
      await readFile(join(__dirname, '../node_modules/@aws-sdk/client-dynamodb/package.json'), 'utf8'),
    );
    expect(await run(script)).toEqual({ version });
  });
});
