import type { AdminSection, AdminView } from "#kernel/feature.ts";
import { Html } from "#kernel/lib/html.ts";

import { readOverview, type SignalsOverview } from "../overview.ts";

/** Signals' part of `/admin`: how many there were and whom they reach. */
export const adminSection: AdminSection = {
  id: "sig",
  label: "signals-admin",
  glance: async (view) => view.t("signals-admin-glance", await overview(view)),
  pages: {
    main: async (view) => {
      const { t } = view;
      return { html: Html.join([t("signals-admin-title"), t("signals-admin-overview", await overview(view))]) };
    },
  },
};

async function overview({ tx, now, user }: AdminView): Promise<Readonly<Record<keyof SignalsOverview, number>>> {
  return { ...(await readOverview(tx, { now, timeZone: user.timeZone })) };
}
