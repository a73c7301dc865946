/** A limit of connections per user as `compile` makes it. */
import type { CompiledBlock } from './compiled-rule.ts';
import type { MessageTemplate } from './message.ts';

export interface CompiledLimit {
  readonly id: string;
  readonly enabled: boolean;
  /** One block suffices; `everyone` is one block without conditions. */
  readonly match: readonly CompiledBlock[];
  readonly except: readonly CompiledBlock[];
  readonly maxConnections: number;
  readonly whenExceeded: 'refuse' | 'endOldest';
  readonly message: MessageTemplate | undefined;
}
