// Another revision of offshoot beside the present one, both built, both running today's workloads.

import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Contender, ROOT } from "./contenders.ts";
import { build, buildIfOutdated } from "./prepare.ts";

/** Calls `body` with the two contenders, labelled "new" and "old"; the other revision's folder is removed afterwards. */
export async function withRevision(
  revision: string,
  body: (contenders: readonly Contender[]) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "offshoot-compare-"));
  const root = join(folder, "old");
  git("worktree", "add", "--detach", root, revision);
  try {
    symlinkSync(join(ROOT, "node_modules"), join(root, "node_modules"));
    cpSync(join(ROOT, "bench"), join(root, "bench"), { recursive: true, force: true });
    build(root);
    buildIfOutdated();
    await body([
      { label: "new", subject: "offshoot", root: ROOT, source: false },
      { label: "old", subject: "offshoot", root, source: false },
    ]);
  } finally {
    git("worktree", "remove", "--force", root);
    rmSync(folder, { recursive: true, force: true });
  }
}

function git(...args: readonly string[]): void {
  execFileSync("git", args, { cwd: ROOT, stdio: ["ignore", "ignore", "inherit"] });
}
