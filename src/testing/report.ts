// The report of a failure as text: the verdict, who waits for what, and the steps that led there, a column for each task.

import type { TaskReport } from "../core/report.ts";
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
  for (const warning of trial.warnings) if (warning.startsWith("locks:")) lines.push(`  ${warning}`);
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
  return `${kind}: ${error instanceof Error ? (error.stack ?? String(error)) : String(error)}`;
}

function paragraph(task: TaskReport): string[] {
  const { waitsFor } = task;
  const what = waitsFor === null ? `is ${task.status}` : `waits for ${waitsFor.operation} ${waitsFor.object}`;
  const held = waitsFor === null || waitsFor.heldBy.length === 0 ? "" : `, held by ${waitsFor.heldBy.join(", ")}`;
  return [
    `  task #${task.id} "${task.name}" ${what}, since ${task.since} ms${held}`,
    ...task.stack.map((frame) => `      at ${frame}`),
    ...(task.spawned === null ? [] : [`      spawned at ${task.spawned}`]),
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
