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

/** What a task's module exports as `draw`. It is called once at a time. */
export type Draw<Input, Output> = (input: Input, tools: DrawingTools) => Promise<Output>;

/** Given to the task, so that its module need not import the kernel's, with the database and all, into the process. */
export interface DrawingTools {
  /** From 0 to 1. */
  readonly report: (progress: number) => void;
  /** For `ctx.font`; the fonts are registered. */
  readonly fontFamily: string;
  /** Whether the fonts have every part of the grapheme. */
  readonly isDrawable: (grapheme: string) => boolean;
}

export type ToChild = { readonly id: number; readonly module: string; readonly input: unknown };

export type FromChild =
  | { readonly id: number; readonly type: "progress"; readonly progress: number }
  | { readonly id: number; readonly type: "done"; readonly output: unknown }
  | { readonly id: number; readonly type: "failed"; readonly message: string };
