// Something to download from: two small servers on this machine, not quite reliable.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { callback, type Operation } from "offshoot";

const PATHS = ["1", "2", "3", "4", "5", "6", "7", "8", "busy", "slow", "missing"];

/** Performs a body while the servers run, with the URLs of what they have. */
export function* withServers<T>(body: (urls: readonly string[]) => Operation<T>): Operation<T> {
  const servers = [createServer(answers()), createServer(answers())];
  try {
    const urls: string[] = [];
    for (const server of servers) {
      yield* listen(server);
      const { port } = server.address() as AddressInfo;
      for (const path of PATHS) urls.push(`http://127.0.0.1:${port}/${path}`);
    }
    return yield* body(urls);
  } finally {
    for (const server of servers) {
      server.close();
      server.closeAllConnections();
    }
  }
}

function listen(server: Server): Operation<void> {
  return callback<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
    return () => server.off("error", reject);
  });
}

/** Busy is what says so twice; slow is what does not answer the first time. */
function answers(): (request: IncomingMessage, response: ServerResponse) => void {
  const asked = new Map<string, number>();
  return ({ url = "/" }, response) => {
    const time = (asked.get(url) ?? 0) + 1;
    asked.set(url, time);
    if (url === "/slow" && time === 1) return;
    if (url === "/busy" && time <= 2) response.statusCode = 503;
    if (url === "/missing") response.statusCode = 404;
    setTimeout(() => response.end(`${url.repeat(100)}\n`), 5);
  };
}
