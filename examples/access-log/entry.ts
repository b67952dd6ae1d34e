// One line of a log in the combined format of web servers, with the time that the answer took at its end. No concurrency at all.

export interface Entry {
  /** Without the query. */
  readonly path: string;
  readonly status: string;
  /** What the answer took. */
  readonly ms: number;
}

const LINE = /^\S+ \S+ \S+ \[[^\]]+\] "[A-Z]+ ([^ "]+) HTTP\/[\d.]+" (\d{3}) (?:\d+|-) "[^"]*" "[^"]*" (\d+)ms$/;

/** What a line says; null if it cannot be understood. */
export function parseEntry(line: string): Entry | null {
  const match = LINE.exec(line);
  if (match === null) return null;
  const [, target = "", status = "", ms = ""] = match;
  const [path = ""] = target.split("?", 1);
  return { path, status, ms: Number(ms) };
}
