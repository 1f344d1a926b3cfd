import { Pool } from "undici";

/** Sends one message and answers with its `message_id`. */
export type SendOne = (chatId: number, text: string) => Promise<number>;

export function sendByUndici(root: string, token: string, connections: number): SendOne {
  const pool = new Pool(root, { connections });
  const headers = { "content-type": "application/json" };
  return async (chatId, text) => {
    const body = JSON.stringify({ chat_id: chatId, text });
    const answer = await pool.request({ method: "POST", path: `/bot${token}/sendMessage`, headers, body });
    const { result } = (await answer.body.json()) as { result: { message_id: number } };
    return result.message_id;
  };
}
