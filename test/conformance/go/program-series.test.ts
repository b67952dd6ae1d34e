// Power series arithmetic with streams of fractions, a program of many small tasks in loops: the coefficients must come out exact.

import assert from "node:assert/strict";
import { test } from "node:test";
import { group } from "offshoot";
import { simulate } from "../../../src/testing/simulate.ts";
import { Algebra, type Series, text, whole, ZERO } from "./series.ts";

function coefficients(n: number, make: (a: Algebra) => Series, seed?: number): Promise<string> {
  return simulate(
    function* () {
      return yield* group(function* (g) {
        const series = make(new Algebra(g));
        const list: string[] = [];
        while (list.length < n) list.push(text(yield* series.next()));
        return list.join(" ");
      });
    },
    { seed },
  );
}

const EXP = "1 1 1/2 1/6 1/24 1/120 1/720 1/5040 1/40320 1/362880";
const TAN = "0 1 0 1/3 0 2/15 0 17/315 0 62/2835";
const X = "0 1 0 0 0 0 0 0 0 0";
const cases: readonly (readonly [string, string, (a: Algebra) => Series])[] = [
  ["exp, as the integral of itself", EXP, (a) => a.exponential()],
  ["sin, as a loop of two integrals", "0 1 0 -1/6 0 1/120 0 -1/5040 0 1/362880", (a) => a.sine()],
  ["tan, as the integral of 1 + tan²", TAN, (a) => a.tangent()],
  ["tan, as sin times 1 / cos", TAN, (a) => a.multiply(a.sine(), a.reciprocal(a.cosine()))],
  ["the derivative of 1 / (1 - x)", "1 2 3 4 5 6 7 8 9 10", (a) => a.derivative(a.geometric())],
  ["1 / (1 - x) times itself", "1 2 3 4 5 6 7 8 9 10", (a) => a.multiply(a.geometric(), a.geometric())],
  ["1 / exp", "1 -1 1/2 -1/6 1/24 -1/120 1/720 -1/5040 1/40320 -1/362880", (a) => a.reciprocal(a.exponential())],
  [
    "sin² + cos²",
    "1 0 0 0 0 0 0 0 0 0",
    (a) => a.add(a.multiply(a.sine(), a.sine()), a.multiply(a.cosine(), a.cosine())),
  ],
  ["exp of sin", "1 1 1/2 0 -1/8 -1/15 -1/240 1/90 31/5760 1/5670", (a) => a.substitute(a.exponential(), a.sine())],
  [
    "atan of tan",
    X,
    (a) =>
      a.substitute(
        a.integral(
          ZERO,
          a.each(function* (n) {
            return whole([1, 0, -1, 0][n % 4] as number);
          }),
        ),
        a.tangent(),
      ),
  ],
];

for (const [name, expected, make] of cases) {
  test(`the first ten coefficients are exact: ${name}`, async () => {
    assert.equal(await coefficients(10, make), expected);
  });
}

test("the coefficients do not depend on the order of tasks", async () => {
  for (let seed = 0; seed < 15; seed++) {
    assert.equal(await coefficients(8, (a) => a.tangent(), seed), TAN.split(" ").slice(0, 8).join(" "));
    assert.equal(await coefficients(5, (a) => a.substitute(a.exponential(), a.sine()), seed), "1 1 1/2 0 -1/8");
  }
});
