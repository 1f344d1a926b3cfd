import type { FastifyPluginAsync } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";

import type { Accounts, User } from "../../accounts/index.ts";
import { type Db, inTransaction } from "../../db/index.ts";
import type { Delivery } from "../../delivery/index.ts";
import { AppError } from "../../lib/errors.ts";
import { languages } from "../../lib/language.ts";
import { notFound } from "../errors.ts";
import { needsWebUser } from "../openapi.ts";
import { problemSchema } from "../problem.ts";
import type { WebUser } from "../sign-in.ts";
import { signedIn } from "../web-user.ts";
import {
  changePreferences,
  preferencesChange,
  preferencesOf,
  preferencesSchema,
  type PreferencesView,
} from "./preferences.ts";

export interface UserRoutesDeps {
  readonly db: Db;
  readonly accounts: Accounts;
  readonly delivery: Pick<Delivery, "preferences">;
}

const userSchema = z.object({
  id: z.int(),
  telegram_id: z.int(),
  first_name: z.string(),
  username: z.string().optional(),
  language: z.enum(languages),
  time_zone: z.string(),
  role: z.enum(["user", "operator", "admin"]),
  blocked: z.boolean().describe("an operator has shut this person out"),
  created_at: z.iso.datetime(),
});

const pageSchema = z.object({ users: z.array(userSchema), next_cursor: z.string().optional() });

const query = z.strictObject({
  search: z.string().max(100).optional().describe("the beginning of a username, or a whole id"),
  cursor: z
    .string()
    .regex(/^\d{1,15}$/, "expected a cursor that this list gave")
    .optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

const params = z.strictObject({ id: z.coerce.number().int().positive().max(Number.MAX_SAFE_INTEGER) });

const shared = { tags: ["users"], security: needsWebUser };

/** People in Telegram, for admins of the web app; everybody else sees only the person he is linked to. */
export function userRoutes(deps: UserRoutesDeps): FastifyPluginAsync {
  return async (plain) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();
    app.get(
      "/api/users",
      {
        preHandler: app.requireSignIn(),
        schema: {
          ...shared,
          summary: "People, in the order in which they came; for others than admins only oneself",
          querystring: query,
          response: { 200: pageSchema, "4xx": problemSchema },
        },
      },
      async ({ webUser, query: asked }) => await listPage(deps, signedIn(webUser), asked),
    );
    app.get(
      "/api/users/:id",
      {
        preHandler: app.requireSignIn(),
        schema: {
          ...shared,
          summary: "One person with his preferences",
          params,
          response: { 200: userSchema.extend({ preferences: preferencesSchema }), "4xx": problemSchema },
        },
      },
      async ({ webUser, params: { id } }) => {
        const user = await visible(deps, signedIn(webUser), id);
        return { ...present(user), preferences: await preferencesOf(deps, deps.db, user) };
      },
    );
    app.put(
      "/api/users/:id/preferences",
      {
        preHandler: app.requireSignIn(),
        schema: {
          ...shared,
          summary: "Change what a person wants; what is left out stays",
          params,
          body: preferencesChange,
          response: { 200: preferencesSchema, "4xx": problemSchema },
        },
      },
      async ({ webUser, params: { id }, body }) => {
        const by = signedIn(webUser);
        return await changeAudited(deps, { by, user: await visible(deps, by, id), change: body });
      },
    );
  };
}

async function listPage(
  { db, accounts }: UserRoutesDeps,
  { subject, isAdmin }: WebUser,
  { search, cursor, limit }: z.output<typeof query>,
): Promise<z.input<typeof pageSchema>> {
  if (!isAdmin) {
    const self = await accounts.userBySubject(db, subject);
    return { users: self === undefined ? [] : [present(self)] };
  }
  const users = await accounts.listUsers(db, {
    limit: limit + 1,
    ...(search !== undefined && { search }),
    ...(cursor !== undefined && { afterId: Number(cursor) }),
  });
  const page = users.slice(0, limit);
  const last = page.at(-1);
  return {
    users: page.map(present),
    ...(users.length > limit && last !== undefined && { next_cursor: String(last.id) }),
  };
}

/** What somebody changes for somebody else is audited. */
async function changeAudited(
  deps: UserRoutesDeps,
  given: { readonly by: WebUser; readonly user: User; readonly change: z.output<typeof preferencesChange> },
): Promise<PreferencesView> {
  const { db, accounts } = deps;
  const { by, user } = given;
  return await inTransaction(db, async (tx) => {
    const before = await preferencesOf(deps, tx, user);
    const after = await changePreferences(deps, tx, given);
    const self = await accounts.userBySubject(tx, by.subject);
    if (self?.id !== user.id) {
      await accounts.audit(tx, {
        actor: `web:${by.subject}`,
        action: "preferences.changed",
        subject: `user:${user.id}`,
        before,
        after,
        origin: "http",
      });
    }
    return after;
  });
}

/** Somebody whom the caller may see. Nobody and somebody else look the same. */
async function visible({ db, accounts }: UserRoutesDeps, by: WebUser, id: number): Promise<User> {
  const { subject, isAdmin } = by;
  const user = isAdmin ? await accounts.userById(db, id) : await accounts.userBySubject(db, subject);
  if (user?.id !== id) throw new AppError(notFound);
  return user;
}

function present(user: User): z.input<typeof userSchema> {
  return {
    id: user.id,
    telegram_id: user.telegramId,
    first_name: user.firstName,
    username: user.username,
    language: user.language,
    time_zone: user.timeZone,
    role: user.role,
    blocked: user.blocked,
    created_at: user.createdAt.toISOString(),
  };
}
