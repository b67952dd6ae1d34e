// Shows that the explorations reach every branch of the code in which waiters stand in line: runs the `*.explore.ts` files, and only those, with V8's block
// coverage, and lists what none of them has reached.
//
//   npm run coverage                 all explorations
//   npm run coverage -- test/sync    those below a folder, or one file
//
// A branch is a block that V8 counts by itself: a function, the parts of an if, a loop, a ternary, `&&`, `||`, `??`, a catch, and what comes after a part that
// leaves. An if without an else that is always taken is none of its own. Types are stripped in place, so offsets are those of the source.
//
// What is not reached and not among the exceptions is a finding; so is an exception that nothing needs any more.

import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Block, blocksOf } from "./lib/blocks.ts";
import { filesBelow } from "./lib/files.ts";
import { fail, root, tool } from "./lib/tool.ts";

/** Where waiters are put into lines, taken out of them, and completed. */
const files: readonly string[] = [
  "src/base/list.ts",
  ...["waiter", "leaf", "select", "joiners", "cancel"].map((name) => `src/core/${name}.ts`),
  ...["channel", "leaves", "broadcast"].map((name) => `src/channel/${name}.ts`),
  ...filesBelow("src/sync", ".ts"),
  ...["sleep", "timer"].map((name) => `src/time/${name}.ts`),
];

/** Blocks that need not be reached, and why. All that is given must fit. */
interface Exception {
  readonly why: string;
  readonly file?: string;
  /** The function around it. */
  readonly within?: RegExp;
  readonly text?: RegExp;
}

const exceptions: readonly Exception[] = [
  { why: "misuse", text: /misuse\(|MisuseError\(|notCases\(|remedyFor\(|this\.refuse\(\)/ },
  { why: "reports, in words", within: /^(describe|get said|saidOf|byWhom|closedError|probed)$/ },
  { why: "reports, in words", text: /^\[INSPECT\]/ },
  { why: "an invariant that holds", within: /^check$/ },
  {
    why: "operations iterated by hand, which is misuse",
    file: "src/core/leaf.ts",
    within: /^(throw|return|withdraw)$/,
  },
  { why: "operations iterated by hand", file: "src/core/cancel.ts", within: /^(leaveScope|lookAgain)$/ },
  { why: "only without a policy, where nothing is left to choose", file: "src/core/select.ts", text: /^: key1$/ },
  {
    why: "only where another thread was quicker, and an exploration has one; test/regress/ready-no-longer.test.ts reaches it",
    file: "src/core/select.ts",
    within: /^pollAny$/,
  },
  { why: "the same", file: "src/core/select.ts", text: /^\? this\.pollAny\(\)$/ },
  { why: "only without a policy", file: "src/channel/leaves.ts", text: /^\? this\.finish\(raw\)$/ },
  { why: "its one caller has looked", file: "src/core/joiners.ts", within: /^wakeJoiners$/, text: /^return null/ },
  { why: "never a case of a select", file: "src/sync/isolated.ts", within: /^(ready|fails)$/ },
  { why: "never a case of a select", file: "src/sync/condition.ts", within: /^ready$/ },
  { why: "more than 250 holders", file: "src/sync/cycle.ts", within: /^circleOf$/, text: /^return null/ },
  { why: "asked only of who has begun to wait", file: "src/sync/mutex.ts", within: /^blockers$/ },
  { why: "after four thousand million locks", file: "src/sync/mutex.ts", text: /^\|\| 1$/ },
  { why: "answers a misuse of Condition", within: /^restore$/, text: /^return false/ },
  { why: "in the heap only while somebody waits", file: "src/time/timer.ts", within: /^fire$/, text: /^return/ },
];

const fits = ({ file, within, text }: Exception, where: string, block: Block): boolean =>
  (file === undefined || file === where) &&
  (within === undefined || within.test(block.within)) &&
  (text === undefined || text.test(block.text));

const places = process.argv.slice(2);
const explorations = filesBelow("test", ".explore.ts").filter(
  (file) => places.length === 0 || places.some((place) => file === place || file.startsWith(`${place}/`)),
);

const folder = mkdtempSync(join(tmpdir(), "offshoot-coverage-"));
const args = ["--conditions=offshoot/source", "--expose-gc", "--test", "--test-reporter=dot", ...explorations];
const ran = await tool(process.execPath, args, { env: { NODE_V8_COVERAGE: folder } });
const reports = readdirSync(folder).map((name) => readFileSync(join(folder, name), "utf8"));
rmSync(folder, { recursive: true });

if (ran.code !== 0) fail(`the explorations have failed\n${ran.stdout}${ran.stderr}`);
else {
  const unused = new Set(exceptions);
  let found = 0;
  for (const file of files) {
    const source = readFileSync(join(root, file), "utf8");
    const blocks = blocksOf(reports, pathToFileURL(join(root, file)).href, source);
    const missed = blocks.filter(({ count }) => count === 0);
    const excepted = missed.filter((block) => {
      const exception = exceptions.find((each) => fits(each, file, block));
      if (exception !== undefined) unused.delete(exception);
      return exception !== undefined;
    });
    const reached = blocks.length - missed.length;
    const also = excepted.length === 0 ? "" : `, ${excepted.length} excepted`;
    console.log(
      `${file.padEnd(28)} ${String(reached).padStart(4)} of ${String(blocks.length).padStart(3)} branches${also}`,
    );
    for (const block of missed) {
      if (excepted.includes(block)) continue;
      found++;
      console.log(`    line ${block.line}, in ${block.within}: ${block.text.slice(0, 110)}`);
    }
  }
  if (found > 0) fail(`${found} branches are reached by no exploration`);
  if (places.length === 0) for (const { why } of unused) fail(`an exception that nothing needs: ${why}`);
}
