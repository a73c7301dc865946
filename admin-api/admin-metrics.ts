/** Metrics in CloudWatch's embedded metric format: a line for each request that wrote, was refused or failed. */
import type { Metrics } from '@aws-lambda-powertools/metrics';
import type { Told } from './environment.ts';

export interface AdminMetrics {
  /** Settings that cannot be used. */
  settingErrors(count: number): void;
  request(status: number, told: Told): void;
}

/** Every metric has the dimension `service` alone: CloudWatch bills each pair of metric and dimensions. */
export function createAdminMetrics(metrics: Metrics): AdminMetrics {
  const publish = (counts: Readonly<Record<string, number>>) => {
    const told = Object.entries(counts).filter(([, count]) => count > 0);
    if (told.length === 0) return;
    for (const [name, count] of told) metrics.addMetric(name, 'Count', count);
    metrics.publishStoredMetrics();
  };
  return {
    settingErrors: (count) => publish({ SettingErrors: count }),
    request: (status, { written, confirm, passNotAsked }) =>
      publish({
        PolicyWrites: written ? 1 : 0,
        ConfirmedWrites: written && confirm !== undefined ? 1 : 0,
        PassesNotAsked: passNotAsked === undefined ? 0 : 1,
        RequestsRefused: status >= 400 && status < 500 ? 1 : 0,
        RequestsFailed: status >= 500 ? 1 : 0,
      }),
  };
}
