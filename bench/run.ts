// `npm run bench`: measures offshoot beside its rivals.
//
//   --smoke              tiny sizes, one round: do all workloads run, and are their results right?
//   --only a,b           these workloads; "seams" is one of them
//   --subject a,b        these subjects
//   --rounds k           interleaved rounds, 5 by default
//   --source             offshoot from src/, not from dist/
//   --compare <revision> offshoot as it is beside offshoot as it was
//   --write              write RESULTS.md, as far as it was measured; what was measured with all subjects is written anyway
//   --field name         the workloads of one table: "On one thread" or "Between threads"
//
// Results go to standard output, progress to standard error. A wrong result or a failed process makes the exit code 1;
// a missed bar does not, since one run on a busy machine proves nothing.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { withRevision } from "./compare.ts";
import { ROOT } from "./contenders.ts";
import { machine } from "./machine.ts";
import { prepare } from "./prepare.ts";
import { describe, describeJudgement, judge, markdown, part, short } from "./report.ts";
import { batches, compete, type Result, type RoundOptions, ratio, sampleOf } from "./rounds.ts";
import { measureSeams, SEAMS_AT_MOST } from "./seams.ts";
import { type Field, SUBJECTS, type Subject } from "./workload.ts";
import { WORKLOADS } from "./workloads.ts";

const { values: flags } = parseArgs({
  options: {
    smoke: { type: "boolean", default: false },
    only: { type: "string" },
    subject: { type: "string" },
    rounds: { type: "string", default: "5" },
    source: { type: "boolean", default: false },
    compare: { type: "string" },
    write: { type: "boolean", default: false },
    field: { type: "string" },
  },
});

const SEAMS = "seams";
/** The bar of the seams is narrow, so their rounds are many. */
const SEAMS_ROUNDS_FACTOR = 4;

const known = [...WORKLOADS.map(({ name }) => name), SEAMS];
const names = chosen(flags.only, known, "workload");
const subjects = chosen(flags.subject, SUBJECTS, "subject") as readonly Subject[];
const fields = [...new Set(WORKLOADS.map(({ field }) => field))];
const titles = chosen(
  flags.field,
  fields.map(({ title }) => title),
  "field",
);
const workloads = WORKLOADS.filter(({ name, field }) => names.includes(name) && titles.includes(field.title));
const rounds = flags.smoke ? 1 : Number(flags.rounds);
if (!(rounds >= 1)) throw new Error(`bench: --rounds ${flags.rounds}: give a whole number of at least 1`);
const options: RoundOptions = { rounds, smoke: flags.smoke, progress };

let failed = false;
if (flags.compare === undefined) await rivals();
else
  await withRevision(flags.compare, async (contenders) => {
    for (const batch of batches(workloads)) show(await compete(batch, contenders, options), "new");
  });
process.exitCode = failed ? 1 : 0;

async function rivals(): Promise<void> {
  const contenders = prepare(subjects, flags.source, progress);
  const results: Result[] = [];
  for (const batch of batches(workloads)) {
    const measured = await compete(batch, contenders, options);
    show(measured, "offshoot");
    results.push(...measured);
  }
  const isAsked = names.includes(SEAMS) && subjects.includes("offshoot") && titles.includes(fields[0]?.title ?? "");
  const seams = isAsked ? await seamsLine() : undefined;
  if (flags.smoke) return;
  for (const judgement of judge(results)) {
    if (judgement.reached !== undefined) print(describeJudgement(judgement));
  }
  if (seams !== undefined) print(seams);
  if (!failed) write(results, seams);
}

/** Writes what was measured of each field whole, or of any if that is wanted. */
function write(results: readonly Result[], seams: string | undefined): void {
  const place = join(ROOT, "bench/RESULTS.md");
  const parts = new Map<Field, string>();
  for (const field of fields) {
    const all = WORKLOADS.filter((workload) => workload.field === field);
    const isWhole = flags.subject === undefined && !flags.source && all.every((one) => workloads.includes(one));
    const isMeasured = workloads.some((workload) => workload.field === field);
    if (isMeasured && (isWhole || flags.write))
      parts.set(field, part(field, results, machine(), rounds, field === fields[0] ? seams : undefined));
  }
  if (parts.size > 0) writeFileSync(place, markdown(readFileSync(place, "utf8"), fields, parts));
}

async function seamsLine(): Promise<string> {
  const { result, lines } = await measureSeams({ ...options, rounds: flags.smoke ? 1 : rounds * SEAMS_ROUNDS_FACTOR });
  show([result], "with");
  const times = ratio(sampleOf(result, "with"), sampleOf(result, "without"), "ns");
  if (times === undefined) return "MISSED   seams: not measured";
  if (lines === 0) return "MISSED   seams: no line of src/ ends with the comment `// seam`";
  const verdict = times.median <= SEAMS_AT_MOST ? "met" : "MISSED";
  return `${verdict.padEnd(8)} seams: at most ${SEAMS_AT_MOST} × ping-pong without their ${lines} lines; reached ${short(times.median)} ×`;
}

function show(results: readonly Result[], against: string): void {
  for (const result of results) {
    print(describe(result, against));
    failed ||= result.samples.some((sample) => sample.failure !== undefined);
  }
}

function chosen(list: string | undefined, all: readonly string[], what: string): readonly string[] {
  if (list === undefined) return all;
  const picked = list.split(",");
  const unknown = picked.find((name) => !all.includes(name));
  if (unknown !== undefined) throw new Error(`bench: no ${what} "${unknown}". There are: ${all.join(", ")}.`);
  return picked;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

function progress(text: string): void {
  process.stderr.write(`${text}\n`);
}
