// Listens at a port, and gives the connections that come. Stopping it closes none of them.

import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { callback, events, type Operation } from "offshoot";
import { Component } from "offshoot/component";

const HOST = "127.0.0.1";

export class Listener extends Component<{ inbox: never }, { outbox: Socket; port: number }> {
  readonly #port: number;

  /** 0: one that is free. */
  constructor(port: number) {
    super({ outboxes: { port: "where it listens, as soon as it does" } });
    this.#port = port;
  }

  override *main(): Operation<void> {
    const server = createServer();
    const connections = events<Socket>(server, "connection");
    let taken: Socket | null = null; // by nobody else yet
    try {
      yield* listening(server, this.#port);
      yield* this.put((server.address() as AddressInfo).port, "port");
      for (let socket = yield* connections.next(); !socket.done; socket = yield* connections.next()) {
        taken = socket.value;
        yield* this.put(taken);
        taken = null;
      }
    } finally {
      taken?.destroy();
      for (let left = connections.tryReceive(); left.ok; left = connections.tryReceive()) left.value.destroy();
      connections.cancel();
      server.close();
    }
  }
}

function listening(server: Server, port: number): Operation<void> {
  return callback<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, HOST, resolve);
    return () => server.off("error", reject);
  });
}
