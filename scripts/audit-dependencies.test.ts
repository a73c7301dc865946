/** The audit of dependencies, by npm itself, with registries that find something, find nothing, or cannot be asked. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readAuditReport } from './audit/audit-report.ts';

const ROOT = resolve(__dirname, '..');

let cache: string;
beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), 'client-vpn-policy-audit-'));
});
afterEach(() => rm(cache, { recursive: true, force: true }));

/** Runs the script with a registry that answers so. */
async function audit(answer: RequestListener): Promise<{ code: number | null; stdout: string }> {
  const server = createServer(answer);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo; // of a server that listens on a port
  try {
    return await auditBy(`http://127.0.0.1:${port}`);
  } finally {
    server.close();
  }
}

async function auditBy(registry: string): Promise<{ code: number | null; stdout: string }> {
  const script = join(ROOT, 'scripts', 'audit-dependencies.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', script, `--registry=${registry}`, '--fetch-retries=0'], {
    cwd: ROOT,
    // npm keeps what it has heard of an advisory.
    env: { ...process.env, npm_config_cache: cache },
  });
  const ended = new Promise<number | null>((done) => child.on('close', done));
  return { stdout: await text(child.stdout), code: await ended };
}

/** Knows one vulnerability, of a package that is shipped. */
function knowing(severity: string): RequestListener {
  const advisory = { id: 1, url: 'https://example.com/1', title: 'Bad dates', severity, vulnerable_versions: '<99' };
  return (request, response) => {
    request.resume();
    response.setHeader('content-type', 'application/json');
    if (request.url?.endsWith('/-/npm/v1/security/advisories/bulk')) {
      response.end(JSON.stringify({ luxon: [{ ...advisory, cwe: [], cvss: { score: 0 } }] }));
    } else {
      response.statusCode = 404;
      response.end('{}');
    }
  };
}

const answering =
  (status: number, body: string): RequestListener =>
  (request, response) => {
    request.resume();
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(body);
  };

describe('the audit of what is shipped', () => {
  it('fails where a vulnerability is serious, and says which', async () => {
    const { code, stdout } = await audit(knowing('critical'));
    expect(stdout).toContain(`critical: luxon - Bad dates, in <99 (https://example.com/1)`);
    expect(code).toBe(1);
  });

  it('tells one that is not, and does not fail', async () => {
    const { code, stdout } = await audit(knowing('moderate'));
    expect(stdout).toContain(`moderate: luxon - Bad dates`);
    expect(stdout).toContain('0 of them serious');
    expect(code).toBe(0);
  });

  it('passes where nothing is known', async () => {
    const { code, stdout } = await audit(answering(200, '{}'));
    expect(stdout).toBe('0 packages of what is shipped have known vulnerabilities, 0 of them serious\n');
    expect(code).toBe(0);
  });

  it('says that it was left out, and why, where the registry has no such endpoint', async () => {
    const { code, stdout } = await audit(answering(405, ''));
    expect(stdout).toMatch(/^LEFT OUT: nobody has looked .*405 Method Not Allowed/);
    expect(code).toBe(0);
  });

  it('says that it was left out, and why, where there is no registry', async () => {
    const { code, stdout } = await auditBy('http://127.0.0.1:9');
    expect(stdout).toMatch(/^LEFT OUT: nobody has looked .*ECONNREFUSED/);
    expect(code).toBe(0);
  });

  it.each([
    '',
    'npm is broken',
    '{}',
    '{"error":{"code":"ENOLOCK","summary":"This command requires an existing lockfile."}}',
    '{"auditReportVersion":2,"vulnerabilities":{"a":{"severity":"terrible"}}}',
  ])('takes %j for no answer at all', (printed) => {
    expect(() => readAuditReport(printed)).toThrow();
  });
});
