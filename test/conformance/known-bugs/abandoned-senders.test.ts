// Senders that nobody receives from any more, or never did.

import { channel, go, type Operation, select, sleep } from "offshoot";
import { choose } from "offshoot/testing";
import { knownBugs } from "./known-bug.ts";

knownBugs([
  {
    name: "the first answer wins and the others stay with theirs",
    kind: "leak",
    blocked: ["query channel.send answers", "query channel.send answers"],
    *program(fixed) {
      const mirrors = ["north", "south", "west"];
      const answers = channel<string>(fixed ? mirrors.length : 0, { name: "answers" });
      function* query(mirror: string): Operation<void> {
        yield* answers.send(`from ${mirror}`);
      }
      for (const mirror of mirrors) go(query, mirror);
      return yield* answers.receive();
    },
  },
  {
    name: "an answer comes when the one who asked has given up",
    kind: "leak",
    blocked: ["fetch channel.send answer"],
    *program(fixed) {
      const answer = channel<string>(fixed ? 1 : 0, { name: "answer" });
      go(function* fetch(): Operation<void> {
        yield* sleep(5);
        yield* answer.send("page");
      });
      const { key } = yield* select({ answer: answer.receive(), late: sleep(10) });
      return key;
    },
  },
  {
    name: "the first error ends the collecting, and the others cannot tell theirs",
    kind: "leak",
    blocked: ["check channel.send findings"],
    *program(fixed) {
      const findings = channel<string>(0, { name: "findings" });
      function* check(file: string): Operation<void> {
        yield* findings.send(file === "b" ? `error in ${file}` : "");
      }
      const files = ["a", "b", "c"];
      for (const file of files) go(check, file);
      let error = "";
      for (const _ of files) {
        const finding = yield* findings.receive();
        error ||= finding;
        if (error !== "" && !fixed) return error;
      }
      return error;
    },
  },
  {
    name: "a search stops at what it has found, and its source goes on",
    kind: "leak",
    blocked: ["source channel.send lines"],
    *program(fixed) {
      const lines = channel<string>(0, { name: "lines" });
      go(function* source(): Operation<void> {
        for (const line of ["one", "two", "three"]) yield* lines.send(line);
        lines.close();
      });
      for (let next = yield* lines.next(); next.done !== true; next = yield* lines.next()) {
        if (next.value !== "two") continue;
        if (fixed) lines.cancel();
        return next.value;
      }
      return undefined;
    },
  },
  {
    name: "the caller finds a fault of its own and never comes for the result",
    kind: "leak",
    blocked: ["compute channel.send result"],
    *program(fixed) {
      const result = channel<number>(0, { name: "result" });
      const compute = go(function* compute(): Operation<void> {
        yield* result.send(42);
      });
      if (choose(2) === 1) {
        if (fixed) compute.cancel();
        return "refused";
      }
      return yield* result.receive();
    },
  },
  {
    name: "an error is sent, and then a result as well",
    kind: "leak",
    blocked: ["parse channel.send results"],
    *program(fixed) {
      const results = channel<number | Error>(0, { name: "results" });
      function* parse(text: string): Operation<void> {
        const value = Number(text);
        if (Number.isNaN(value)) {
          yield* results.send(new RangeError(`"${text}" is no number`));
          if (fixed) return;
        }
        yield* results.send(value);
      }
      go(parse, choose(2) === 0 ? "1" : "one");
      yield* results.receive();
    },
  },
  {
    name: "a second attempt shares the channel of the first, and only one answer is taken",
    kind: "leak",
    blocked: ["attempt channel.send answers"],
    *program(fixed) {
      const shared = channel<number>(0, { name: "answers" });
      function* attempt(n: number, to: typeof shared): Operation<void> {
        yield* to.send(n);
      }
      for (let n = 1; n <= 2; n++) {
        const answers = fixed ? channel<number>(1) : shared;
        go(attempt, n, answers);
        const first = yield* select({ answer: answers.receive(), late: sleep(100) });
        if (first.key === "answer") return;
      }
    },
  },
  {
    name: "the results are counted before the inputs that have none are known",
    kind: "leak",
    blocked: ["square channel.send squares"],
    *program(fixed) {
      const squares = channel<number>(0, { name: "squares" });
      function* square(n: number): Operation<void> {
        yield* squares.send(n * n);
      }
      const inputs = [1, 2, 2];
      const wanted = fixed ? inputs : new Set(inputs);
      for (const n of inputs) go(square, n);
      let sum = 0;
      for (const _ of wanted) sum += yield* squares.receive();
      return sum;
    },
  },
]);
