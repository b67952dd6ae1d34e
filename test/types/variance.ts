// A sender may be handed to who sends less, a receiver to who expects more; never the other way. Compile-only.

import { type Channel, channel, type Receiver, type Sender } from "offshoot";
import { is } from "./expect.ts";

interface Animal {
  name: string;
}
interface Dog extends Animal {
  bark(): void;
}
declare const animals: Channel<Animal>;
declare const dogs: Channel<Dog>;

export const receivesAnimals: Receiver<Animal> = dogs;
export const sendsDogs: Sender<Dog> = animals;
// @ts-expect-error an animal that is received need not be a dog
export const receivesDogs: Receiver<Dog> = animals;
// @ts-expect-error a channel of dogs takes no other animal
export const sendsAnimals: Sender<Animal> = dogs;
// @ts-expect-error a channel is both, so it is neither wider nor narrower
export const wider: Channel<Animal> = dogs;
// @ts-expect-error the same the other way round
export const narrower: Channel<Dog> = animals;

// the ends know only their own operations
declare const sender: Sender<number>;
declare const receiver: Receiver<number>;
// @ts-expect-error a sender does not receive
sender.receive();
// @ts-expect-error a receiver does not send
receiver.send(1);
// @ts-expect-error a receiver does not close
receiver.close();

is<Channel<number>>()(channel<number>());
is<Channel<string>>()(channel<string>(16, { name: "words" }));
// @ts-expect-error the value has to fit
channel<number>().send("x");

export async function iterating(): Promise<void> {
  for await (const dog of dogs) is<Dog>()(dog);
}

const tried = dogs.tryReceive();
if (tried.ok) is<Dog>()(tried.value);
else is<boolean>()(tried.closed);
