// unixProcess: a command of the system, with its standard input, output and error as boxes.
//
//   1 start it, or fail with an error that names the command
//   2 feed it what comes, and give what it writes: none of the three waits for another, each waits for room
//   3 when it has closed its output, wait for its exit, and tell that
//   4 however it went: it is ended, and gone before the component is

import { type ChildProcess, spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { ClosedError, describeValue } from "../../base/errors.ts";
import { shield } from "../../core/extent.ts";
import { misuse } from "../../core/leaf.ts";
import type { Operation } from "../../core/types.ts";
import { callback } from "../../flow/callback.ts";
import { group } from "../../flow/group.ts";
import { until } from "../../flow/until.ts";
import { Component } from "../component.ts";
import { ResourceError } from "../errors.ts";
import type { ProducerFinished } from "../signal.ts";
import { gathered } from "./file-writer.ts";
import { ChunkSource, write } from "./node-streams.ts";
import { type Data, flag, labelOf, milliseconds, optionsOf, type PartOptions, text } from "./options.ts";
import { Life, type ProcessExit, Tail } from "./process-life.ts";
import { type Caller, resourceError } from "./system.ts";

/** What a `unixProcess` sends on `signal` when its process has ended. */
export interface ProcessFinished extends ProducerFinished, ProcessExit {}

export interface UnixProcessOptions extends PartOptions {
  /** The folder it runs in. Default: the current one. */
  readonly cwd?: string | undefined;
  /** Its environment. Default: that of this process. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /** Does it get what comes to the inbox? With false its standard input is empty. Default true. */
  readonly input?: boolean | undefined;
  /** Does the component fail if the process does not exit with 0? Default false: how it has ended is told on `signal`. */
  readonly mustSucceed?: boolean | undefined;
  /** How long it may take to end after SIGTERM, in milliseconds, before it is killed with SIGKILL. Default: 2000. */
  readonly graceMs?: number | undefined;
  /** Does it get a process group of its own, all of which is ended with it? For commands that start others. Default false. */
  readonly processGroup?: boolean | undefined;
}

/** Bytes of what it has written to standard error that an error quotes. */
const QUOTED = 1000;

class UnixProcess extends Component<
  { inbox: Data },
  { outbox: Uint8Array; stderr: Uint8Array; signal: ProcessFinished }
> {
  readonly #command: string;
  readonly #args: readonly string[];
  readonly #options: UnixProcessOptions;

  constructor(command: string, args: readonly string[], options: UnixProcessOptions) {
    super({ name: options.name, outboxes: { stderr: "what it writes to standard error" } });
    this.#command = command;
    this.#args = args;
    this.#options = options;
  }

  override *main(): Operation<void> {
    const { graceMs = 2000, processGroup = false, mustSucceed = false } = this.#options;
    const caller: Caller = { from: "unixProcess", label: labelOf(this) };
    const child = this.#spawn(caller);
    const life = new Life(child, processGroup);
    const errors = new Tail(mustSucceed ? QUOTED : 0);
    const [out, err] = [new ChunkSource(child.stdout as Readable), new ChunkSource(child.stderr as Readable)];
    try {
      yield* this.#started(child, caller);
      yield* this.#converse(child.stdin, out, () => this.#giveErrors(err, errors));
      const exit = yield* until(life.exited);
      if (mustSucceed && exit.code !== 0) throw this.#unsuccessful(exit, errors, caller);
      yield* this.put(Object.freeze({ kind: "producerFinished", from: caller.label, ...exit }), "signal");
    } finally {
      out.leave();
      err.leave();
      yield* shield(life.end(graceMs));
    }
  }

  #spawn(caller: Caller): ChildProcess {
    const { cwd, env, input = true, processGroup = false } = this.#options;
    try {
      return spawn(this.#command, [...this.#args], {
        cwd,
        env: env as NodeJS.ProcessEnv | undefined,
        detached: processGroup,
        stdio: [input ? "pipe" : "ignore", "pipe", "pipe"],
      });
    } catch (error) {
      throw this.#notStarted(error, caller);
    }
  }

  *#started(child: ChildProcess, caller: Caller): Operation<void> {
    try {
      yield* callback<void>((resolve, reject) => {
        child.once("spawn", resolve).once("error", reject);
        return () => child.off("spawn", resolve).off("error", reject);
      });
    } catch (error) {
      if (error instanceof Error && "syscall" in error) throw this.#notStarted(error, caller);
      throw error;
    }
  }

  #notStarted(error: unknown, caller: Caller): ResourceError {
    const what = `could not start ${JSON.stringify(this.#command)}`;
    return resourceError(caller, what, error, "Check the command, the folder and the PATH.");
  }

  #unsuccessful({ code, killedBy }: ProcessExit, errors: Tail, { from, label }: Caller): ResourceError {
    const how = killedBy === null ? `exited with code ${code}` : `was killed by ${killedBy}`;
    const said = errors.text === "" ? "" : `: ${errors.text}`;
    return new ResourceError(
      `${from}: "${label}" ran ${JSON.stringify(this.#command)}, which ${how}${said}. Check its arguments and its input; or leave out mustSucceed, where that is no failure.`,
    );
  }

  /** Feeds it and gives what it writes, until it has closed its output. A consumer that has ended is told by a `ClosedError`. */
  *#converse(stdin: Writable | null, output: ChunkSource, giveErrors: () => Operation<void>): Operation<void> {
    const feed = (): Operation<void> => this.#feed(stdin as Writable);
    const give = (): Operation<void> => this.#give(output);
    yield* group(
      function* (g): Operation<void> {
        if (stdin !== null) g.daemon(feed);
        g.go(giveErrors);
        yield* give();
      },
      { name: this.componentName },
    );
  }

  *#give(output: ChunkSource): Operation<void> {
    for (let chunk = yield* output.next(); chunk !== null; chunk = yield* output.next())
      yield* this.put(chunk as Uint8Array);
  }

  *#feed(stdin: Writable): Operation<void> {
    try {
      for (let item = yield* this.next(); !item.done; item = yield* this.next())
        yield* write(stdin, gathered(item.value, this, "", "unixProcess"));
      stdin.end();
    } catch (error) {
      if (!isBrokenPipe(error)) throw error; // it takes no more, which is its right; who feeds it waits until it has ended
    }
  }

  *#giveErrors(source: ChunkSource, errors: Tail): Operation<void> {
    let wanted = true;
    for (let chunk = yield* source.next(); chunk !== null; chunk = yield* source.next()) {
      errors.add(chunk as Uint8Array);
      try {
        if (wanted) yield* this.put(chunk as Uint8Array, "stderr");
      } catch (error) {
        if (!(error instanceof ClosedError)) throw error;
        wanted = false; // it must be able to go on writing
      }
    }
  }
}

