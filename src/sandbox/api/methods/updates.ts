import type { MethodTable } from "../context.ts";

export const updateMethods = {
  getUpdates: async ({ world, poller, signal }, params) => {
    world.updates.allow(params.allowed_updates);
    return await poller.poll({
      offset: params.offset ?? 0,
      limit: Math.min(Math.max(params.limit ?? 100, 1), 100),
      timeoutSeconds: Math.max(params.timeout ?? 0, 0),
      signal,
    });
  },

  deleteWebhook: ({ world }, params) => {
    if (params.drop_pending_updates) world.updates.clear();
    return true;
  },
} satisfies MethodTable;
