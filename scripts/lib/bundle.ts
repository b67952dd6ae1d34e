// Puts the modules of the package, as tsc has made them, into the few files that are published.
//
// Every module that is loaded costs a thread half a millisecond and 80 KiB, however small it is, and the package has more than two hundred. So there is
// one file for each part that is needed together. The state of a module must be there once, whoever loads it: no module is in two files.

import { existsSync, readFileSync } from "node:fs";
import { basename, join, posix, relative, sep } from "node:path";
import { type GetModuleInfo, type Plugin, rollup } from "rollup";

/** Where to start: the files of these names keep their place, and their exports. */
const PLACES = ["component/placement/entry/process", "component/placement/entry/thread"];
const ENTRIES = [
  "index",
  "component/index",
  "component/store",
  ...PLACES,
  "parallel/index",
  "parallel/entry/process",
  "parallel/entry/worker",
  "testing/index",
];

/** What a worker may yet need, whatever it was started for. */
const KINDS = [
  "parallel/shared-channel",
  ...["barrier", "counter", "interlocked-list", "latch", "list", "map", "mutex"].map(
    (kind) => `parallel/shared/${kind}`,
  ),
  ...["rwlock", "semaphore", "waitgroup"].map((kind) => `parallel/shared/${kind}`),
];

const WORK = ["parallel/entry/chunk", "parallel/entry/process", "parallel/entry/worker"];

interface Part {
  readonly name: string;
  /** It has these and all that they import, but for what the parts before it have. */
  readonly roots: readonly string[];
  /** Of that, only what these import too. */
  readonly within?: readonly string[];
}

/** Each imports only from those before it. */
const PARTS: readonly Part[] = [
  { name: "core", roots: ["index"], within: [...WORK, ...KINDS, "testing/index"] },
  { name: "threads", roots: WORK },
  { name: "shared", roots: KINDS },
  { name: "front", roots: ["index"] },
  { name: "ours", roots: ["parallel/codec/ours"] }, // loaded by workers whose functions know the front door alone
  { name: "pool", roots: ["parallel/index"] },
  { name: "store", roots: ["component/store"] },
  { name: "component", roots: ["component/index", ...PLACES] },
  { name: "testing", roots: ["testing/index"] },
  { name: "failures", roots: ["parallel/entry/failures"] },
];

/** Bundles the modules below `from` into `to`. */
export async function bundle(from: string, to: string): Promise<void> {
  const fileOf = (name: string): string => join(from, `${name}.js`);
  let parts: ReadonlyMap<string, string> | null = null;
  const built = await rollup({
    input: Object.fromEntries(ENTRIES.map((name) => [name, fileOf(name)])),
    external: (id) => !/^[./]/.test(id) && !existsSync(id),
    preserveEntrySignatures: "strict",
    plugins: [mapped, placed(from)],
    onLog(_level, log) {
      if (log.code !== "THIS_IS_UNDEFINED") throw new Error(`bundle: ${log.message}`); // a helper of tsc asks for it
    },
  });
  await built.write({
    dir: to,
    format: "es",
    generatedCode: "es2015",
    sourcemap: true,
    hoistTransitiveImports: false,
    minifyInternalExports: false,
    entryFileNames: "[name].js",
    chunkFileNames: "chunks/[name].js",
    manualChunks(id, { getModuleInfo }) {
      parts ??= assign(fileOf, getModuleInfo);
      const part = parts.get(id);
      if (part === undefined) throw new Error(`bundle: ${relative(from, id)} is in no part`);
      return ENTRIES.some((name) => fileOf(name) === id) ? undefined : part;
    },
  });
  await built.close();
}

/** Each module to the name of its part. */
function assign(fileOf: (name: string) => string, getModuleInfo: GetModuleInfo): Map<string, string> {
  const reached = (roots: readonly string[]): Set<string> => {
    const found = new Set(roots.map(fileOf));
    for (const id of found)
      for (const imported of getModuleInfo(id)?.importedIds ?? []) {
        if (getModuleInfo(imported)?.isExternal === false) found.add(imported);
      }
    return found;
  };
  const parts = new Map<string, string>();
  for (const { name, roots, within } of PARTS) {
    const also = within === undefined ? null : reached(within);
    for (const id of reached(roots)) if (!parts.has(id) && (also?.has(id) ?? true)) parts.set(id, name);
  }
  return parts;
}

/** Hands on the source maps of tsc, so that those of the bundle lead to the sources. */
const mapped: Plugin = {
  name: "mapped",
  load(id) {
    const code = readFileSync(id, "utf8").replace(/\n\/\/# sourceMappingURL=.*\s*$/, "\n");
    return { code, map: readFileSync(`${id}.map`, "utf8") };
  },
};

/** In the bundle `import.meta.url` means what it means in the sources: the place where the module would be, were it a file of its own. */
function placed(from: string): Plugin {
  return {
    name: "placed",
    resolveImportMeta(property, { chunkId, moduleId }) {
      if (property !== "url") return null;
      const place = relative(from, moduleId).split(sep).join("/");
      const way = posix.relative(posix.dirname(chunkId), place);
      return way === basename(chunkId) ? null : `new URL(${JSON.stringify(way)}, import.meta.url).href`;
    },
  };
}
