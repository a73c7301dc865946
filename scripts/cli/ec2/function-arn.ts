/** The ARN of a function that Client VPN can ask. */
import { shown } from '../../../shared/engine/index.ts';
import { CommandError } from '../exit-code.ts';
import { onOneLine } from '../terminal/output.ts';

export interface FunctionArn {
  readonly arn: string;
  readonly partition: string;
  readonly region: string;
  readonly account: string;
  readonly name: string;
  /** An alias or a version; absent where the ARN names neither. */
  readonly qualifier: string | undefined;
}

const ARN =
  /^arn:(aws[a-z-]*):lambda:([a-z]{2}[a-z0-9-]+-\d):(\d{12}):function:([A-Za-z0-9_-]{1,64})(?::([A-Za-z0-9_-]{1,128}|\$LATEST))?$/;

/** Client VPN's service-linked role may invoke functions of such names alone. */
const PREFIX = 'AWSClientVPN-';

/** Throws a CommandError that begins with the name of the option. */
export function readFunctionArn(text: string, option: string): FunctionArn {
  const accepted = `accepted: such as arn:aws:lambda:eu-central-1:123456789012:function:${PREFIX}policy-prod:live`;
  const [arn, partition, region, account, name, qualifier] = ARN.exec(text) ?? [];
  if (
    arn === undefined ||
    partition === undefined ||
    region === undefined ||
    account === undefined ||
    name === undefined
  ) {
    throw new CommandError(onOneLine(`${option}: ${shown(text)} is no ARN of a Lambda function; ${accepted}`));
  }
  if (!name.startsWith(PREFIX)) {
    throw new CommandError(
      `${option}: Client VPN invokes only functions whose names begin with ${PREFIX}, and this is ${name}; ${accepted}`,
    );
  }
  return { arn, partition, region, account, name, qualifier };
}
