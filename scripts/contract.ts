// Holds the doors to their contracts: names, and types that may stand where the contract's stand.
//
//   1 every name of the contract is exported, or is pending; a pending name is not exported yet
//   2 what is exported is compared by the compiler, in a file made here:
//     functions and constants  ours may be used where the contract's are
//     classes                  the same for what they construct, and for the constructor if users call it
//     types                    ours go where the contract's go; types that users hand in go the other way
//
// A `unique symbol` is another one in each file that declares it, and the compiler does not relate two conditional types
// before their parameter is known. So the copy of the contract that is compared takes both from the built package; the
// conditional types are held to the contract's own at samples, in a second copy. The contract lives beside the repository; without it this check is skipped.

import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { builtDoors, exportsOf } from "./lib/doors.ts";
import { lex } from "./lib/lex.ts";
import { declaredExports } from "./lib/modules.ts";
import { fail, needBuild, root, tool } from "./lib/tool.ts";

const FOLDER = ".cache/contract";

interface Door {
  readonly name: string;
  /** The contract, beside the repository. */
  readonly contract: string;
  /** Names of the contract that are not built yet. It only ever shrinks. */
  readonly pending: readonly string[];
  /** Names that are there, and whose types lack something of the contract's yet. It only ever shrinks. */
  readonly unfinished: readonly string[];
}

const DOORS: readonly Door[] = [
  { name: "offshoot", contract: join(root, "../shared/contract/offshoot.d.ts"), pending: [], unfinished: [] },
  {
    name: "offshoot/parallel",
    contract: join(root, "../shared/contract/parallel.d.ts"),
    pending: [],
    unfinished: [],
  },
  {
    name: "offshoot/testing",
    contract: join(root, "../shared/contract/testing.d.ts"),
    pending: [],
    unfinished: [],
  },
];

/** Types that are recognised by a `unique symbol`. */
const BRANDED = ["Suspend", "BufferPolicy", "RemoteFunction"];
/** Types that users hand in: the contract's must be accepted where ours stand. */
const INWARD = new Set(
  "RunOptions GroupOptions ChannelOptions BroadcastOptions Emitter Cases Body SimulateOptions PoolOptions".split(" "),
);
/** Types that are computed from others: they must be the same, so they are compared both ways. */
const COMPUTED = new Set("Outcome Checked Result Results Selected Remote Owned".split(" "));
/** What a generic type is compared at, where a plain object would not do. */
const ARGUMENTS: Readonly<Record<string, string>> = {
  Outcome: "<C.Operation<1> | Promise<2> | 3>",
  Checked: "<Generator<C.Suspend, 1> | Generator<4, 1> | AsyncGenerator<5> | 3>",
  Result: "<C.Selectable<1> | C.Task<2>>",
  Results: "<{ readonly a: C.Selectable<1>; readonly b: C.Operation<2> }>",
  Selected: "<{ a: C.Selectable<1>; b: C.Selectable<2> } | readonly [C.Selectable<3>, C.Selectable<4>]>",
  SingleFlight: "<string, number>",
  Remote:
    "<{ f(a: number): string; readonly g: (x: 1) => Promise<2>; h(): Generator<import('../../dist/index.js').Suspend, 3>; i(): Generator<4, 5>; n: 6 }>",
  Owned:
    "<{ f(a: number): string; readonly g: (x: 1) => Promise<2>; h(): Generator<import('../../dist/index.js').Suspend, 3>; n: 6 }>",
};

if (DOORS.every(({ contract }) => existsSync(contract))) {
  needBuild();
  for (const door of DOORS) await check(door);
} else {
  console.log("skipped: contract not found beside the repository; the doors were not compared with it");
}

