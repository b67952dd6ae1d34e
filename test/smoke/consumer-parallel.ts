// The same for the door whose types need those of Node.

import { type Operation, run, type Task } from "offshoot";
import { Pool, type Remote, type RemoteFunction, remote, SharedMap, sharedChannel } from "offshoot/parallel";

interface Jobs {
  resize(width: number, factor: number): number;
  crawl(url: string): Promise<string[]>;
}
const jobs: Remote<Jobs> = remote<Jobs>(new URL("./jobs.mjs", import.meta.url));
export const resize: RemoteFunction<[number, number], number> = jobs.resize;
export const parallel: Promise<number> = run(function* (): Operation<number> {
  const pool = new Pool({ threads: 2 });
  const results = sharedChannel<number>(8, { name: "results" });
  const cache = new SharedMap<string[]>({ name: "pages" });
  cache.set("/", yield* pool.run(jobs.crawl, "/"));
  const task: Task<number> = pool.go(jobs.resize, 1, 2);
  yield* results.send(yield* task);
  yield* pool.close();
  return (yield* results.receive()) + (cache.get("/")?.length ?? 0);
});
