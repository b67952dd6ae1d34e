// Where the process of a part begins: it performs the part, and answers how that has ended.

import { named } from "../../../core/body.ts";
import { cancelScope } from "../../../core/cancel.ts";
import { restoreStack, tellOrigin } from "../../../core/origin.ts";
import { Program } from "../../../core/program.ts";
import { install, installed } from "../../../core/runtime.ts";
import { bodyScope, type Tasklet } from "../../../core/task.ts";
import { SUCCEEDED, FAILED as TASK_FAILED } from "../../../core/waiter.ts";
import { NodeHost } from "../../../host/node.ts";
import { decode, encode, type Loader, type Unloader } from "../../../parallel/codec.ts";
import { encodeError } from "../../../parallel/error-codec.ts";
import { ANSWERED, CANCELLED, FAILED } from "../../../parallel/pool/desk.ts";
import { refuseShared } from "../../../parallel/pool/unshared.ts";
import { MailRoom } from "../mail.ts";
import type { Order } from "../notes.ts";
import { performPart, type Ways } from "../performer.ts";
import type { FromPart, MailWay, ToPart } from "../process.ts";

install(new NodeHost());

const BARE: Unloader = { object: () => undefined, handed: () => undefined };
const COPYING: Loader = { refer: refuseShared, hand: () => -1 };
/** Of an error all that can is told. */
const LOSING: Loader = { refer: () => {}, hand: () => -1 };

const mail = new MailRoom((letter) => send(letter));
mail.open();

const ways: Ways = {
  in: (way) => mail.in((way as MailWay).number),
  out(way) {
    const { number, capacity, label } = way as MailWay;
    return mail.out(number, capacity, label);
  },
};

let task: Tasklet<unknown> | null = null;

process.on("message", (message: ToPart) => {
  switch (message.mail) {
    case "begin":
      begin(decode(message.bytes, BARE) as Order);
      return;
    case "cancel":
      if (task !== null) cancelScope(bodyScope(task), message.bytes === null ? undefined : decode(message.bytes, BARE));
      return;
    case "leave":
      if (process.connected) process.disconnect();
      return;
    default:
      mail.receive(message);
  }
});
process.on("disconnect", () => process.exit());

function begin(order: Order): void {
  const program = new Program(installed().scheduler, {});
  task = program.start(named(order.recipe.name, () => performPart(order, ways)) as never, (ended) => {
    mail.flush(); // what it has sent comes before its answer
    if (ended.state === TASK_FAILED) {
      tellOrigin(ended.result, ended, null);
      restoreStack(ended.result);
    }
    answer(ended.state === SUCCEEDED ? ANSWERED : ended.state === TASK_FAILED ? FAILED : CANCELLED, ended.result);
  });
}

function answer(how: number, value: unknown): void {
  try {
    send({
      mail: "answer",
      how,
      bytes: how === FAILED ? encodeError(value, LOSING).slice() : encode(value, COPYING, "").slice(),
    });
  } catch (error) {
    send({ mail: "answer", how: FAILED, bytes: encodeError(error, LOSING).slice() });
  }
}

function send(message: FromPart): void {
  process.send?.(message);
}

send({ mail: "ready" });
