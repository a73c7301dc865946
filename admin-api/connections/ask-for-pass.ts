/** Tells the enforcer that there is something to do. */
import type { PassRequest } from '../../shared/enforcement/index.ts';
import type { Services, Told } from '../environment.ts';

/** An event is taken within some milliseconds; a caller waits for no more than this. */
const MAX_ASKING_MS = 1_000;

/**
 * Has the enforcer make a pass soon. Never rejects and changes no answer: the enforcer's schedule makes a pass anyway. Why it was not asked
 * goes to the log and the metrics.
 */
export async function askForPass(
  { enforcer }: Pick<Services, 'enforcer'>,
  told: Told,
  request: Omit<PassRequest, 'task'> = {},
): Promise<void> {
  try {
    await enforcer?.passSoon(request, { signal: AbortSignal.timeout(MAX_ASKING_MS) });
  } catch (error) {
    told.passNotAsked = error;
  }
}
