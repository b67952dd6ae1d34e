// stand-in
export interface Origin {
  readonly key: string;
  readonly label: string;
  readonly module: string | null;
  readonly name: string;
  readonly source: string | null;
  readonly captured: readonly string[];
  readonly capturedValues: readonly unknown[];
}
declare const remoteBrand: unique symbol;
export interface RemoteFunction<in A extends readonly unknown[], out R> {
  readonly [remoteBrand]: (...args: A) => R;
}
export function originOf(f: unknown, _from: string): Origin {
  return f as Origin;
}
export function remote<M>(url: URL): any {
  return new Proxy(
    {},
    {
      get: (_t, name: string) => ({
        key: `${url.href}#${name}`,
        label: `"${name}"`,
        module: url.href,
        name,
        source: null,
        captured: [],
        capturedValues: [],
      }),
    },
  ) as M;
}
