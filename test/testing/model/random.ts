// Random programs: a few tasks of a few operations on a few objects, such that nothing in them is misuse. A lock is given back where it was taken, a channel is
// closed once, and what is waited for may never come.

import { many, type Op, type Program } from "./program.ts";

/** Draws whole numbers below n (mulberry32). */
type Draw = (n: number) => number;

function drawer(seed: number): Draw {
  let state = Math.imul(seed + 1, 0x9e3779b1);
  return (n) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * n);
  };
}

const REGISTERS = ["a", "b"];

class Writer {
  private readonly draw: Draw;
  private readonly tasks: Op[][] = [];
  private readonly spawned: number;
  /** The kinds of parts this program is made of: the fewer, the more its tasks have to do with each other. */
  private readonly kinds: readonly number[];
  private closed = [false, false];
  private done = 0;

  constructor(seed: number) {
    this.draw = drawer(seed);
    this.spawned = 2 + this.draw(2);
    this.kinds = many(2 + this.draw(3), () => this.draw(KINDS));
  }

  write(): Program {
    const { draw, spawned } = this;
    const parts = spawned === 2 ? 4 : 3;
    const bodies = many(spawned, (i) => many(1 + draw(parts), () => this.part(i + 1, 1)).flat());
    const own = draw(3) === 0 ? this.part(0, 0) : [];
    const begins = many(spawned, (i): Op => ["spawn", i + 1]);
    // One more may be added than is ever done.
    const count = this.done + (this.done > 0 && draw(4) === 0 ? 1 : 0);
    const main: Op[] = [...(count > 0 ? [["add", 0, count] as const] : []), ...begins, ...own];
    return {
      cells: [0, draw(2)],
      mutexes: 2,
      rwlocks: 1,
      semaphores: [1 + draw(2)],
      channels: [0, 1 + draw(2)],
      waitgroups: 1,
      latches: 1,
      barriers: [2 + draw(2)],
      tasks: [main, ...bodies, ...this.tasks],
    };
  }

  private register(): string {
    return REGISTERS[this.draw(REGISTERS.length)] as string;
  }

  /** Some operations of a task; `depth` says how deep in locks they may still go. */
  private part(task: number, depth: number): Op[] {
    const { draw } = this;
    const inner = (): Op[] => (depth === 0 || draw(3) === 0 ? [] : this.part(task, depth - 1));
    switch (this.kinds[draw(this.kinds.length)]) {
      case 0:
        return [["get", draw(2), this.register()]];
      case 1:
        return [["set", draw(2), draw(2) === 0 ? 1 + draw(2) : this.register()]];
      case 2:
        return [["update", draw(2), 1 + draw(3), this.register()]];
      case 3:
        return [["swap", draw(2), draw(2), 2, this.register()]];
      case 4:
      case 5: {
        const mutex = draw(2);
        return [["lock", mutex], ...inner(), ["unlock", mutex]];
      }
      case 6:
        return [["acquire", 0, 1], ...inner(), ["release", 0, 1]];
      case 7:
        return [["read-lock", 0], ...inner(), ["read-unlock", 0]];
      case 8:
        return [["write-lock", 0], ...inner(), ["write-unlock", 0]];
      case 9:
      case 10:
        return task % 2 === 0 ? this.receive() : this.send();
      case 11:
        return draw(2) === 0 ? this.receive() : this.send();
      case 12:
        this.done++;
        return draw(2) === 0 ? [["add", 0, -1]] : [["yield"], ["add", 0, -1]];
      case 13:
        return draw(2) === 0 ? [["wait", 0]] : [["pass", 0]];
      case 14:
        return draw(2) === 0 ? [["pass", 0]] : [["open", 0]];
      case 15:
        return [["meet", 0, this.register()]];
      case 16:
        return [["yield"]];
      case 17: {
        const other = 1 + draw(this.spawned);
        return other === task ? [["yield"]] : [["join", other]];
      }
      case 18: {
        const skipped = inner();
        return [["skip", skipped.length, this.register(), draw(2)], ...skipped, ["plus", this.register(), 1]];
      }
      default: {
        if (this.tasks.length === 1) return [["yield"]];
        const child = this.spawned + 1;
        const body: Op[] = [];
        this.tasks.push(body);
        body.push(...this.part(child, 0));
        return draw(2) === 0 ? [["spawn", child]] : [["spawn", child], ...inner(), ["join", child]];
      }
    }
  }

  private send(): Op[] {
    const channel = this.draw(2);
    const send: Op = ["send", channel, 10 * channel + 1 + this.draw(5), this.register()];
    if (this.closed[channel] || this.draw(4) > 0) return [send];
    this.closed[channel] = true;
    return this.draw(2) === 0 ? [["close", channel]] : [send, ["close", channel]];
  }

  private receive(): Op[] {
    if (this.draw(3) === 0) return [["select", this.draw(2) === 0 ? [0, 1] : [1, 0], this.register()]];
    return [["receive", this.draw(2), this.register()]];
  }
}

const KINDS = 20;

export function randomProgram(seed: number): Program {
  return new Writer(seed).write();
}
