// Every ```ts block of README.md and docs/**/*.md is a program: it is type-checked and run on the built package.
//
//   ```ts            must compile, and end with exit 0 within 20 s
//   ```ts no-run     must compile
//   ```ts ignore     is left alone; how many there are is said
//   ```ts name.ts    must compile, and is saved under that name: the blocks of the page can import it
//
// A ```text block that follows a block is what the program prints. The files made of the blocks lie in a folder for
// each page, and keep its line numbers, so that an error names the line to look at. Where a program prints its own path, in a report say, it is
// compared as main.ts, with lines counted from the first one of the block: what a reader gets who saves it as main.ts.

import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { filesBelow } from "./lib/files.ts";
import { fail, must, needBuild, root, tool } from "./lib/tool.ts";

interface Block {
  readonly page: string;
  readonly line: number;
  readonly file: string;
  readonly run: boolean;
  readonly prints: string | undefined;
}

const FOLDER = ".cache/docs";
const AT_ONCE = 2;

needBuild();
rmSync(join(root, FOLDER), { recursive: true, force: true });
mkdirSync(join(root, FOLDER), { recursive: true });

let ignored = 0;
const pages = existsSync(join(root, "README.md")) ? ["README.md"] : [];
const blocks = [...pages, ...filesBelow("docs", ".md")].flatMap(blocksOf);
console.log(`${blocks.length} blocks, ${blocks.filter((block) => block.run).length} to run, ${ignored} ignored`);

if (blocks.length > 0) {
  const options = { noEmit: true, noUnusedLocals: false, noUnusedParameters: false };
  const config = { extends: "../../tsconfig.base.json", compilerOptions: options, include: ["**/*.ts"] };
  writeFileSync(join(root, FOLDER, "tsconfig.json"), JSON.stringify(config));
  await must("tsc", ["-p", `${FOLDER}/tsconfig.json`]);
}

const queue = blocks.filter((block) => block.run);
await Promise.all(
  Array.from({ length: AT_ONCE }, async () => {
    for (let block = queue.shift(); block !== undefined; block = queue.shift()) await runBlock(block);
  }),
);

function blocksOf(page: string): Block[] {
  const found: Block[] = [];
  const lines = readFileSync(join(root, page), "utf8").split("\n");
  for (let i = 0; i < lines.length; i++) {
    const fence = /^```(\S*)\s*(.*)$/.exec(lines[i]!);
    if (fence === null) continue;
    const end = lines.indexOf("```", i + 1);
    if (end < 0) {
      fail(`${page}:${i + 1}: a block that does not end`);
      break;
    }
    const [, language, mode] = fence;
    if (language === "ts" && mode === "ignore") ignored++;
    if (language === "ts" && mode !== "ignore") {
      const isModule = /^[\w-]+\.ts$/.test(mode!);
      if (mode !== "" && mode !== "no-run" && !isModule)
        fail(`${page}:${i + 1}: "${mode}" is not known; write no-run, ignore or the name of a module`);
      const folder = `${FOLDER}/${page.replaceAll("/", "-")}`;
      mkdirSync(join(root, folder), { recursive: true });
      const file = `${folder}/${isModule ? mode : `${i + 1}.ts`}`;
      const code = [...lines.slice(0, i + 1).map(() => ""), ...lines.slice(i + 1, end), ""];
      writeFileSync(join(root, file), code.join("\n"));
      found.push({ page, line: i + 1, file, run: mode === "", prints: textAfter(lines, end + 1) });
    }
    i = end;
  }
  return found;
}

/** The content of the ```text block that starts at `at`, but for empty lines. */
function textAfter(lines: readonly string[], at: number): string | undefined {
  let start = at;
  while (lines[start]?.trim() === "") start++;
  if (lines[start]?.trim() !== "```text") return undefined;
  const end = lines.indexOf("```", start + 1);
  return end < 0 ? undefined : lines.slice(start + 1, end).join("\n");
}

async function runBlock(block: Block): Promise<void> {
  const where = `${block.page}:${block.line}`;
  const ran = await tool(process.execPath, [block.file], { timeout: 20_000 });
  if (ran.timedOut) fail(`${where}: did not end within 20 s\n${ran.stdout}${ran.stderr}`);
  else if (ran.code !== 0) fail(`${where}: exit ${ran.code}\n${ran.stdout}${ran.stderr}`);
  else if (block.prints !== undefined) {
    const printed = asMain(block, ran.stdout).trim();
    if (block.prints.trim() !== printed)
      fail(`${where}: prints\n${printed}\nbut the page says\n${block.prints.trim()}`);
  }
}

/** What the program would print if it were saved as main.ts in the folder it runs in. */
function asMain({ file, line }: Block, text: string): string {
  return text
    .split(join(root, file))
    .map((part, i) => (i === 0 ? part : part.replace(/^:(\d+)/, (_, at) => `:${Number(at) - line}`)))
    .join("main.ts");
}
