// A reporter for node:test that stays short when the tests are many: a line for each file, every failure in full, the
// counts at the end.

import { relative } from "node:path";
import type { TestEvent } from "node:test/reporters";
import { inspect } from "node:util";
import { root } from "./tool.ts";

interface Tally {
  passed: number;
  failed: number;
  skipped: number;
  milliseconds: number;
}

interface Finished {
  readonly name: string;
  readonly file?: string | undefined;
  readonly line?: number | undefined;
  readonly nesting: number;
  readonly skip?: string | boolean | undefined;
  readonly todo?: string | boolean | undefined;
  readonly details: { readonly duration_ms: number; readonly type?: string | undefined; readonly error?: unknown };
}

// biome-ignore lint/style/noDefaultExport: node:test asks for it
export default async function* reporter(source: AsyncIterable<TestEvent>): AsyncGenerator<string, void> {
  const files = new Map<string, Tally>();
  const failures: string[] = [];
  const start = performance.now();

  for await (const event of source) {
    if (event.type === "test:pass" || event.type === "test:fail") {
      const data = event.data as Finished;
      const file = data.file === undefined ? "?" : relative(root, data.file);
      const tally = files.get(file) ?? { passed: 0, failed: 0, skipped: 0, milliseconds: 0 };
      files.set(file, tally);
      if (data.nesting === 0) tally.milliseconds += data.details.duration_ms;
      const outcome = outcomeOf(event);
      if (outcome !== null) tally[outcome]++;
      if (outcome === "failed") {
        const where = `${file}:${data.line ?? 1}: ${data.name}`;
        failures.push(where);
        yield `\nFAILED ${where}\n${indent(explain(data.details.error))}\n\n`;
      }
    } else if (event.type === "test:stdout" || event.type === "test:stderr") {
      yield event.data.message;
    }
  }

  const all: Tally = { passed: 0, failed: 0, skipped: 0, milliseconds: performance.now() - start };
  for (const [file, tally] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
    all.passed += tally.passed;
    all.failed += tally.failed;
    all.skipped += tally.skipped;
    const failed = tally.failed > 0 ? `, ${tally.failed} FAILED` : "";
    const skipped = tally.skipped > 0 ? `, ${tally.skipped} skipped` : "";
    yield `${tally.failed > 0 ? "FAILED" : "ok    "} ${file} ${tally.passed} passed${failed}${skipped} (${Math.round(tally.milliseconds)} ms)\n`;
  }
  if (failures.length > 0) yield `\nfailed:\n${failures.map((where) => `  ${where}\n`).join("")}`;
  yield `\ntests: ${all.passed + all.failed + all.skipped}, passed: ${all.passed}, failed: ${all.failed}, skipped: ${all.skipped}, ` +
    `files: ${files.size}, seconds: ${(all.milliseconds / 1000).toFixed(1)}\n` +
    `${all.passed} passed, ${all.failed} failed, ${all.skipped} skipped\n`;
}

/** How a test ended; null for what is counted by its parts, and for other events. */
export function outcomeOf({ type, data }: TestEvent): "passed" | "failed" | "skipped" | null {
  if (type !== "test:pass" && type !== "test:fail") return null;
  const { skip, todo, details } = data as Finished;
  const failed = type === "test:fail" && (todo === undefined || todo === false);
  if (failed ? onlyBelow(details.error) : details.type === "suite") return null;
  if (skip !== undefined && skip !== false) return "skipped";
  return failed ? "failed" : "passed";
}

/** Whether a test or suite failed only because something inside it did, which is told already. */
function onlyBelow(error: unknown): boolean {
  return (error as { failureType?: string } | undefined)?.failureType === "subtestsFailed";
}

function explain(error: unknown): string {
  const cause = (error as { cause?: unknown } | undefined)?.cause;
  if (cause instanceof Error) return inspect(cause, { depth: 5 });
  return typeof cause === "string" ? cause : inspect(error, { depth: 5 });
}

function indent(text: string): string {
  return text.replace(/^/gm, "  ");
}
