// A payment through a bank that may answer late. Whoever has waited long enough asks again; but the first request may have been carried out.

import assert from "node:assert/strict";
import { type Channel, channel, go, named, type Operation, restart, sleep, TimeoutError, timeout } from "offshoot";

export type Client = "asks again" | "asks again, with a key";

interface Request {
  /** The same when the same is asked again. */
  readonly key: string | null;
  readonly answer: Channel<string>;
}

/** Pays once, and returns what the client was told. */
export function* purchase(client: Client): Operation<string> {
  const requests = channel<Request>(2, { name: "requests" });
  let paid = 0;

  const bank = go(
    named("bank", function* (): Operation<void> {
      const done = new Map<string, string>();
      for (;;) {
        const request = yield* requests.next();
        if (request.done) return;
        const { key, answer } = request.value;
        let receipt = key === null ? undefined : done.get(key);
        if (receipt === undefined) {
          yield* sleep(10);
          paid++;
          receipt = `receipt ${paid}`;
          if (key !== null) done.set(key, receipt);
        }
        answer.trySend(receipt); // there is a place, whether anybody still waits or not
      }
    }),
  );

  function* ask(): Operation<string> {
    const answer = channel<string>(1, { name: "answer" });
    yield* requests.send({ key: client === "asks again" ? null : "order 1", answer });
    return yield* answer.receive();
  }

  let told = "nothing";
  try {
    told = yield* restart(() => timeout(100, ask()), { attempts: 2, backoff: false });
  } catch (error) {
    if (!(error instanceof TimeoutError)) throw error;
  }
  requests.close();
  yield* bank;
  assert.ok(paid <= 1, `paid ${paid} times`);
  return told;
}
