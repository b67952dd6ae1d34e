// What is printed in the end: a line for each URL, and a line for all.

import type { Board, Result } from "./download.ts";

export function formatReport(board: Board, interrupted: boolean): string {
  const lines = board.results.map((result, i) =>
    result === undefined ? `       ?  ${board.urls[i]}` : lineOf(result),
  );
  const answered = board.results.filter(isAnswered);
  const bytes = answered.reduce((sum, { got }) => sum + (typeof got === "string" ? 0 : got.bytes), 0);
  const end = interrupted ? "; interrupted" : "";
  lines.push("", `  ${answered.length} of ${board.urls.length} answered, ${bytes.toLocaleString("en-US")} bytes${end}`);
  return `${lines.join("\n")}\n`;
}

export function isAnswered(result: Result | undefined): result is Result {
  return result !== undefined && typeof result.got !== "string";
}

function lineOf({ url, attempts, got }: Result): string {
  const again = attempts > 1 ? `  (${attempts} attempts)` : "";
  if (typeof got === "string") return `  failed  ${url}  ${got}${again}`;
  return `  ${String(got.status).padStart(6)}  ${url}  ${got.bytes} bytes${again}`;
}
