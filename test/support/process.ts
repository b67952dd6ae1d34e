// Runs a small program in a process of its own, on the sources, and tells what it printed and how it ended.

import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const root = fileURLToPath(new URL("../..", import.meta.url));

/** The program is the text of a module; it may import from "offshoot". */
export function program(text: string, ...flags: string[]): Promise<Ended> {
  return ended([...flags, "--input-type=module", "--eval", text]);
}

/** The same for a file below test/. */
export function programFile(path: string): Promise<Ended> {
  return ended([`${root}test/${path}`]);
}

function ended(args: readonly string[]): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ["--conditions=offshoot/source", ...args], { cwd: root });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
}
