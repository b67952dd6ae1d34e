// Power series as tasks: a series is asked for its next coefficient and answers it, exactly, as a fraction. Sums, products, compositions and
// integrals are tasks between such streams, and a series may be defined by a loop through itself.

import { type Channel, channel, type Group, type Operation } from "offshoot";

export type Fraction = readonly [bigint, bigint];

export const ZERO: Fraction = [0n, 1n];
const ONE: Fraction = [1n, 1n];
const gcd = (a: bigint, b: bigint): bigint => (b === 0n ? (a < 0n ? -a : a) : gcd(b, a % b));
function fraction(n: bigint, d: bigint): Fraction {
  const common = gcd(n, d) * (d < 0n ? -1n : 1n);
  return [n / common, d / common];
}
const plus = (a: Fraction, b: Fraction): Fraction => fraction(a[0] * b[1] + b[0] * a[1], a[1] * b[1]);
const times = (a: Fraction, b: Fraction): Fraction => fraction(a[0] * b[0], a[1] * b[1]);
export const whole = (n: number): Fraction => [BigInt(n), 1n];
const negative = (a: Fraction): Fraction => [-a[0], a[1]];
const inverse = (a: Fraction): Fraction => fraction(a[1], a[0]);
export const text = (a: Fraction): string => (a[1] === 1n ? `${a[0]}` : `${a[0]}/${a[1]}`);

/** A stream of coefficients that computes nothing before it is asked. */
export class Series {
  readonly asked: Channel<void> = channel<void>();
  readonly answers: Channel<Fraction> = channel<Fraction>();

  *next(): Operation<Fraction> {
    yield* this.asked.send();
    return yield* this.answers.receive();
  }
}

type Put = (coefficient: Fraction) => Operation<void>;

export class Algebra {
  tasks = 0;
  readonly group: Group;

  constructor(g: Group) {
    this.group = g;
  }

  /** A series made by a task: `body` waits to be asked, then puts one coefficient, and so on. */
  make(body: (asked: () => Operation<void>, put: Put) => Operation<void>): Series {
    const out = new Series();
    this.tasks++;
    this.group.daemon(() =>
      body(
        () => out.asked.receive(),
        (c) => out.answers.send(c),
      ),
    );
    return out;
  }

  /** One coefficient from each series given, combined, for every one asked for. */
  each(combine: (n: number) => Operation<Fraction>): Series {
    return this.make(function* (asked, put) {
      for (let n = 0; ; n++) {
        yield* asked();
        yield* put(yield* combine(n));
      }
    });
  }

  /** Some coefficients, each computed when asked for, and then those of another series, made when they are needed. */
  then(first: () => Operation<Fraction>, rest: () => Series): Series {
    return this.make(function* (asked, put) {
      yield* asked();
      yield* put(yield* first());
      let tail: Series | null = null;
      for (;;) {
        yield* asked();
        tail ??= rest();
        yield* put(yield* tail.next());
      }
    });
  }

  constant = (c: Fraction): Series =>
    this.each(function* (n) {
      return n === 0 ? c : ZERO;
    });

  add = (f: Series, g: Series): Series =>
    this.each(function* () {
      return plus(yield* f.next(), yield* g.next());
    });

  scale = (c: Fraction, f: Series): Series =>
    this.each(function* () {
      return times(c, yield* f.next());
    });

  /** x times f. */
  shift = (f: Series): Series =>
    this.each(function* (n) {
      return n === 0 ? ZERO : yield* f.next();
    });

  derivative = (f: Series): Series =>
    this.each(function* (n) {
      if (n === 0) yield* f.next();
      return times(whole(n + 1), yield* f.next());
    });

  integral = (c: Fraction, f: Series): Series =>
    this.each(function* (n) {
      return n === 0 ? c : times([1n, BigInt(n)], yield* f.next());
    });

  /** The same series n times. Each copy has a task of its own, so that a loop may ask one copy while another one is being computed. */
  copies(f: Series, n: number): Series[] {
    const queues: Fraction[][] = Array.from({ length: n }, () => []);
    const turn = channel<void>(1);
    turn.trySend();
    return queues.map((queue) =>
      this.each(function* () {
        if (queue.length === 0) {
          yield* turn.receive();
          if (queue.length === 0) {
            const c = yield* f.next();
            for (const each of queues) each.push(c);
          }
          yield* turn.send();
        }
        return queue.shift() as Fraction;
      }),
    );
  }

  /** (f0 + x F)(g0 + x G) = f0 g0 + x (f0 G + g0 F + x F G). */
  multiply(f: Series, g: Series): Series {
    const { copies, scale, add, shift } = this;
    let f0 = ZERO;
    let g0 = ZERO;
    return this.then(
      function* () {
        f0 = yield* f.next();
        g0 = yield* g.next();
        return times(f0, g0);
      },
      () => {
        const [f1, f2] = copies.call(this, f, 2) as [Series, Series];
        const [g1, g2] = copies.call(this, g, 2) as [Series, Series];
        return add(add(scale(f0, g1), scale(g0, f1)), shift(this.multiply(f2, g2)));
      },
    );
  }

  /** f(g) for a g without a constant: f0 + x G F(g), where f = f0 + x F and g = x G. */
  substitute(f: Series, g: Series): Series {
    return this.then(
      () => f.next(),
      () => {
        const [g1, g2] = this.copies(g, 2) as [Series, Series];
        const tail = this.each(function* (n) {
          if (n === 0) yield* g1.next();
          return yield* g1.next();
        });
        return this.multiply(tail, this.substitute(f, g2));
      },
    );
  }

  /** A series defined through itself: `make` gets a copy of its own result. */
  loop(make: (self: Series) => Series): Series {
    const entry = new Series();
    const [self, result] = this.copies(entry, 2) as [Series, Series];
    const made = make(self);
    this.group.daemon(function* () {
      for (;;) {
        yield* entry.asked.receive();
        yield* entry.answers.send(yield* made.next());
      }
    });
    return result;
  }

  /** 1/f, as r = 1/f0 - x F r / f0. */
  reciprocal(f: Series): Series {
    let f0 = ZERO;
    return this.loop((self) =>
      this.then(
        function* () {
          f0 = yield* f.next();
          return inverse(f0);
        },
        () => this.scale(negative(inverse(f0)), this.multiply(f, self)),
      ),
    );
  }

  exponential = (): Series => this.loop((self) => this.integral(ONE, self));
  tangent = (): Series =>
    this.loop((self) => {
      const [a, b] = this.copies(self, 2) as [Series, Series];
      return this.integral(ZERO, this.add(this.constant(ONE), this.multiply(a, b)));
    });
  sine = (): Series => this.loop((self) => this.integral(ZERO, this.integral(ONE, this.scale(whole(-1), self))));
  cosine = (): Series => this.derivative(this.sine());
  /** 1 / (1 - x). */
  geometric = (): Series =>
    this.each(function* () {
      return ONE;
    });
}
