import type { Message } from "@grammyjs/types";

import type {
  ActiveFault,
  AskInline,
  ChatView,
  ChooseInline,
  FaultRequest,
  InlineView,
  InvoiceView,
  PayInvoice,
  PaymentResult,
  Person,
  PressButton,
  SendPhotoQuery,
  SendText,
} from "../../../src/sandbox/protocol.ts";

/** The sandbox said no; `message` is its reason in plain words, `status` is 0 when it could not be reached at all. */
export class ApiRefusal extends Error {
  override readonly name = "ApiRefusal";
  readonly status: number;
  /** What the program's own refusals are known by. */
  readonly code: string | undefined;

  constructor(message: string, status: number, options: ErrorOptions & { readonly code?: string | undefined } = {}) {
    super(message, options);
    this.status = status;
    this.code = options.code;
  }
}

export type WalletAction =
  | "subscriptions/cancel"
  | "subscriptions/resume"
  | "subscriptions/renew"
  | "subscriptions/fail"
  | "payments/charge-back";

export interface NewPerson {
  readonly firstName: string;
  readonly username?: string;
  readonly languageCode?: string;
  readonly about?: string;
}

export interface NewGroup {
  readonly title: string;
  readonly memberIds: readonly number[];
  readonly forum?: boolean;
}

export interface EditText {
  readonly chatId: number;
  readonly messageId: number;
  readonly text: string;
}

/** Signals made as if they were of the past, signals sent now, and the chats that they went to. */
export interface DemoPlayed {
  readonly past: number;
  readonly sent: number;
  readonly reached: number;
}

type Answer<T> = Promise<T>;

/** The people's side of the sandbox (`protocol.ts`); the person who acts is asked for at each call. */
export interface SandboxApi {
  readonly sendText: (body: SendText) => Answer<{ readonly message: Message }>;
  readonly editText: (body: EditText) => Answer<{ readonly message: Message }>;
  readonly sendPhoto: (query: SendPhotoQuery, file: Blob) => Answer<{ readonly message: Message }>;
  readonly press: (body: PressButton) => Answer<{ readonly queryId: string }>;
  readonly askInline: (body: AskInline) => Answer<InlineView>;
  readonly chooseInline: (body: ChooseInline) => Answer<{ readonly message: Message }>;
  readonly invoice: (link: string) => Answer<InvoiceView>;
  readonly pay: (body: PayInvoice) => Answer<PaymentResult>;
  readonly start: (payload: string | undefined) => Answer<unknown>;
  readonly block: () => Answer<unknown>;
  readonly unblock: () => Answer<unknown>;
  readonly addStars: (amount: number) => Answer<{ readonly balance: number }>;
  /** What happens to a payment, or to the subscription that began with it. */
  readonly wallet: (action: WalletAction, chargeId: string) => Answer<unknown>;
  readonly createGroup: (body: NewGroup) => Answer<{ readonly chat: ChatView }>;
  readonly migrate: (chatId: number) => Answer<{ readonly chatId: number }>;
  readonly addBot: (chatId: number) => Answer<unknown>;
  readonly removeBot: (chatId: number) => Answer<unknown>;
  readonly createTopic: (chatId: number, name: string) => Answer<{ readonly threadId: number }>;
  readonly createPerson: (body: NewPerson) => Answer<Person>;
  readonly addFault: (body: FaultRequest) => Answer<ActiveFault>;
  readonly removeFault: (id: number) => Answer<unknown>;
  readonly removeFaults: () => Answer<unknown>;
  readonly reset: () => Answer<unknown>;
  /** These two are answered by the program behind the sandbox. */
  readonly demo: () => Answer<{ readonly available: boolean }>;
  readonly playDemo: () => Answer<DemoPlayed>;
}

export function makeSandboxApi(personId: () => number): SandboxApi {
  const act = async <T>(action: string, body: object = {}): Promise<T> =>
    await request<T>("POST", `people/${String(personId())}/${action}`, body);
  return {
    sendText: async (body) => await act("messages", body),
    editText: async (body) => await act("edits", body),
    sendPhoto: async (query, file) =>
      await request("POST", `people/${String(personId())}/photos?${search({ ...query })}`, file),
    press: async (body) => await act("presses", body),
    askInline: async (body) => await act("inline", body),
    chooseInline: async (body) => await act("inline/choose", body),
    invoice: async (link) => await request("GET", `invoices?${search({ link })}`),
    pay: async (body) => await act("payments", body),
    start: async (payload) => await act("start", payload === undefined ? {} : { payload }),
    block: async () => await act("block"),
    unblock: async () => await act("unblock"),
    addStars: async (amount) => await act("stars", { amount }),
    wallet: async (action, chargeId) => await act(action, { chargeId }),
    createGroup: async (body) => await act("groups", body),
    migrate: async (chatId) => await act("groups/migrate", { chatId }),
    addBot: async (chatId) => await act("groups/add-bot", { chatId }),
    removeBot: async (chatId) => await act("groups/remove-bot", { chatId }),
    createTopic: async (chatId, name) => await act("topics", { chatId, name }),
    createPerson: async (body) => await request("POST", "people", body),
    addFault: async (body) => await request("POST", "faults", body),
    removeFault: async (id) => await request("DELETE", `faults/${String(id)}`),
    removeFaults: async () => await request("DELETE", "faults"),
    reset: async () => await request("POST", "reset", {}),
    demo: async () => await request("GET", "demo"),
    playDemo: async () => await request("POST", "demo", {}),
  };
}

function search(query: Readonly<Record<string, string | number | boolean | undefined>>): string {
  const known = Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]));
  return new URLSearchParams(known).toString();
}

async function request<T>(method: string, path: string, body?: object | Blob): Promise<T> {
  const init: RequestInit = { method };
  if (body instanceof Blob) {
    init.body = body;
    init.headers = { "content-type": body.type };
  } else if (body !== undefined) {
    init.body = JSON.stringify(body);
    init.headers = { "content-type": "application/json" };
  }
  const response = await fetch(`/sandbox/api/${path}`, init).catch((cause: unknown) => {
    throw new ApiRefusal("", 0, { cause });
  });
  const answer: unknown = await response.json().catch(() => undefined);
  if (!response.ok) throw refusalOf(answer, response.status);
  return answer as T;
}

/** The sandbox says `error`; the program a problem document. */
function refusalOf(answer: unknown, status: number): ApiRefusal {
  const fields: Readonly<Record<string, unknown>> = typeof answer === "object" && answer !== null ? { ...answer } : {};
  const text = (name: string): string | undefined => {
    const value = fields[name];
    return typeof value === "string" ? value : undefined;
  };
  return new ApiRefusal(text("error") ?? text("detail") ?? "", status, { code: text("code") });
}
