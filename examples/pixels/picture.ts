// A picture in memory, and what is done to it: four bytes for each pixel, red, green, blue and opacity.
//
// The functions change the bytes they are given. On a worker that is seen here only if the memory is handed over and back, or shared.

import { move } from "offshoot/parallel";

const PIXEL = 4;

/** A picture with something in it: the same each time. */
export function paint(bytes: Uint8Array): Uint8Array {
  for (let i = 0; i < bytes.length; i++) bytes[i] = (i * 31) ^ (i >> 7);
  return bytes;
}

/** Makes it grey, and gives it back. */
export function grey(bytes: Uint8Array): Uint8Array {
  greyBetween(bytes, 0, bytes.length / PIXEL);
  return bytes;
}

/** The same, for a worker: the memory goes back to who has called. */
export function greyAndMove(bytes: Uint8Array): Uint8Array {
  return move(grey(bytes));
}

/** Makes some pixels of it grey. */
export function greyBetween(bytes: Uint8Array, from: number, to: number): void {
  for (let at = from * PIXEL; at < to * PIXEL; at += PIXEL) {
    const light = Math.round(0.3 * bytes[at]! + 0.6 * bytes[at + 1]! + 0.1 * bytes[at + 2]!);
    bytes.fill(light, at, at + 3);
  }
}
