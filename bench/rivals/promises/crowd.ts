// Many timers that are running while something else is measured; shared by `timer` and `timer-waited`.

const SIZE = 100_000;

/** Due long after the workload has ended: from half a minute to one and a half. */
export function gather(): NodeJS.Timeout[] {
  return Array.from({ length: SIZE }, (_, i) => setTimeout(tooLate, 30_000 + ((i * 7919) % 60_000)));
}

export function disperse(crowd: readonly NodeJS.Timeout[]): void {
  for (const timeout of crowd) clearTimeout(timeout);
}

function tooLate(): never {
  throw new Error("a timer fired while the workload ran");
}
