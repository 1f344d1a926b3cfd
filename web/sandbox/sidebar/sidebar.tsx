import type { JSX } from "preact";

import { themes } from "../../shared/theme.ts";
import type { Theme } from "../../shared/theme.ts";
import { Icon } from "../../shared/ui/icon.tsx";
import type { IconName } from "../../shared/ui/icon.tsx";
import { Menu, MenuItem } from "../../shared/ui/menu.tsx";
import { useSession, useTexts } from "../session/use-session.ts";
import { ChatList } from "./chat-list.tsx";
import { PersonaSwitcher } from "./persona-switcher.tsx";

export function Sidebar(): JSX.Element {
  const session = useSession();
  const t = useTexts();
  return (
    <nav class="sidebar" aria-label={t.list.label}>
      <PersonaSwitcher />
      <ChatList />
      <footer class="sidebar-foot">
        <button
          type="button"
          class="text-button"
          onClick={() => {
            session.sheet.value = { kind: "new-group" };
          }}
        >
          <Icon name="group" size={20} />
          {t.list.newGroup}
        </button>
        <ThemeMenu />
      </footer>
    </nav>
  );
}

const themeIcons: Readonly<Record<Theme, IconName>> = { system: "system", light: "sun", dark: "moon" };

function ThemeMenu(): JSX.Element {
  const { theme } = useSession();
  const words = useTexts().theme;
  return (
    <Menu label={words.label} class="theme-menu" align="end" button={<Icon name={themeIcons[theme.value]} size={20} />}>
      {themes.map((one) => (
        <MenuItem
          key={one}
          checked={one === theme.value}
          onChoose={() => {
            theme.value = one;
          }}
        >
          <Icon name={themeIcons[one]} size={20} />
          {words[one]}
        </MenuItem>
      ))}
    </Menu>
  );
}
