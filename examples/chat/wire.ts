// A connection as a component: what comes to its inbox is written, what it reads goes to its outbox.

import type { Duplex } from "node:stream";
import { Cancelled, callback, fromIterable, group, type Operation } from "offshoot";
import { Component, producerFinished } from "offshoot/component";

/**
 * Ends when nothing more is to be written and all that was is sent, and closes the connection then, whether the other side has or not. When the other side has
 * closed it, or it broke, no more comes from its outbox; what is still to be written then is discarded.
 */
export class Wire extends Component<{ inbox: string }, { outbox: string }> {
  readonly #stream: Duplex;

  constructor(stream: Duplex) {
    super();
    this.#stream = stream.setEncoding("utf8");
    stream.on("error", () => {}); // the stream is closed then, which is what counts
  }

  override *main(): Operation<void> {
    const read = (): Operation<void> => this.#read();
    const write = (): Operation<void> => this.#write();
    try {
      yield* group(function* (g): Operation<void> {
        g.daemon(read);
        yield* write();
      });
    } finally {
      this.#stream.destroy();
    }
  }

  *#read(): Operation<void> {
    const pieces = fromIterable<string>(this.#stream);
    try {
      for (let piece = yield* pieces.next(); !piece.done; piece = yield* pieces.next()) yield* this.put(piece.value);
    } catch (error) {
      if (error instanceof Cancelled || !this.#stream.destroyed) throw error;
    } finally {
      pieces.cancel();
    }
    this.send(producerFinished(this.componentName), "signal");
  }

  *#write(): Operation<void> {
    const stream = this.#stream;
    for (let text = yield* this.next(); !text.done; text = yield* this.next())
      if (!stream.destroyed && !stream.write(text.value)) yield* happened(stream, "drain");
    if (stream.destroyed) return;
    stream.end();
    if (!stream.writableFinished) yield* happened(stream, "finish");
  }
}

/** Waits for an event of a stream, or its end. */
function happened(stream: Duplex, event: "drain" | "finish"): Operation<void> {
  return callback<void>((resolve) => {
    const listener = (): void => resolve();
    if (stream.destroyed) resolve();
    stream.on(event, listener).on("close", listener);
    return () => stream.off(event, listener).off("close", listener);
  });
}
