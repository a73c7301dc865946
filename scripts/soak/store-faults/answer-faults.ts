/** The service's format of an answer ("Connection authorization", Client VPN administrator guide), written out once more. */

/** What Client VPN would not take of an answer to a request of version 3. */
export function answerFaults(answer: unknown): string[] {
  if (typeof answer !== 'object' || answer === null || Array.isArray(answer)) return ['it is no object'];
  const fields: Readonly<Record<string, unknown>> = { ...answer };
  const message = fields['error-msg-on-denied-connection'];
  const statuses = fields['posture-compliance-statuses'];
  const keys = Object.keys(fields).sort().join();
  const faults: string[] = [];
  if (keys !== 'allow,error-msg-on-denied-connection,posture-compliance-statuses,schema-version') {
    faults.push(`its keys are ${keys}`);
  }
  if (typeof fields.allow !== 'boolean') faults.push('allow is no boolean');
  if (fields['schema-version'] !== 'v3') faults.push('schema-version is not v3');
  if (typeof message !== 'string' || message.length > 255) faults.push('the message is no text of at most 255');
  if (fields.allow === false && message === '') faults.push('a refusal says nothing');
  if (!Array.isArray(statuses) || statuses.length > 10) faults.push('the statuses are no list of at most ten');
  return faults;
}
