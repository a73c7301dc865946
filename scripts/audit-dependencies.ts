/**
 * Asks the registry for known vulnerabilities of what is shipped (the `dependencies` and all that they bring along; a test holds that the
 * bundles are made of nothing else). Fails where one is of high or critical severity. Says so, and does not fail, where the registry has no
 * audit endpoint or cannot be reached: a build does not depend on it.
 *
 *     node --import tsx scripts/audit-dependencies.ts [options of npm, such as --registry=…]
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { isSerious, readAuditReport } from './audit/audit-report.ts';

// A registry that never answers is given up well within the time that CI has for it; npm's own patience is five minutes.
const patience = ['--fetch-retries=1', '--fetch-retry-mintimeout=1000', '--fetch-timeout=15000'];
const args = ['audit', '--omit=dev', '--json', ...patience, ...process.argv.slice(2)];
// Its exit code says the same of findings and of a registry that does not answer.
const { stdout, error } = spawnSync('npm', args, {
  cwd: join(import.meta.dirname, '..'),
  encoding: 'utf8',
  maxBuffer: 64 * 1024 * 1024,
});
if (error !== undefined) throw error;

const report = readAuditReport(stdout);
if (report.kind === 'unavailable') {
  console.log(
    `LEFT OUT: nobody has looked for known vulnerabilities here, since the registry does not tell: ${report.reason}`,
  );
} else {
  for (const { name, severity, advisories } of report.findings) {
    console.log(`${severity}: ${[name, ...advisories].join(' - ')}`);
  }
  const serious = report.findings.filter(isSerious);
  console.log(
    `${report.findings.length} packages of what is shipped have known vulnerabilities, ${serious.length} of them serious`,
  );
  if (serious.length > 0) process.exitCode = 1;
}
