// What is said of a race on shared state.

import { RaceError, type RacingAccess } from "../base/errors.ts";
import type { Program } from "../core/program.ts";
import { userFrames } from "../core/report.ts";
import { label, type Tasklet } from "../core/task.ts";
import type { Access, Race } from "./trace/sharing.ts";

/** The same for two races that are the same, in whatever order. */
export function signatureOfRace({ object, first, second }: Race): string {
  const said = [first, second].map(({ strand, changes }) => `${strand.name} ${verb(changes)}`);
  return `race: ${nameOf(object)}: ${said.sort().join("; ")}`;
}

/** The error of a race: both accesses, where they were made, and what is missing between them. */
export function raceError(race: Race): RaceError {
  const { object, first, second } = race;
  const lines = [
    `race: cell "${nameOf(object)}": ${who(first)} ${verb(first.changes)} it and ${who(second)} ${verb(second.changes)} it, and nothing says who comes first`,
    ...paragraph(first),
    ...paragraph(second),
    `  missing: something that puts the one before the other. Join the one task in the other, send it a message, or hold one lock around both; or use update() or compareAndSet(), which are atomic.`,
  ];
  return new RaceError(lines.join("\n"), [asData(first), asData(second)]);
}

const verb = (changes: boolean): string => (changes ? "sets" : "gets");
const nameOf = (cell: object): string => (cell as { name?: string }).name ?? "cell";
const who = ({ strand }: Access): string => (strand.task === null ? "code outside any task" : label(strand.task));

function asData(access: Access): RacingAccess {
  const { task } = access.strand;
  const debug = task === null ? null : (task.program as unknown as Program).debug;
  return {
    task: who(access),
    operation: access.changes ? "cell.set" : "cell.get",
    stack: userFrames(access.stack),
    spawned: debug?.siteOf(task as Tasklet<unknown>) ?? null,
  };
}

function paragraph(access: Access): string[] {
  const { stack, spawned } = asData(access);
  if (stack.length === 0 && spawned === null) return [];
  return [
    `  ${who(access)} ${verb(access.changes)} it`,
    ...stack.map((frame) => `      at ${frame}`),
    ...(spawned === null ? [] : [`      spawned at ${spawned}`]),
  ];
}
