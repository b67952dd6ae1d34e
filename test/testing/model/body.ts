// A program of the model as a body for the explorer.

import { inspect } from "node:util";
import {
  Barrier,
  Cancelled,
  ClosedError,
  channel,
  EndOfChannel,
  go,
  Latch,
  Mutex,
  named,
  type Operation,
  RwLock,
  type Selectable,
  Semaphore,
  select,
  type Task,
  WaitGroup,
  yieldNow,
} from "offshoot";
import { type Cell, cell } from "offshoot/testing";
import { many, type Op, operationOf, outcomeOf, type Program, registerOf, type Source, verdictOf } from "./program.ts";

const at = <T>(list: readonly T[], i: number): T => list[i] as T;

/** Another way to perform an operation, that must make no difference. */
export type Wrap = <T>(op: Selectable<T>) => Operation<T>;

export class World {
  readonly program: Program;
  readonly cells: Cell<number>[];
  readonly mutexes: Mutex[];
  readonly rwlocks: RwLock[];
  readonly semaphores: Semaphore[];
  readonly channels: ReturnType<typeof channel<number>>[];
  readonly waitgroups: WaitGroup[];
  readonly latches: Latch[];
  readonly barriers: Barrier[];
  readonly tasks: Task<void>[] = [];
  readonly registers: Record<string, number>[];
  /** Who was cancelled, waiting for what: only a verdict cancels here. */
  private readonly blocked: [task: number, operation: string][] = [];
  private readonly stuck: World[];
  private readonly wrap: Wrap;

  constructor(program: Program, stuck: World[], wrap: Wrap) {
    this.program = program;
    this.stuck = stuck;
    this.wrap = wrap;
    this.cells = (program.cells ?? []).map((value) => cell(value));
    this.mutexes = many(program.mutexes ?? 0, () => new Mutex());
    this.rwlocks = many(program.rwlocks ?? 0, () => new RwLock());
    this.semaphores = (program.semaphores ?? []).map((permits) => new Semaphore(permits));
    this.channels = (program.channels ?? []).map((capacity) => channel<number>(capacity));
    this.waitgroups = many(program.waitgroups ?? 0, () => new WaitGroup());
    this.latches = many(program.latches ?? 0, () => new Latch());
    this.barriers = (program.barriers ?? []).map((parties) => new Barrier(parties));
    this.registers = program.tasks.map(() => ({}));
  }

  /** The text of its outcome is that of the enumerator. */
  [inspect.custom](): string {
    return outcomeOf(
      this.cells.map((each) => each.peek()),
      this.registers,
    );
  }

  *run(task: number): Operation<void> {
    const ops = at(this.program.tasks, task);
    const registers = at(this.registers, task);
    const read = (source: Source): number => (typeof source === "number" ? source : (registers[source] ?? 0));
    for (let i = 0; i < ops.length; i++) {
      const op = at(ops, i);
      const leaf = this.leafOf(op, read);
      if (leaf === null) {
        if (op[0] === "skip") i += read(op[2]) === op[3] ? op[1] : 0;
        else if (op[0] === "put") registers[op[1]] = read(op[2]);
        else if (op[0] === "plus") registers[op[1]] = read(op[1]) + read(op[2]);
        else this.act(op);
        continue;
      }
      let value: unknown;
      try {
        value = yield* op[0] === "yield" ? leaf : this.wrap(leaf);
      } catch (error) {
        if (error instanceof Cancelled) this.isBlocked(task, op);
        if (!(error instanceof EndOfChannel || error instanceof ClosedError)) throw error;
        value = -1;
      }
      const into = registerOf(op);
      if (into !== undefined) registers[into] = typeof value === "number" ? value : value === false ? 0 : 1;
    }
  }

  private leafOf(op: Op, read: (source: Source) => number): Selectable<unknown> | null {
    switch (op[0]) {
      case "lock":
        return at(this.mutexes, op[1]).lock();
      case "write-lock":
        return at(this.rwlocks, op[1]).lock();
      case "read-lock":
        return at(this.rwlocks, op[1]).readLock();
      case "acquire":
        return at(this.semaphores, op[1]).acquire(op[2]);
      case "send":
        return at(this.channels, op[1]).send(read(op[2]));
      case "receive":
        return at(this.channels, op[1]).receive();
      case "select":
        return select(op[1].map((id) => at(this.channels, id).receive())).map(({ value }) => value);
      case "get":
        return at(this.cells, op[1]).get();
      case "set":
        return at(this.cells, op[1]).set(read(op[2]));
      case "update":
        return at(this.cells, op[1]).update((old) => old + read(op[2]));
      case "swap":
        return at(this.cells, op[1]).compareAndSet(read(op[2]), read(op[3]));
      case "wait":
        return at(this.waitgroups, op[1]).wait();
      case "pass":
        return at(this.latches, op[1]).wait();
      case "meet":
        return at(this.barriers, op[1]).wait();
      case "yield":
        return yieldNow();
      case "join":
        return at(this.tasks, op[1]);
      default:
        return null;
    }
  }

  private act(op: Op): void {
    switch (op[0]) {
      case "unlock":
        at(this.mutexes, op[1]).unlock();
        break;
      case "write-unlock":
        at(this.rwlocks, op[1]).unlock();
        break;
      case "read-unlock":
        at(this.rwlocks, op[1]).readUnlock();
        break;
      case "release":
        at(this.semaphores, op[1]).release(op[2]);
        break;
      case "close":
        at(this.channels, op[1]).close();
        break;
      case "add":
        at(this.waitgroups, op[1]).add(op[2]);
        break;
      case "open":
        at(this.latches, op[1]).open();
        break;
      case "spawn":
        this.tasks[op[1]] = go(named(`t${op[1]}`, () => this.run(op[1])));
        break;
    }
  }

  /** In the words of the enumerator. */
  get verdict(): string {
    return verdictOf(this.blocked);
  }

  private isBlocked(task: number, op: Op): void {
    if (this.blocked.length === 0) this.stuck.push(this);
    this.blocked.push([task, operationOf(op) as string]);
  }
}

/** A body for `explore`. The worlds of the runs that could not go on come into `stuck`. */
export function bodyOf(program: Program, stuck: World[], wrap: Wrap = (op) => op): () => Operation<World> {
  return named("t0", function* () {
    const world = new World(program, stuck, wrap);
    yield* world.run(0);
    return world;
  });
}
