/** ENFORCER_FUNCTION: the Lambda that reads and ends connections. */
import type { Setting } from './setting.ts';

export const ENFORCER_FUNCTION: Setting<string | undefined> = {
  variable: 'ENFORCER_FUNCTION',
  fallback: undefined,
  accepted: 'the name of a Lambda function (up to 64 letters, digits, "_", "-") or its ARN',
  parse: (value) => (FUNCTION_NAME.test(value) || FUNCTION_ARN.test(value) ? value : undefined),
};

const FUNCTION_NAME = /^[A-Za-z0-9_-]{1,64}$/;
const FUNCTION_ARN =
  /^arn:[a-z0-9-]+:lambda:[a-z0-9-]+:[0-9]{12}:function:[A-Za-z0-9_-]{1,64}(?::(?:[A-Za-z0-9_-]{1,128}|\$LATEST))?$/;
