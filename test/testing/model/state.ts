// One state of a program of the model. Every operation is here in its most plain form, and who waits stands in a list, served first come, first served.

import { accessesOf, groupOf, type Location } from "./accesses.ts";
import { beginning, copied, type Data, isReady, type Permits, type Shared, type Task } from "./data.ts";
import { History } from "./history.ts";
import { type Op, operationOf, outcomeOf, type Program, registerOf, type Source, verdictOf } from "./program.ts";

const at = <T>(list: readonly T[], i: number): T => list[i] as T;

export class State {
  readonly data: Data;
  /** How the run came here: no part of the state. */
  readonly history: History;
  private readonly program: Program;

  constructor(
    program: Program,
    data: Data = beginning(program),
    history: History = new History(data.channels.map(() => 0)),
  ) {
    this.data = data;
    this.history = history;
    this.program = program;
  }

  copy(): State {
    return new State(this.program, copied(this.data), this.history.copy());
  }

  /** What comes next in a task; undefined at its end. */
  next(task: number): Op | undefined {
    return this.program.tasks[task]?.[this.task(task).at];
  }

  /** Has everything ended that was started? Then the outcome, else who waits for what. */
  result(): { readonly outcome: string } | { readonly blocked: string } {
    const blocked = this.data.tasks.flatMap(({ status }, i) =>
      status === "waiting" ? [[i, operationOf(this.next(i) as Op) as string] as const] : [],
    );
    if (blocked.length > 0) return { blocked: verdictOf(blocked) };
    const registers = this.data.tasks.map((task) => task.registers);
    return { outcome: outcomeOf(this.data.cells, registers) };
  }

  /** In how many ways can what comes next in a task be performed? A select takes any case that is ready. */
  ways(task: number): number {
    const op = this.next(task);
    return op?.[0] === "select" ? Math.max(this.readyOf(op[1]).length, 1) : 1;
  }

  /** Performs what comes next in a task. False if the task gives up its turn by that: it waits, or it is at the tail of the queue. */
  perform(task: number, pick = 0): boolean {
    const op = this.next(task) as Op;
    const [kind, id] = op as readonly [Op[0], number];
    this.noteAccesses(task, op, pick);
    switch (kind) {
      case "lock":
        return this.take(task, at(this.data.mutexes, id), 1);
      case "unlock":
        return this.give(task, at(this.data.mutexes, id), 1);
      case "acquire":
        return this.take(task, at(this.data.semaphores, id), op[2] as number);
      case "release":
        return this.give(task, at(this.data.semaphores, id), op[2] as number);
      case "write-lock":
      case "read-lock":
      case "write-unlock":
      case "read-unlock":
        return this.share(task, kind, at(this.data.rwlocks, id));
      case "send":
        return this.send(task, id, this.value(task, op[2] as Source));
      case "receive":
        return this.receive(task, id);
      case "select":
        return this.select(task, op[1] as readonly number[], pick);
      case "close": {
        const channel = at(this.data.channels, id);
        channel.closed = true;
        for (const receiver of channel.receivers.splice(0)) this.wake(receiver, -1);
        for (const sender of channel.senders.splice(0)) this.wake(sender.task, -1);
        return this.done(task);
      }
      case "get":
        return this.done(task, at(this.data.cells, id));
      case "set":
        this.data.cells[id] = this.value(task, op[2] as Source);
        return this.done(task);
      case "update":
        this.data.cells[id] = at(this.data.cells, id) + this.value(task, op[2] as Source);
        return this.done(task, this.data.cells[id]);
      case "swap": {
        const same = this.data.cells[id] === this.value(task, op[2] as Source);
        if (same) this.data.cells[id] = this.value(task, op[3] as Source);
        return this.done(task, same ? 1 : 0);
      }
      case "add": {
        const group = at(this.data.waitgroups, id);
        group.count += op[2] as number;
        if (group.count === 0) for (const waiter of group.line.splice(0)) this.wake(waiter, 1, groupOf(id));
        return this.done(task);
      }
      case "wait": {
        const { count, line } = at(this.data.waitgroups, id);
        return count === 0 ? this.done(task) : this.park(task, line);
      }
      case "open": {
        const latch = at(this.data.latches, id);
        latch.open = true;
        for (const waiter of latch.line.splice(0)) this.wake(waiter);
        return this.done(task);
      }
      case "pass": {
        const { open, line } = at(this.data.latches, id);
        return open ? this.done(task) : this.park(task, line);
      }
      case "meet": {
        const { parties, line } = at(this.data.barriers, id);
        if (line.length + 1 < parties) return this.park(task, line);
        for (const [place, waiter] of line.splice(0).entries()) this.wake(waiter, place);
        return this.done(task, parties - 1);
      }
      case "yield":
        this.done(task);
        this.data.queue.push(task);
        return false;
      case "join":
        return this.task(id).status === "ended" ? this.done(task) : this.park(task, this.task(id).joiners);
      case "spawn":
        Object.assign(this.task(id), { status: "alive", owner: task });
        this.task(task).children++;
        this.data.queue.push(id);
        this.history.note("spawn", id);
        return this.done(task);
      case "put":
      case "plus": {
        const { registers } = this.task(task);
        const name = op[1] as string;
        registers[name] = (kind === "put" ? 0 : this.value(task, name)) + this.value(task, op[2] as Source);
        return this.done(task);
      }
      case "skip":
        this.task(task).at += this.value(task, op[2] as string) === op[3] ? 1 + id : 1;
        return true;
    }
  }