function isBrokenPipe(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return (
    code === "EPIPE" ||
    code === "ECONNRESET" ||
    code === "ERR_STREAM_DESTROYED" ||
    code === "ERR_STREAM_WRITE_AFTER_END"
  );
}

/**
 * Runs a command: what comes is fed to its standard input, which ends when there is no more; what it writes is given, standard error at the outbox `stderr`. A
 * process that is faster than those who take its output is held up by the system, and so is who feeds a slow one. The command is started as it is,
 * without a shell.
 *
 * Ends when the process has exited and closed its output. How it ended is told on `signal`, as a `ProcessFinished`. When nobody takes its output
 * any more it is ended. Messages for a process that takes no more wait until it has ended.
 *
 * **Cancellation.** It gets SIGTERM, and SIGKILL if it still runs `graceMs` later; the component ends when it is gone. It is killed too when this process exits.
 *
 * @throws {@link ResourceError} if it cannot be started, and for `mustSucceed`; {@link MisuseError} at the call for arguments that make no sense
 * @example
 * pipeline(fileReader("words"), unixProcess("sort", ["-u"], { mustSucceed: true }), fileWriter("sorted"));
 */
export function unixProcess(
  command: string,
  args: readonly string[] = [],
  options: UnixProcessOptions = {},
): Component<{ inbox: Data }, { outbox: Uint8Array; stderr: Uint8Array; signal: ProcessFinished }> {
  text(command, "the command", "unixProcess");
  if (!Array.isArray(args) || args.some((arg) => typeof arg !== "string"))
    throw misuse(`unixProcess: the arguments must be an array of strings, got ${describeValue(args)}.`);
  const { graceMs = 2000, input = true, mustSucceed = false, processGroup = false } = optionsOf(options, "unixProcess");
  milliseconds(graceMs, "graceMs", "unixProcess");
  for (const [what, value] of Object.entries({ input, mustSucceed, processGroup })) flag(value, what, "unixProcess");
  return new UnixProcess(command, args, options);
}
