// Publish and subscribe: subscribers that are slow, that leave, or that talk back.

import { broadcast, channel, go, type Operation, select } from "offshoot";
import { knownBugs } from "./known-bug.ts";

knownBugs([
  {
    name: "a subscriber leaves without saying so, and the publisher waits for it",
    kind: "leak",
    blocked: ["publish channel.send news"],
    *program(fixed) {
      const news = broadcast<number>({ name: "news", buffer: 1 });
      const feed = news.subscribe();
      go(function* read(): Operation<void> {
        yield* feed.receive();
        if (fixed) feed.cancel();
      });
      go(function* publish(): Operation<void> {
        for (let n = 0; n < 3; n++) yield* news.send(n);
      });
    },
  },
  {
    name: "a subscriber publishes from its handler, and waits for itself to make room",
    kind: "leak",
    blocked: ["echo channel.send news"],
    *program(fixed) {
      const news = broadcast<number>({ name: "news", buffer: 1 });
      const feed = news.subscribe({ slow: fixed ? "drop" : "wait" });
      yield* news.send(2);
      go(function* echo(): Operation<void> {
        for (let n = 0; n < 2; n++) {
          yield* feed.receive();
          for (let answer = 0; answer < 2; answer++) yield* news.send(answer);
        }
      });
    },
  },
  {
    name: "the hub hands out a message to one who is telling it that it leaves",
    kind: "leak",
    blocked: ["hub channel.send inbox", "leave channel.send leaving"],
    *program(fixed) {
      const leaving = channel<typeof inbox>(0, { name: "leaving" });
      const inbox = channel<string>(0, { name: "inbox" });
      go(function* hub(): Operation<void> {
        const subscribers = new Set([inbox]);
        for (const message of ["one", "two"]) {
          for (const subscriber of subscribers) {
            const sent = subscriber.send(message);
            if (!fixed) yield* sent;
            else if ((yield* select({ sent, left: leaving.receive() })).key === "left") subscribers.delete(subscriber);
          }
        }
        if (subscribers.size > 0) yield* leaving.receive();
      });
      go(function* leave(): Operation<void> {
        yield* inbox.receive();
        yield* leaving.send(inbox);
      });
    },
  },
  {
    name: "one slow subscriber keeps the news from the one it waits for",
    kind: "leak",
    blocked: ["publish channel.send news", "quick channel.receive feed", "slow channel.receive go on"],
    *program(fixed) {
      const news = broadcast<number>({ name: "news", buffer: 1 });
      const goOn = channel<void>(1, { name: "go on" });
      const patient = news.subscribe({ name: "patient", buffer: fixed ? 3 : 1 });
      const feed = news.subscribe({ name: "feed" });
      go(function* slow(): Operation<void> {
        yield* goOn.receive();
        for (let n = 0; n < 3; n++) yield* patient.receive();
      });
      go(function* quick(): Operation<void> {
        for (let n = 0; n < 3; n++) yield* feed.receive();
        yield* goOn.send();
      });
      go(function* publish(): Operation<void> {
        for (let n = 0; n < 3; n++) yield* news.send(n);
      });
    },
  },
  {
    name: "the last message is never sent, because nobody closes the broadcast",
    kind: "leak",
    blocked: ["archive channel.next archive"],
    *program(fixed) {
      const news = broadcast<number>({ name: "news" });
      const feed = news.subscribe({ name: "archive" });
      go(function* archive(): Operation<void> {
        while ((yield* feed.next()).done !== true);
      });
      go(function* publish(): Operation<void> {
        for (let n = 0; n < 2; n++) yield* news.send(n);
        if (fixed) news.close();
      });
    },
  },
]);
