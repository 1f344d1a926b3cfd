import { fileURLToPath } from "node:url";

import { defineConfig } from "vite";

/**
 * One page per build: `vite build -c web/vite.config.ts` builds the sandbox's chat page into `dist/sandbox`;
 * `--mode <page>` builds another folder beside it the same way, under `/<page>/`.
 * `vite -c web/vite.config.ts` serves it with hot reload and hands the API on to a Telecast on its usual port.
 */
export default defineConfig(({ mode }) => {
  const page = mode === "production" || mode === "development" ? "sandbox" : mode;
  return {
    root: fileURLToPath(new URL(`${page}/`, import.meta.url)),
    base: `/${page}/`,
    oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
    build: {
      outDir: fileURLToPath(new URL(`dist/${page}/`, import.meta.url)),
      emptyOutDir: true,
      target: "es2022",
      reportCompressedSize: true,
      // Everything is small; a second request for an inlined icon would cost more than its bytes.
      assetsInlineLimit: 8192,
      modulePreload: { polyfill: false },
    },
    server: {
      proxy: {
        [`/${page}/api`]: "http://127.0.0.1:8080",
        [`/${page}/events`]: { target: "ws://127.0.0.1:8080", ws: true },
      },
    },
  };
});
