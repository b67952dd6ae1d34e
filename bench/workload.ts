// What a workload is, who may be measured with it, and the bars offshoot is held to; with the words that make them.
//
// A workload is a program that every subject has in its folder under the same name. A subject that cannot say a
// workload (no select, no cancellation) has no file for it, or the size 0, and shows as a dash.

export const SUBJECTS = [
  "offshoot",
  "go",
  "effect",
  "effection",
  "promises",
  "piscina",
  "piscina-16",
  "tinypool",
  "poolifier",
  "workerpool",
  "multithreading",
  "sharedmap",
  "raw",
  "one-thread",
] as const;

export type Subject = (typeof SUBJECTS)[number];

/** Workloads that the same subjects compete in, and that share a table. */
export interface Field {
  readonly title: string;
  /** The columns of the table, offshoot first. */
  readonly subjects: readonly Subject[];
  /** The folder of offshoot's programs; a rival's is named like the rival. */
  readonly ours: string;
}

/**
 * Nanoseconds per operation; bytes per operation (per task, per worker); or the latency in nanoseconds that half, or 99
 * of 100, operations stay below.
 */
export type Figure = "ns" | "bytes" | "p50" | "p99";

/** offshoot's figure must be at most `atMost` times the one it is held against, or at most `atMost` itself. */
export interface Bar {
  readonly figure: Figure;
  /** Whose figure it is held against, if anybody's. */
  readonly against: Subject | undefined;
  /** The workload of that figure, which stands before this one in the list; undefined: the same workload. */
  readonly elsewhere: string | undefined;
  readonly atMost: number;
  /** Whether the ratio is told the other way round, as so many times faster. */
  readonly isSpeed: boolean;
  readonly wording: string;
}

export interface Workload {
  readonly name: string;
  readonly field: Field;
  /** Those of the field's subjects that may take part. */
  readonly subjects: readonly Subject[];
  /** The file that holds it in each subject's folder; two workloads may share one. */
  readonly program: string;
  /** Which export of that file it is. */
  readonly part: string;
  readonly operation: string;
  readonly size: number;
  /** Sizes of slow subjects, where the figure per operation hardly depends on the size. 0: left out. */
  readonly sizes: Partial<Record<Subject, number>>;
  readonly smoke: number;
  readonly repetitions: number;
  /** The warm-up runs at the size divided by this. */
  readonly warmUpShare: number;
  /** The first is the one that is told beside a rival's on the terminal. */
  readonly figures: readonly Figure[];
  readonly operations: (size: number) => number;
  readonly answer: (size: number) => number;
  readonly bars: readonly Bar[];
}

export type Given = Pick<Workload, "operation" | "size" | "answer" | "bars"> &
  Partial<Omit<Workload, "name" | "field">>;

export function workload(name: string, field: Field, given: Given): Workload {
  const count = (n: number): number => n;
  return {
    name,
    field,
    subjects: field.subjects,
    program: name,
    part: "trial",
    sizes: {},
    smoke: 400,
    repetitions: 5,
    warmUpShare: 2,
    figures: ["ns"],
    operations: count,
    ...given,
  };
}

export function ns(atMost: number, rival: Subject): Bar {
  return against(rival, { atMost, wording: `at most ${atMost} × ${rival}` });
}

export function faster(times: number, rival: Subject): Bar {
  const wording = `at least ${times} × faster than ${rival}`;
  return against(rival, { atMost: 1 / times, isSpeed: true, wording });
}

/** Faster than a rival is at another workload, which is the same task said in its one way. */
export function fasterThan(times: number, rival: Subject, elsewhere: string): Bar {
  return { ...faster(times, rival), elsewhere };
}

export function bytes(atMost: number): Bar {
  return against(undefined, { figure: "bytes", atMost, wording: `at most ${atMost} bytes` });
}

/** A figure other than time, against a rival's. */
export function figure(name: Figure, atMost: number, rival: Subject): Bar {
  return against(rival, { figure: name, atMost, wording: `${name} at most ${atMost} × ${rival}` });
}

/** Against our own figure in a workload that does less. */
export function beside(atMost: number, name: string): Bar {
  return against("offshoot", { elsewhere: name, atMost, wording: `at most ${atMost} × ${name}` });
}

/** 0 + 1 + ... + (n - 1). */
export function sumBelow(n: number): number {
  return (n * (n - 1)) / 2;
}

function against(rival: Subject | undefined, given: Pick<Bar, "atMost" | "wording"> & Partial<Bar>): Bar {
  return { figure: "ns", against: rival, elsewhere: undefined, isSpeed: false, ...given };
}
