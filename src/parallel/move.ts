// What is handed over instead of being copied.
export function detachMoved(value: ArrayBuffer | ArrayBufferView): void {
  const buffer = ArrayBuffer.isView(value) ? (value.buffer as ArrayBuffer) : value;
  structuredClone(buffer, { transfer: [buffer] });
}