async function check({ name: door, contract, pending, unfinished }: Door): Promise<void> {
  const text = readFileSync(contract, "utf8").replaceAll('"./offshoot.js"', '"../../dist/index.js"');
  const promised = declaredExports(lex(text));
  const built = new Map((await exportsOf()).get(door)!.map((found) => [found.name, found]));

  for (const { name, type } of promised) {
    const found = built.get(name);
    if (found === undefined && !pending.includes(name)) fail(`"${name}" is in the contract and is not exported`);
    if (found !== undefined && pending.includes(name)) fail(`"${name}" is exported: take it off the pending ones`);
    if (found?.type && !type) fail(`"${name}" is exported as a type only; the contract has a value`);
  }
  for (const name of [...pending, ...unfinished])
    if (!promised.some((other) => other.name === name))
      fail(`"${name}" is pending or unfinished and not in the contract`);

  const shared = promised.filter(({ name }) => built.has(name) && !unfinished.includes(name));
  rmSync(join(root, FOLDER), { recursive: true, force: true });
  mkdirSync(join(root, FOLDER), { recursive: true });
  const module = `../../${builtDoors().get(door)}.js`;
  const branded = BRANDED.filter((name) => built.has(name));
  const computed = [...COMPUTED].filter((name) => built.has(name));
  writeFileSync(join(root, FOLDER, "contract.d.ts"), taking([...branded, ...computed], text, module));
  writeFileSync(join(root, FOLDER, "computed.d.ts"), taking(branded, text, module));
  const lines = comparison(text, shared, module);
  writeFileSync(join(root, FOLDER, "compare.ts"), `${lines.join("\n")}\n`);
  const options = { noEmit: true, noUnusedLocals: false };
  const config = { extends: "../../tsconfig.base.json", compilerOptions: options, files: ["compare.ts"] };
  writeFileSync(join(root, FOLDER, "tsconfig.json"), JSON.stringify(config));
  const ran = await tool("tsc", ["-p", `${FOLDER}/tsconfig.json`]);
  if (ran.code === 0) return;
  const nameOf = (line: string): string => lines[Number(line) - 1]?.split("// ")[1] ?? "?";
  fail((ran.stdout + ran.stderr).replace(/^.*compare\.ts\((\d+),\d+\)/gm, (_, line: string) => `"${nameOf(line)}"`));
}

/** The contract, with `names` taken from the built package; its own declarations of them are put out of the way. */
function taking(names: readonly string[], text: string, module: string): string {
  const brands = /^(declare const )(?=write_yield_star\b|policyBrand\b|remoteBrand\b)/gm;
  let copy = text.replace(brands, "declare const _");
  for (const name of names) copy = copy.replace(new RegExp(`^export (interface|type) ${name}\\b`, "m"), `$1 _${name}`);
  copy = copy.replace(/\[(write_yield_star|policyBrand|remoteBrand)\]/g, "[_$1]");
  const list = names.join(", ");
  if (names.length === 0) return copy;
  return `import type { ${list} } from "${module}";\nexport type { ${list} };\n${copy}`;
}

/** One line of TypeScript for each comparison; the name stands behind it. */
function comparison(text: string, shared: readonly { name: string; type: boolean }[], built: string): string[] {
  const lines = [
    `import type * as O from "${built}";`,
    'import type * as C from "./contract.d.ts";',
    'import type * as P from "./computed.d.ts";',
    "/** An error at T: what is exported does not fit the contract. */",
    "type Fits<T extends Wanted, Wanted> = [T, Wanted];",
    "type Class<I> = abstract new (...args: never) => I;",
  ];
  for (const { name, type } of shared) {
    if (BRANDED.includes(name)) continue;
    const line = (from: string, to: string): number =>
      lines.push(`export type _${lines.length} = Fits<${from}, ${to}>; // ${name}`);
    const generic = new RegExp(`^export (?:declare )?(?:class|interface|type) ${name}<`, "m").test(text);
    const args = ARGUMENTS[name] ?? (generic ? "<any>" : "");
    const isClass = new RegExp(`^export class ${name}\\b`, "m").test(text);
    if (isClass) {
      line(`O.${name}${args}`, `C.${name}${args}`);
      line(`typeof O.${name}`, `Class<C.${name}${args}>`);
      if (!/Error$|^Cancelled$|^EndOfChannel$/.test(name)) line(`typeof O.${name}`, `typeof C.${name}`);
    } else if (!type) {
      line(`typeof O.${name}`, `typeof C.${name}`);
    } else {
      const at = generic ? (ARGUMENTS[name] ?? "<{ readonly sample: string }>") : "";
      const theirs = `${COMPUTED.has(name) ? "P" : "C"}.${name}${at}`;
      if (!INWARD.has(name)) line(`O.${name}${at}`, theirs);
      if (INWARD.has(name) || COMPUTED.has(name)) line(theirs, `O.${name}${at}`);
    }
  }
  return lines;
}
