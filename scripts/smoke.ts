// Installs the packed tarball in an empty project and uses it there: plain JavaScript on every Node that is supported,
// and a TypeScript consumer, with the types of Node and without.

import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { packed } from "./lib/tarball.ts";
import { fail, must, needBuild, root, tool } from "./lib/tool.ts";

const VERSIONS = ["20", "22", "24", "26"];
/** What a consumer compiles with; the weakest settings under which the types must hold are the last. */
const STRICT = ["--noEmit", "--strict", "--exactOptionalPropertyTypes", "--module", "nodenext", "--target", "es2022"];
const CONSUMERS = [
  [...STRICT, "--lib", "es2022,esnext.disposable", "--types", "node", "consumer.ts", "consumer-parallel.ts"],
  [...STRICT, "--lib", "es2022,esnext.disposable,dom,dom.iterable", "--types", "", "consumer.ts"],
];

needBuild();
const project = mkdtempSync(join(tmpdir(), "offshoot-smoke-"));
try {
  const tarball = await packed();
  if (tarball !== undefined && (await install(tarball))) {
    for (const version of VERSIONS) await runOn(version);
    for (const options of CONSUMERS) await must("tsc", options, { cwd: project });
  }
} finally {
  rmSync(project, { recursive: true, force: true });
}

async function install(tarball: string): Promise<boolean> {
  writeFileSync(join(project, "package.json"), JSON.stringify({ name: "smoke", private: true, type: "module" }));
  cpSync(join(root, "test/smoke"), project, { recursive: true });
  if (!(await must("npm", ["install", "--no-audit", "--no-fund", "--prefer-offline", tarball], { cwd: project })))
    return false;
  mkdirSync(join(project, "node_modules/@types"));
  for (const name of ["@types/node", "undici-types"])
    symlinkSync(join(root, "node_modules", name), join(project, "node_modules", name));
  return true;
}

async function runOn(version: string): Promise<void> {
  const node = await nodeBinary(version);
  if (node === undefined) return;
  const ran = await tool(node, ["main.mjs"], { cwd: project, timeout: 60_000 });
  const line = ran.stdout.trim().split("\n").at(-1) ?? "";
  if (ran.code !== 0 || !line.startsWith(`smoke ok v${version}.`))
    fail(`Node ${version}: ${ran.timedOut ? "did not end" : `exit ${ran.code}`}\n${ran.stdout}${ran.stderr}`);
  else console.log(line);
}

/** The binary of a version of Node, from the npm package "node", kept in .cache/node. */
async function nodeBinary(version: string): Promise<string | undefined> {
  if (process.versions.node.startsWith(`${version}.`)) return process.execPath;
  const folder = join(root, ".cache/node", version);
  const binary = join(folder, "node_modules/node/bin/node");
  if (existsSync(binary)) return binary;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, allowScripts: { node: true } }));
  const installed = await must("npm", ["install", "--no-audit", "--no-fund", `node@${version}`], { cwd: folder });
  return installed ? binary : undefined;
}
