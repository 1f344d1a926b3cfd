import { readFile, stat } from "node:fs/promises";
import { basename, isAbsolute } from "node:path";

import { AppError } from "../lib/errors.ts";
import { TelegramRefused, TelegramUnclear } from "./bot-api-errors.ts";
import type { BotApi } from "./bot-api.ts";
import { fileGone, fileTooLarge } from "./errors.ts";
import { answerTooLong } from "./exchange.ts";
import type { TelegramFiles } from "./route.ts";

/**
 * @param isLocal the Bot API server is our own and runs with `--local`: it does not hand files out but says where they
 * lie, in a directory that is ours to read.
 */
export function createTelegramFiles(
  api: BotApi,
  { isLocal = false }: { readonly isLocal?: boolean } = {},
): TelegramFiles {
  return {
    download: async (fileId, maxBytes) => {
      try {
        const { file_path: path, file_size: size = 0 } = await api.call("getFile", { file_id: fileId });
        if (size > maxBytes) throw new AppError(fileTooLarge, { maxBytes });
        if (path === undefined) throw new AppError(fileGone);
        if (isLocal && isAbsolute(path)) return { body: await readWithin(path, maxBytes), path: basename(path) };
        return { body: await api.download(path, { maxBytes }), path };
      } catch (error) {
        // What Telegram said of the size was wrong or missing.
        if (error instanceof TelegramUnclear && error.reason === answerTooLong) {
          throw new AppError(fileTooLarge, { maxBytes });
        }
        if (!(error instanceof TelegramRefused) || error.errorCode === 429) throw error;
        // The Bot API hands out at most 20 MB, whatever we would take.
        const definition = error.description.includes("too big") ? fileTooLarge : fileGone;
        throw new AppError(definition, { maxBytes }, { cause: error });
      }
    },
  };
}

async function readWithin(path: string, maxBytes: number): Promise<Buffer> {
  if ((await stat(path)).size > maxBytes) throw new AppError(fileTooLarge, { maxBytes });
  return await readFile(path);
}
