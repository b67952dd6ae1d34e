// Words and tables of what was measured: lines for the terminal, Markdown for RESULTS.md. Measures nothing itself.

import { type Result, ratio, type Sample, sampleOf } from "./rounds.ts";
import { spread } from "./statistics.ts";
import type { Bar, Field, Figure, Subject, Workload } from "./workload.ts";

export interface Judgement {
  readonly workload: Workload;
  readonly bar: Bar;
  /** The ratio, or the figure itself where it is held against nobody's; undefined if it was not measured. */
  readonly reached: number | undefined;
  readonly met: boolean;
}

/** Holds the results against the bars of their workloads. */
export function judge(results: readonly Result[]): readonly Judgement[] {
  return results.flatMap((result) =>
    result.workload.bars.map((bar) => {
      const reached = reach(bar, result, results);
      return { workload: result.workload, bar, reached, met: reached !== undefined && reached <= bar.atMost };
    }),
  );
}

/** One workload, a line for each contender. */
export function describe(result: Result, against: string): string {
  const lines = [`${result.workload.name}: ${result.workload.operation}`];
  const first = sampleOf(result, against);
  for (const sample of result.samples) {
    const { label } = sample.contender;
    const figures = result.workload.figures.map((figure) => cell(sample, figure));
    const times = ratio(first, sampleOf(result, label), result.workload.figures[0] ?? "ns");
    const beside = label === against || times === undefined ? "" : `   ${against} / ${label} = ${short(times.median)}`;
    lines.push(`  ${label.padEnd(10)} ${figures.join("   ")}${beside}`);
  }
  return lines.join("\n");
}

export function describeJudgement({ workload, bar, reached, met }: Judgement): string {
  return `${(met ? "met" : "MISSED").padEnd(8)} ${workload.name}: ${bar.wording}; reached ${reachedText(bar, reached)}`;
}

/** What was measured together, for RESULTS.md: under the title of the field, with the machine and the day. `line` is told below. */
export function part(
  field: Field,
  all: readonly Result[],
  machine: readonly string[],
  rounds: number,
  line: string | undefined,
): string {
  const results = all.filter(({ workload }) => workload.field === field);
  return [
    `## ${field.title}`,
    "",
    ...machine.map((text) => `- ${text}`),
    `- ${rounds} interleaved rounds, a process for each measurement; median (minimum–maximum) over the rounds`,
    "",
    "### Figures",
    "",
    ...table(["workload", "operation", ...field.subjects], results.flatMap(figureRows)),
    "",
    "### Ratios",
    "",
    ...table(["workload", ...field.subjects.slice(1)], results.flatMap(ratioRows)),
    "",
    "### Bars",
    "",
    ...table(["workload", "bar", "reached", ""], judge(results).map(judgementRow)),
    ...(line === undefined ? [] : ["", line]),
    "",
  ].join("\n");
}

/** RESULTS.md with these parts, in the order of `fields`; what it has of other fields stays. */
export function markdown(before: string, fields: readonly Field[], parts: ReadonlyMap<Field, string>): string {
  const kept = before.split(/^(?=## )/m);
  const texts = fields.map((field) => parts.get(field) ?? kept.find((text) => text.startsWith(`## ${field.title}\n`)));
  return [
    "# Results",
    "",
    "Written by `npm run bench`. Ratios carry over to other machines; absolute times do not.",
    "",
    "A process warms up, repeats the workload and counts the median repetition. Figures are nanoseconds, or bytes, for each",
    "operation; p50 and p99 are the latency that half, or 99 of 100, operations stay below. A dash: the subject cannot say",
    "it, or was not measured. `n` is given where it differs from the first column's. Ratios are offshoot's figure divided",
    "by the rival's, median (minimum–maximum): below 1, offshoot is faster, or smaller.",
    "",
    ...texts.flatMap((text) => (text === undefined ? [] : [text.trimEnd(), ""])),
  ].join("\n");
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  return [head, head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`);
}

/** Three significant digits, and no more than the whole of a large number. */
export function short(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

function figureRows(result: Result): string[][] {
  const { workload } = result;
  return workload.figures.map((figure) => {
    const cells = workload.field.subjects.map((subject) => {
      const sample = result.samples.find(({ contender }) => contender.label === subject);
      if (sample === undefined) return "–";
      return cell(sample, figure) + (sample.size === workload.size ? "" : ` n = ${sample.size}`);
    });
    return [workload.name, `${figure} per ${workload.operation}, n = ${workload.size}`, ...cells];
  });
}

function ratioRows(result: Result): string[][] {
  const { name, field, figures } = result.workload;
  const ours = sampleOf(result, "offshoot");
  return figures.map((figure) => {
    const cells = field.subjects.slice(1).map((subject: Subject) => {
      const times = ratio(ours, sampleOf(result, subject), figure);
      return times === undefined ? "–" : `${short(times.median)} (${short(times.min)}–${short(times.max)})`;
    });
    return [figures.length === 1 ? name : `${name}, ${figure}`, ...cells];
  });
}

function judgementRow({ workload, bar, reached, met }: Judgement): string[] {
  return [
    workload.name,
    bar.wording,
    reachedText(bar, reached),
    reached === undefined ? "not measured" : met ? "met" : "**missed**",
  ];
}

function reachedText(bar: Bar, reached: number | undefined): string {
  if (reached === undefined) return "–";
  if (bar.against === undefined) return quantity(reached, bar.figure);
  return bar.isSpeed ? `${short(1 / reached)} × faster` : `${short(reached)} ×`;
}

function reach(bar: Bar, result: Result, results: readonly Result[]): number | undefined {
  const ours = sampleOf(result, "offshoot");
  if (bar.against === undefined) return own(ours, bar.figure);
  const other = bar.elsewhere === undefined ? result : results.find(({ workload }) => workload.name === bar.elsewhere);
  const theirs = other === undefined ? undefined : sampleOf(other, bar.against);
  return ratio(ours, theirs, bar.figure)?.median;
}

function own(ours: Sample | undefined, figure: Figure): number | undefined {
  const values = ours?.values[figure] ?? [];
  return values.length === 0 ? undefined : spread(values).median;
}

function cell(sample: Sample, figure: Figure): string {
  if (sample.failure !== undefined) return "FAILED";
  const { median, min, max } = spread(sample.values[figure]);
  const { unit, size } = scale(median, figure);
  return `${short(median / size)} ${unit} (${short(min / size)}–${short(max / size)})`;
}

function quantity(value: number, figure: Figure): string {
  const { unit, size } = scale(value, figure);
  return `${short(value / size)} ${unit}`;
}

/** The unit a value is told in: what is large is not told to the last nanosecond or byte. */
function scale(value: number, figure: Figure): { readonly unit: string; readonly size: number } {
  if (figure === "bytes") return value < 2 ** 20 ? { unit: "bytes", size: 1 } : { unit: "MiB", size: 2 ** 20 };
  const told = figure === "ns" ? "" : ` ${figure}`;
  return value < 1e6 ? { unit: `ns${told}`, size: 1 } : { unit: `ms${told}`, size: 1e6 };
}
