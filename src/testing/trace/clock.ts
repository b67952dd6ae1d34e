// Vector clocks: for each strand, by its number, how far its steps are known. What is missing is 0.

export type Clock = number[];

/** Takes over into a clock what another one knows. */
export function join(clock: Clock, other: readonly number[]): void {
  for (let i = 0; i < other.length; i++) {
    const known = other[i] ?? 0;
    if (known > (clock[i] ?? 0)) set(clock, i, known);
  }
}

export function set(clock: Clock, strand: number, value: number): void {
  while (clock.length <= strand) clock.push(0);
  clock[strand] = value;
}

export const knows = (clock: Clock, strand: number): number => clock[strand] ?? 0;
