// Runs a program and keeps what it said. Every check goes through here, so that all of them see the tools of
// node_modules and the same Node.

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, dirname, join, resolve } from "node:path";

/** The folder of the repository. */
export const root = resolve(import.meta.dirname, "../..");

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly timedOut: boolean;
}

export interface ToolOptions {
  /** Working directory; the repository by default. */
  cwd?: string;
  /** Milliseconds until the program is killed; 10 minutes by default. */
  timeout?: number;
  /** Variables to add to the environment, or to remove (undefined). */
  env?: Record<string, string | undefined>;
}

/** Runs `command` to its end; never throws because of what the program did. */
export function tool(command: string, args: readonly string[], options: ToolOptions = {}): Promise<Ran> {
  const env: NodeJS.ProcessEnv = { ...process.env, NO_COLOR: "1", ...options.env };
  delete env["FORCE_COLOR"];
  env["PATH"] = [dirname(process.execPath), join(root, "node_modules/.bin"), env["PATH"] ?? ""].join(delimiter);
  return new Promise((done) => {
    const child = spawn(command, args, { cwd: options.cwd ?? root, env, stdio: ["ignore", "pipe", "pipe"] });
    let stdout = "";
    let stderr = "";
    let timedOut = false;
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    const alarm = setTimeout(() => {
      timedOut = true;
      child.kill("SIGKILL");
    }, options.timeout ?? 600_000);
    child.on("error", (error) => {
      clearTimeout(alarm);
      done({ code: 127, stdout, stderr: `${stderr}${error.message}\n`, timedOut });
    });
    child.on("close", (code) => {
      clearTimeout(alarm);
      done({ code: code ?? 1, stdout, stderr, timedOut });
    });
  });
}

/** As `tool`, but prints what a failing program said and makes this process fail. Answers whether it succeeded. */
export async function must(command: string, args: readonly string[], options: ToolOptions = {}): Promise<boolean> {
  const ran = await tool(command, args, options);
  if (ran.code === 0) return true;
  const why = ran.timedOut ? "took too long" : `exit ${ran.code}`;
  fail(`${command} ${args.join(" ")}: ${why}\n${ran.stdout}${ran.stderr}`);
  return false;
}

/** Reports a finding; the process will end with a non-zero exit. */
export function fail(message: string): void {
  console.log(message.trimEnd());
  process.exitCode = 1;
}

/** For checks of the built package: stops with a clear message when there is none. */
export function needBuild(): void {
  if (existsSync(join(root, "dist/index.js"))) return;
  fail("dist/index.js is missing: run `npm run build` first");
  process.exit(1);
}
