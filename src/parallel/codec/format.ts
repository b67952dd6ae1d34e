// The format of a message: one byte of flags, the value, and the memory of its views.
//
//   0x00 to 0x7f   the whole numbers 0 to 127
//   0x80 to 0x9f   a string of 0 to 31 characters, each of one byte; the characters follow
//   0xa0 to 0xbf   an array of 0 to 31 elements; the elements follow
//   from 0xc0 on   one of the tokens below
//
// A "count" is a whole number written as a value. A "name" is a string written as a value. Other numbers are big-endian. Objects are numbered from 0 in the order
// in which they are begun, so that a later REFERENCE can name them. A message is read by itself: nothing is remembered from one to the next.

/** How many objects with names a LIKE can name: the first of the message. */
export const SHAPES = 8;

export const SHORT_STRING = 0x80;
export const LONGEST_SHORT_STRING = 31;
export const SHORT_ARRAY = 0xa0;
export const LONGEST_SHORT_ARRAY = 31;

export const NULL = 0xc0;
export const UNDEFINED = 0xc1;
export const FALSE = 0xc2;
export const TRUE = 0xc3;
/** 2 bytes, without a sign. */
export const UINT16 = 0xc4;
/** 4 bytes, with a sign. */
export const INT32 = 0xc5;
/** 8 bytes. */
export const FLOAT64 = 0xc6;
/** 8 bytes, with a sign. */
export const BIGINT64 = 0xc7;
/** A name: the number in hexadecimal, after a "-" if it is below zero. */
export const BIGINT = 0xc8;
/** 4 bytes: how many bytes follow, each below 0x80. */
export const ASCII = 0xc9;
/** 4 bytes: how many bytes follow. */
export const UTF8 = 0xca;
/** 4 bytes: how many units of 2 bytes follow, the low byte first. For strings that are not well-formed. */
export const UTF16 = 0xcb;

/** 4 bytes: how many elements follow. */
export const ARRAY = 0xcc;
/** In an array that has a hole here: a count, and that many elements, each after its index. There are no more. */
export const HOLES = 0xcd;
/** Names, each before its value, up to END. */
export const OBJECT = 0xce;
/** The same, for an object without a prototype. */
export const BARE_OBJECT = 0xcf;
/** A byte: an object that has the names of that OBJECT of the message, in the order in which they were begun. Its values follow. */
export const LIKE = 0xd0;
export const END = 0xd1;
/** A count: the number of an object that was begun before. */
export const REFERENCE = 0xd2;

/** Keys, each before its value, up to END. */
export const MAP = 0xd3;
/** Members, up to END. */
export const SET = 0xd4;
/** A number: milliseconds, or NaN. */
export const DATE = 0xd5;
/** Two names: source and flags. */
export const REGEXP = 0xd6;
/** The primitive value of a Number, String, Boolean or BigInt object. */
export const BOXED = 0xd7;
/** A count: which memory of the message the ArrayBuffer, or SharedArrayBuffer, is. */
export const MEMORY = 0xd8;
/** Three counts: the kind of view, which memory of the message it shows, the offset in bytes in the memory of the sender; and its length in elements. */
export const VIEW = 0xd9;
/** A count: the id of a shared object. */
export const SHARED = 0xda;
/** A count: which of the values handed over beside the bytes. */
export const HANDED = 0xdb;
/**
 * A count, and the names of that many classes, the nearest first; the message and the name of the error, each a name or UNDEFINED; its hidden fields and those in
 * sight, each list as after OBJECT.
 */
export const ERROR = 0xdc;

// The flags of a message.
/** There are REFERENCEs. */
export const REFERENCES = 1;
/** There are LIKEs. */
export const LIKES = 2;
/**
 * Views are in it, and behind the value is their memory: for each a HANDED with its count; or an ARRAY with two counts, from which offset in the memory of the
 * sender and how many bytes, and the bytes. At the very end 4 bytes: where that begins.
 */
export const MEMORIES = 4;

/** How deep objects may lie in each other. So deep, they take two thirds of the stack that Node gives the main thread, which is the smallest, at worst. */
export const DEEPEST = 1_000;

/** The kinds of view by their number. Float16Array is there from Node 24 on. */
export const VIEWS: readonly string[] = [
  "Int8Array",
  "Uint8Array",
  "Uint8ClampedArray",
  "Int16Array",
  "Uint16Array",
  "Int32Array",
  "Uint32Array",
  "Float32Array",
  "Float64Array",
  "BigInt64Array",
  "BigUint64Array",
  "Float16Array",
  "DataView",
  "Buffer",
];
