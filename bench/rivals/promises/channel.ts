// The channel people write by hand with promises: a value is handed over by resolving the other side's promise.
//
// Kept bare, to be the fastest of its kind: the methods are not `async`, which would add a promise to each call.
//
// Invariants
//   senders wait only while the buffer is full, receivers only while it is empty
//   senders and receivers are never both waiting

interface WaitingSender<T> {
  readonly value: T;
  readonly resume: () => void;
}

const SENT: Promise<void> = Promise.resolve();

export class PromiseChannel<T> {
  readonly capacity: number;
  readonly buffer: T[] = [];
  readonly senders: WaitingSender<T>[] = [];
  readonly receivers: ((value: T) => void)[] = [];

  constructor(capacity = 0) {
    this.capacity = capacity;
  }

  send(value: T): Promise<void> {
    const receiver = this.receivers.shift();
    if (receiver !== undefined) receiver(value);
    else if (this.buffer.length < this.capacity) this.buffer.push(value);
    else return new Promise<void>((resume) => this.senders.push({ value, resume }));
    return SENT;
  }

  receive(): Promise<T> {
    const sender = this.senders.shift();
    if (sender !== undefined) {
      sender.resume();
      this.buffer.push(sender.value);
    }
    if (this.buffer.length > 0) return Promise.resolve(this.buffer.shift() as T);
    return new Promise<T>((resume) => this.receivers.push(resume));
  }
}
