// Passwords kept as hashes, by functions of Node that block their thread: each takes some hundredths of a second, on purpose. It stands for any library that has no other face.

import { randomBytes, scryptSync, timingSafeEqual } from "node:crypto";

const COST = { N: 2 ** 14, maxmem: 64 * 2 ** 20 };
const LENGTH = 32;

export function hash(password: string): string {
  const salt = randomBytes(16);
  return `${salt.toString("hex")}:${scryptSync(password, salt, LENGTH, COST).toString("hex")}`;
}

export function matches(password: string, hashed: string): boolean {
  const [salt = "", expected = ""] = hashed.split(":");
  const actual = scryptSync(password, Buffer.from(salt, "hex"), LENGTH, COST);
  return timingSafeEqual(actual, Buffer.from(expected, "hex"));
}
