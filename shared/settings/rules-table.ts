/** RULES_TABLE: where the policy is. */
import type { Setting } from './setting.ts';

export const RULES_TABLE: Setting<string | undefined> = {
  variable: 'RULES_TABLE',
  fallback: undefined,
  accepted: 'the name of a DynamoDB table (3 to 255 letters, digits, "_", "-", ".") or its ARN',
  parse: (value) => (TABLE_NAME.test(value) || TABLE_ARN.test(value) ? value : undefined),
};

const TABLE_NAME = /^[A-Za-z0-9_.-]{3,255}$/;
const TABLE_ARN = /^arn:[a-z0-9-]+:dynamodb:[a-z0-9-]+:[0-9]{12}:table\/[A-Za-z0-9_.-]{3,255}$/;
