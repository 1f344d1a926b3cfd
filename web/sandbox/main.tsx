import { render } from "preact";

import { loadMissingFonts } from "../shared/missing-fonts.ts";

import "../shared/styles/fonts.css";
import "../shared/styles/tokens.css";
import "../shared/styles/base.css";
import "../shared/styles/controls.css";
import "../shared/styles/overlays.css";
import "./styles/layout.css";
import "./styles/sidebar.css";
import "./styles/chat.css";
import "./styles/bubble.css";
import "./styles/text.css";
import "./styles/keys.css";
import "./styles/media.css";
import "./styles/composer.css";
import "./styles/panel.css";
import "./styles/sheets.css";
import { App } from "./app.tsx";
import { makeSession } from "./session/session.ts";
import { SessionProvider } from "./session/use-session.ts";

const root = document.querySelector("#app");
await loadMissingFonts(document);
if (root !== null) {
  render(
    <SessionProvider value={makeSession(window)}>
      <App />
    </SessionProvider>,
    root,
  );
}
