// The name that was probably meant.

/** The one of the names that differs least from what was written, if it differs little. */
export function nearest(written: string, names: Iterable<string>): string | undefined {
  let best: string | undefined;
  let least = Math.min(Math.ceil(written.length / 3), written.length - 1);
  for (const name of names) {
    if (Math.abs(name.length - written.length) > least) continue;
    const distance = changesBetween(written.toLowerCase(), name.toLowerCase());
    if (distance < least || (distance === least && best === undefined)) {
      best = name;
      least = distance;
    }
  }
  return best;
}

/** How many letters must be put in, taken out, changed, or changed with the next to make one name of the other. O(a * b). */
function changesBetween(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let fewest = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        fewest = Math.min(fewest, before[j - 2]! + 1);
      next.push(fewest);
    }
    before = row;
    row = next;
  }
  return row[b.length]!;
}
