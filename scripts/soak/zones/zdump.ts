/** What `zdump -V` prints, read: one line a second before each change of a clock and one at it. */

export interface Clock {
  readonly atMs: number;
  /** Wall clock minus UTC. */
  readonly offsetMs: number;
}

const LINE = /^\S+ +\w{3} (\w{3}) +(\d+) (\d\d:\d\d:\d\d) (\d{4}) UTC? = .* gmtoff=(-?\d+)$/;

/** The moments from which another offset holds, in order. Lines at which only a name or a flag changes are passed over. */
export function readZdump(text: string): Clock[] {
  const lines = text
    .split('\n')
    .filter((line) => line !== '')
    .map(readLine);
  return lines.filter(({ offsetMs }, index) => index > 0 && offsetMs !== lines[index - 1]?.offsetMs);
}

function readLine(line: string): Clock {
  const [, month, day, time, year, offset] = LINE.exec(line) ?? [];
  if (month === undefined) throw new Error(`no line of zdump -V: ${line}`);
  return { atMs: Date.parse(`${day} ${month} ${year} ${time} GMT`), offsetMs: Number(offset) * 1000 };
}
