/** Every drill, in the order of docs/drills.md. */
import type { Drill } from './drill.ts';
import { dynamoDbDown } from './dynamodb-down.ts';
import { leakedCredentials } from './leaked-credentials.ts';
import { lockedOut } from './locked-out.ts';
import { regionLost } from './region-lost.ts';
import { tamperedHistory } from './tampered-history.ts';

export const DRILLS: readonly Drill[] = [dynamoDbDown, lockedOut, leakedCredentials, tamperedHistory, regionLost];
