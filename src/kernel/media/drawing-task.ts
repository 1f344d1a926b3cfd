/**
 * A piece of drawing work that runs in a drawing process: a module that exports `draw`. Input and output cross a process
 * border, so they are plain data and buffers (what `structuredClone` takes).
 */
export interface DrawingTask<Input, Output> {
  /** `new URL("./draw-something.ts", import.meta.url)` */
  readonly module: URL;
  /** Only types: ties the handle to the module's `Draw`. */
  readonly types?: (input: Input) => Output;
}

/** What a task's module exports as `draw`. Fonts are registered before it is called; it is called once at a time. */
export type Draw<Input, Output> = (input: Input, report: (progress: number) => void) => Promise<Output>;

export type ToChild = { readonly id: number; readonly module: string; readonly input: unknown };

export type FromChild =
  | { readonly id: number; readonly type: "progress"; readonly progress: number }
  | { readonly id: number; readonly type: "done"; readonly output: unknown }
  | { readonly id: number; readonly type: "failed"; readonly message: string };