  /** The body of a task has come to its end: the task ends when its children have, and then perhaps its owner. */
  finish(task: number): void {
    const ending = this.task(task);
    ending.status = "returned";
    if (ending.children > 0) return;
    ending.status = "ended";
    this.history.note("end", task, ending.owner);
    for (const joiner of ending.joiners.splice(0)) this.wake(joiner);
    if (ending.owner < 0) return;
    const owner = this.task(ending.owner);
    owner.children--;
    if (owner.status === "returned") this.finish(ending.owner);
  }

  private task(task: number): Task {
    return at(this.data.tasks, task);
  }

  private value(task: number, source: Source): number {
    return typeof source === "number" ? source : (this.task(task).registers[source] ?? 0);
  }

  /** The operation of a task has completed. */
  private done(task: number, value = 1): true {
    const into = registerOf(this.next(task) as Op);
    if (into !== undefined) this.task(task).registers[into] = value;
    this.task(task).at++;
    return true;
  }

  private wake(task: number, value?: number, after: Location | null = null): void {
    this.history.note("wake", task, after);
    this.task(task).status = "alive";
    if (this.next(task)?.[0] === "select")
      for (const channel of this.data.channels) channel.receivers = channel.receivers.filter((other) => other !== task);
    this.done(task, value);
    this.data.queue.push(task);
  }

  private park<T>(task: number, line: T[], entry: T = task as T): false {
    this.task(task).status = "waiting";
    line.push(entry);
    return false;
  }

  private take(task: number, permits: Permits, n: number): boolean {
    if (permits.line.length > 0 || permits.free < n) return this.park(task, permits.line, { task, n });
    permits.free -= n;
    return this.done(task);
  }

  private give(task: number, permits: Permits, n: number): boolean {
    permits.free += n;
    for (let first = permits.line[0]; first !== undefined && first.n <= permits.free; first = permits.line[0]) {
      permits.line.shift();
      permits.free -= first.n;
      this.wake(first.task);
    }
    return this.done(task);
  }

  private share(task: number, kind: string, lock: Shared): boolean {
    if (kind === "write-lock") {
      if (lock.writing || lock.readers > 0) return this.park(task, lock.writersInLine);
      lock.writing = true;
      return this.done(task);
    }
    if (kind === "read-lock") {
      if (lock.writing || lock.writersInLine.length > 0) return this.park(task, lock.readersInLine);
      lock.readers++;
      return this.done(task);
    }
    // A writer that leaves lets in all readers, or if there is none the next writer; the last reader that leaves lets in the next writer.
    if (kind === "write-unlock") lock.writing = false;
    else lock.readers--;
    const entering = kind === "write-unlock" ? lock.readersInLine.splice(0) : [];
    for (const reader of entering) this.wake(reader);
    lock.readers += entering.length;
    const writer = lock.readers === 0 ? lock.writersInLine.shift() : undefined;
    if (writer !== undefined) {
      lock.writing = true;
      this.wake(writer);
    }
    return this.done(task);
  }

  private send(task: number, id: number, value: number): boolean {
    const channel = at(this.data.channels, id);
    if (channel.closed) return this.done(task, -1);
    const receiver = channel.receivers.shift();
    if (receiver !== undefined) this.wake(receiver, value);
    else if (channel.values.length < channel.capacity) channel.values.push(value);
    else return this.park(task, channel.senders, { task, value });
    this.accept(id);
    return this.done(task);
  }

  private receive(task: number, id: number): boolean {
    const channel = at(this.data.channels, id);
    const sender = channel.values.length > 0 || channel.senders.length > 0 ? channel.senders.shift() : undefined;
    if (sender !== undefined) {
      channel.values.push(sender.value);
      this.accept(id);
      this.wake(sender.task);
    }
    const value = channel.values.shift();
    if (value !== undefined) return this.done(task, value);
    return channel.closed ? this.done(task, -1) : this.park(task, channel.receivers);
  }

  private accept(channel: number): void {
    this.history.accepted[channel] = at(this.history.accepted, channel) + 1;
  }

  private readyOf(channels: readonly number[]): number[] {
    return channels.filter((id) => isReady(at(this.data.channels, id)));
  }

  private select(task: number, channels: readonly number[], pick: number): boolean {
    const chosen = this.readyOf(channels)[pick];
    if (chosen !== undefined) return this.receive(task, chosen);
    for (const id of channels) this.park(task, at(this.data.channels, id).receivers);
    return false;
  }

  private noteAccesses(task: number, op: Op, pick: number): void {
    const chosen = op[0] === "select" ? this.readyOf(op[1])[pick] : undefined;
    const expected = op[0] === "swap" ? this.value(task, op[2]) : 0;
    const changes = op[0] === "swap" && at(this.data.cells, op[1]) === expected && this.value(task, op[3]) !== expected;
    const { accepted } = this.history;
    const circumstances = { accepted, chosen, changes, next: (other: number) => this.next(other) };
    for (const access of accessesOf(op, this.data, circumstances)) this.history.note("access", access);
  }
}
