// A chat for terminals: everybody hears what one says.
//
//   node --conditions=offshoot/source examples/chat/main.ts          two guests of its own talk, and then it is closed
//   node --conditions=offshoot/source examples/chat/main.ts PORT     listens there, on this machine: come with nc 127.0.0.1 PORT
//
// Exit code 0: closed, with Ctrl-C or after the demonstration; 1: it could not listen; 2: called wrongly. A second Ctrl-C ends at once.

import { type Operation, run } from "offshoot";
import { type Component, graphline } from "offshoot/component";
import { Chat } from "./chat.ts";
import { talk } from "./demo.ts";
import { Listener } from "./listener.ts";

const port = readArguments(process.argv.slice(2));
const listener = new Listener(port ?? 0);
const close = (): void => listener.stop(); // the chat then says goodbye to all

process.once("SIGINT", close);
try {
  await run(() =>
    graphline({
      parts: { listener, chat: new Chat(), opened: port === null ? demonstrate : announce, failed: complain },
      links: { "listener.outbox": "chat.inbox", "listener.port": "opened.inbox", "chat.failed": "failed.inbox" },
    }),
  );
} catch (error) {
  if (!(error instanceof Error && "syscall" in error)) throw error;
  console.error(`chat: ${error.message}`);
  process.exitCode = 1;
}
process.off("SIGINT", close);

function* demonstrate(self: Component<{ inbox: number }>): Operation<void> {
  yield* talk(yield* self.receive(), console.log, close);
}

function* announce(self: Component<{ inbox: number }>): Operation<void> {
  console.log(`come with: nc 127.0.0.1 ${yield* self.receive()}`);
}

function* complain(self: Component<{ inbox: unknown }>): Operation<void> {
  for (let error = yield* self.next(); !error.done; error = yield* self.next())
    console.error("chat: a guest has met with", error.value);
}

/** The port; null for the demonstration. */
function readArguments(args: readonly string[]): number | null {
  const [text] = args;
  if (text === undefined) return null;
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (args.length === 1 && number <= 65_535) return number;
  console.error(`chat: not a port: ${args.join(" ")}; usage: chat [PORT]`);
  process.exit(2);
}
