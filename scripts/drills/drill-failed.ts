/** What the operators would have relied on is not so. */
export class DrillFailed extends Error {
  override readonly name = 'DrillFailed';
}
