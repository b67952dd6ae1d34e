// examples/fetch-all: its limits, attempts and messages on virtual time; an interruption in a process of its own.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { go, type Operation, sleep } from "offshoot";
import { Board, downloadAll, type Page, type Settings } from "../../examples/fetch-all/download.ts";
import { formatReport } from "../../examples/fetch-all/report.ts";
import { simulate } from "../../src/testing/simulate.ts";

const settings: Settings = {
  fetchPage: after(10),
  atOnce: 4,
  perHost: 2,
  limit: 1_000,
  attempts: 3,
  backoff: { initial: 100, jitter: 0 },
  tell: () => {},
};

function after(ms: number): (url: string) => Operation<Page> {
  return function* fetchPage(url) {
    yield* sleep(ms);
    return { status: 200, bytes: url.length };
  };
}

test("no more pages are under way than there may be, in all and from each host, and results keep their order", async () => {
  const hosts = ["a", "a", "a", "a", "b", "b", "c", "c", "c", "d"];
  const urls = hosts.map((host, i) => `http://${host}.example/${"x".repeat(i)}`);
  const board = new Board(urls);
  const underWay = new Map<string, number>();
  let most = 0;
  let mostOfHost = 0;
  function* fetchPage(url: string): Operation<Page> {
    const { host } = new URL(url);
    underWay.set(host, (underWay.get(host) ?? 0) + 1);
    mostOfHost = Math.max(mostOfHost, underWay.get(host) ?? 0);
    most = Math.max(most, board.underWay);
    try {
      return yield* after(50 - url.length)(url);
    } finally {
      underWay.set(host, (underWay.get(host) ?? 0) - 1);
    }
  }
  await simulate(() => downloadAll(board, { ...settings, fetchPage }));
  assert.deepEqual([most, mostOfHost, board.done, board.underWay], [4, 2, urls.length, 0]);
  assert.deepEqual(
    board.results.map((result) => result?.got),
    urls.map(({ length }) => ({ status: 200, bytes: length })),
  );
});

test("a page is asked for again after a failure or without an answer, and given up after the last attempt", async () => {
  const asked = new Map<string, number>();
  function* fetchPage(url: string): Operation<Page> {
    const time = (asked.get(url) ?? 0) + 1;
    asked.set(url, time);
    yield* sleep(10);
    if (url.endsWith("busy") && time <= 2) throw new Error("status 503");
    if (url.endsWith("slow") && time === 1) yield* sleep(60_000);
    if (url.endsWith("dead")) throw new TypeError("fetch failed", { cause: new Error("connection refused") });
    return { status: url.endsWith("missing") ? 404 : 200, bytes: 7 };
  }
  const board = new Board(["busy", "slow", "dead", "missing"].map((path) => `http://a.example/${path}`));
  const told: string[] = [];
  await simulate(() => downloadAll(board, { ...settings, perHost: 4, fetchPage, tell: (line) => told.push(line) }));
  assert.deepEqual(told, [
    "#1 http://a.example/busy: status 503; again in 100 ms",
    "#3 http://a.example/dead: connection refused; again in 100 ms",
    "#1 http://a.example/busy: status 503; again in 200 ms",
    "#3 http://a.example/dead: connection refused; again in 200 ms",
    "#2 http://a.example/slow: no answer within 1000 ms; again in 100 ms",
  ]);
  assert.equal(
    formatReport(board, false),
    [
      "     200  http://a.example/busy  7 bytes  (3 attempts)",
      "     200  http://a.example/slow  7 bytes  (2 attempts)",
      "  failed  http://a.example/dead  connection refused  (3 attempts)",
      "     404  http://a.example/missing  7 bytes",
      "",
      "  3 of 4 answered, 21 bytes",
      "",
    ].join("\n"),
  );
});

test("when it is cancelled what is under way is cleaned up, and what is done stays", async () => {
  const board = new Board(["1", "2", "3", "4", "5"].map((path) => `http://a.example/${path}`));
  const cleanedUp: string[] = [];
  function* fetchPage(url: string): Operation<Page> {
    try {
      return yield* after(url.endsWith("1") ? 10 : 100)(url);
    } finally {
      cleanedUp.push(url.slice(-1));
    }
  }
  await simulate(function* () {
    const task = go(() => downloadAll(board, { ...settings, fetchPage }));
    yield* sleep(50);
    assert.deepEqual([board.done, board.underWay], [1, 2]);
    task.cancel();
  });
  assert.deepEqual([board.done, board.underWay, cleanedUp.join("")], [1, 0, "123"]);
  assert.match(
    formatReport(board, true),
    /^ {7}\? {2}http:\/\/a\.example\/5\n\n {2}1 of 5 answered, 18 bytes; interrupted$/m,
  );
});

test("an interrupted process aborts its requests, prints what it knows, and ends with 130", async () => {
  const main = fileURLToPath(new URL("../../examples/fetch-all/main.ts", import.meta.url));
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/never`;
    const child = spawn(process.execPath, ["--conditions=offshoot/source", main, url], {
      cwd: fileURLToPath(new URL("../..", import.meta.url)),
      stdio: ["ignore", "pipe", "inherit"],
    });
    let stdout = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
    const aborted = new Promise<void>((resolve) => {
      server.once("request", ({ socket }) => {
        socket.once("close", () => resolve());
        child.kill("SIGINT");
      });
    });
    const code = await new Promise((resolve) => child.on("close", resolve));
    assert.equal(code, 130);
    assert.equal(stdout, `       ?  ${url}\n\n  0 of 1 answered, 0 bytes; interrupted\n`);
    await aborted;
  } finally {
    server.close();
    server.closeAllConnections();
  }
});
