/** What `npm audit --json` printed: findings, or that the registry cannot be asked, which says nothing about what is installed. */

export type Severity = 'info' | 'low' | 'moderate' | 'high' | 'critical';

export interface Finding {
  readonly name: string;
  readonly severity: Severity;
  /** The advisories on the package itself; empty where one of its own packages is to blame. */
  readonly advisories: readonly string[];
}

export type AuditReport =
  | { readonly kind: 'audited'; readonly findings: readonly Finding[] }
  /** There is no audit endpoint, or no registry. */
  | { readonly kind: 'unavailable'; readonly reason: string };

/** @throws SyntaxError, TypeError for what is neither: then nobody knows */
export function readAuditReport(printed: string): AuditReport {
  const report: unknown = JSON.parse(printed);
  const vulnerabilities = field(report, 'vulnerabilities');
  if (field(report, 'auditReportVersion') === 2 && isObject(vulnerabilities)) {
    return { kind: 'audited', findings: Object.entries(vulnerabilities).map(([name, found]) => finding(name, found)) };
  }
  const message = field(report, 'message');
  if (typeof message === 'string' && message.includes('/-/npm/v1/security/')) {
    return { kind: 'unavailable', reason: message };
  }
  throw new TypeError(`npm audit says neither what it found nor that it could not ask: ${printed.slice(0, 500)}`);
}

const SEVERITIES: readonly Severity[] = ['info', 'low', 'moderate', 'high', 'critical'];

/** True for what stops a build. */
export function isSerious({ severity }: Finding): boolean {
  return severity === 'high' || severity === 'critical';
}

function finding(name: string, found: unknown): Finding {
  const told = field(found, 'severity');
  const severity = SEVERITIES.find((known) => known === told);
  if (severity === undefined) throw new TypeError(`${name} has a severity that is not known: ${JSON.stringify(told)}`);
  const via = field(found, 'via');
  const advisories = (Array.isArray(via) ? via : []).flatMap((each: unknown) => {
    const [title, range, url] = [field(each, 'title'), field(each, 'range'), field(each, 'url')];
    return typeof title === 'string' ? [`${title}, in ${range} (${url})`] : [];
  });
  return { name, severity, advisories };
}

function field(value: unknown, key: string): unknown {
  return isObject(value) ? value[key] : undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
