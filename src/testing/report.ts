// The report of a failure as text: the verdict, who waits for what, and the steps that led there, a column for each task.

import { type TaskReport, userFrames } from "../core/report.ts";
import { label } from "../core/task.ts";
import type { Step } from "./driver.ts";
import type { Trial } from "./trial.ts";

export interface Findings {
  readonly trial: Trial;
  readonly token: string;
  /** As in "in run 12 of 1000 (random)". */
  readonly found: string;
  readonly deviations: number;
}

const WIDTH = 26;
const MOST_ROWS = 200;

export function reportOf({ trial, token, found, deviations }: Findings): string {
  const lines = [headline(trial), ...trial.blocked.flatMap(paragraph)];
  const circle = circleIn(trial.blocked);
  if (circle.length > 0) lines.push("", ...drawn(circle));
  else for (const warning of trial.warnings) if (warning.startsWith("locks:")) lines.push(`  ${warning}`);
  if (trial.rows.length > 0) lines.push("", ...table(trial.rows));
  const many = deviations === 1 ? "1 deviation" : `${deviations} deviations`;
  lines.push(
    "",
    `found ${found}; ${deviations === 0 ? "production's order" : `${many} from production's order, marked >`}`,
  );
  lines.push(`replay(body, ${JSON.stringify(token)})`);
  return lines.join("\n");
}

function headline({ kind, error, blocked }: Trial): string {
  if (kind === "deadlock" || kind === "leak") {
    const many = blocked.length === 1 ? "1 task" : `${blocked.length} tasks`;
    return `${kind}: ${many} can never go on`;
  }
  if (kind === "race" && error instanceof Error) return error.message;
  if (!(error instanceof Error)) return `${kind}: ${String(error)}`;
  return [`${kind}: ${String(error)}`, ...userFrames(error.stack ?? "").map((frame) => `    at ${frame}`)].join("\n");
}

function paragraph(task: TaskReport): string[] {
  const { waitsFor } = task;
  const what = waitsFor === null ? `is ${task.status}` : `waits for ${waitsFor.operation} ${waitsFor.object}`;
  const held = waitsFor === null || waitsFor.heldBy.length === 0 ? "" : `, held by ${waitsFor.heldBy.join(", ")}`;
  const other = waitsFor?.operation === "channel.send" ? "received from" : "sent to";
  const last = waitsFor?.lastUsedBy === undefined ? "" : `, last ${other} by ${waitsFor.lastUsedBy}`;
  return [
    `  ${label(task)} ${what}, since ${task.since} ms${held}${last}`,
    ...(task.ownerAt === null ? [] : [`      of task #${task.owner}, at ${task.ownerAt}`]),
    ...task.stack.map((frame) => `      at ${frame}`),
    ...(task.spawned === null ? [] : [`      spawned at ${task.spawned}`]),
  ];
}

/** Who waits for whom in a circle, an arrow for each; empty if there is none. */
export function circleIn(blocked: readonly TaskReport[]): string[] {
  const tasks = new Map(blocked.map((task) => [label(task), task]));
  for (const start of tasks.keys()) {
    const way = wayBack(start, tasks);
    if (way !== null) return way;
  }
  return [];
}

/** The shortest way from a task to itself over those who hold what is waited for. */
function wayBack(start: string, tasks: ReadonlyMap<string, TaskReport>): string[] | null {
  const ways: { readonly at: string; readonly way: readonly string[] }[] = [{ at: start, way: [] }];
  const seen = new Set<string>();
  for (let i = 0; i < ways.length; i++) {
    const { at, way } = ways[i] as (typeof ways)[number];
    const waitsFor = tasks.get(at)?.waitsFor ?? null;
    for (const holder of waitsFor?.heldBy ?? []) {
      const longer = [...way, `${at} -${waitsFor?.operation} ${waitsFor?.object}-> ${holder}`];
      if (holder === start) return longer;
      if (seen.has(holder) || !tasks.has(holder)) continue;
      seen.add(holder);
      ways.push({ at: holder, way: longer });
    }
  }
  return null;
}

/** A circle as a picture: who waits, for what, and who has it. */
function drawn(circle: readonly string[]): string[] {
  const arrows = circle.map(
    (arrow) => /^(.*?) -(.*)-> (.*)$/.exec(arrow) as unknown as [string, string, string, string],
  );
  const width = (n: 1 | 2): number => Math.max(...arrows.map((arrow) => arrow[n].length));
  return [
    "  in a circle:",
    ...arrows.map(
      ([, who, what, holder]) =>
        `    ${who.padEnd(width(1))} ── ${what} ${"─".repeat(width(2) - what.length)}──> ${holder}`,
    ),
  ];
}

/** A row for each step, a column for each task, in the order of their first steps. */
function table(rows: readonly Step[]): string[] {
  const tasks = [...new Set(rows.map(({ task }) => task))];
  const cut = (text: string): string =>
    (text.length > WIDTH - 3 ? `${text.slice(0, WIDTH - 4)}…` : text).padEnd(WIDTH - 2);
  const lines = [`  ${tasks.map(cut).join("  ")}`.trimEnd()];
  for (const { task, operation, object, deviates } of rows.slice(0, MOST_ROWS)) {
    const before = " ".repeat(WIDTH * tasks.indexOf(task));
    lines.push(`${before}${deviates ? "> " : "  "}${cut(`${operation} ${object}`)}`.trimEnd());
  }
  if (rows.length > MOST_ROWS) lines.push(`  ... and ${rows.length - MOST_ROWS} more steps`);
  return lines;
}
