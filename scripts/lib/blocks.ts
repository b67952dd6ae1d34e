// What V8 has counted, over several processes: the blocks of one file, each with how often it ran in all.

/** A stretch of a file that runs as a whole or not at all. */
export interface Block {
  readonly start: number;
  readonly end: number;
  readonly count: number;
  /** The line it begins at, from 1. */
  readonly line: number;
  /** The innermost function around it that has a name. */
  readonly within: string;
  /** All of it, on one line. */
  readonly text: string;
}

interface Range {
  readonly startOffset: number;
  readonly endOffset: number;
  readonly count: number;
}

interface Coverage {
  readonly result: readonly {
    readonly url: string;
    readonly functions: readonly { readonly functionName: string; readonly ranges: readonly Range[] }[];
  }[];
}

interface Counted {
  readonly start: number;
  readonly end: number;
  count: number;
}

/**
 * The blocks of a file. `reports` are the texts that NODE_V8_COVERAGE leaves, one for each process.
 *
 * V8 leaves out a block that ran as often as the one around it, and each process has others. So each process is asked anew, for each block that any of
 * them has told of, how often its first character ran.
 */
export function blocksOf(reports: readonly string[], url: string, source: string): Block[] {
  const blocks = new Map<string, Counted>();
  const names: { start: number; end: number; name: string }[] = [];
  const processes: Range[][] = [];
  for (const report of reports) {
    const script = (JSON.parse(report) as Coverage).result.find((each) => each.url === url);
    if (script === undefined) continue;
    const ranges: Range[] = [];
    for (const { functionName, ranges: own } of script.functions) {
      const whole = own[0] as Range;
      if (functionName !== "") names.push({ start: whole.startOffset, end: whole.endOffset, name: functionName });
      for (const range of own) {
        ranges.push(range);
        const { startOffset: start, endOffset: end } = range;
        if (!blocks.has(`${start}-${end}`)) blocks.set(`${start}-${end}`, { start, end, count: 0 });
      }
    }
    processes.push(ranges);
  }
  for (const block of blocks.values()) for (const ranges of processes) block.count += countAt(block, ranges);
  names.sort((a, b) => a.end - a.start - (b.end - b.start));
  return [...blocks.values()]
    .sort((a, b) => a.start - b.start || b.end - a.end)
    .filter((block, i, all) => !isPartOfMissed(block, all.slice(0, i)))
    .map(({ start, end, count }) => {
      const begin = start + source.slice(start, end).search(/\S|$/);
      return {
        start,
        end,
        count,
        line: source.slice(0, begin).split("\n").length,
        within: names.find((name) => name.start <= start && end <= name.end)?.name ?? "the module",
        text: source.slice(start, end).trim().replace(/\s+/g, " "),
      };
    });
}

/** How often the smallest range ran that has all of a block. */
function countAt({ start, end }: Counted, ranges: readonly Range[]): number {
  let least: Range | null = null;
  for (const range of ranges) {
    if (range.startOffset > start || range.endOffset < end) continue;
    if (least === null || range.endOffset - range.startOffset <= least.endOffset - least.startOffset) least = range;
  }
  return least === null ? 0 : least.count;
}

/** A block inside one that never ran is told with that one. */
function isPartOfMissed({ start, end, count }: Counted, before: readonly Counted[]): boolean {
  return count === 0 && before.some((other) => other.count === 0 && other.start <= start && end <= other.end);
}
