/** What `fonts.css` has to offer: a sign of each script, and the families and weights that draw it. */
const scripts = [
  { sample: "🎬", fonts: ['16px "Telecast Emoji"'] },
  { sample: "한", fonts: ['16px "Telecast Korean"', '700 16px "Telecast Korean"'] },
] as const;

/** Rather boxes for letters than no page. */
const longestWaitMs = 2000;

/**
 * Loads our fonts for the scripts that this system cannot draw. Before the first drawing: Chromium keeps the boxes it
 * drew for some words when their font comes later.
 */
export async function loadMissingFonts(document: Document): Promise<void> {
  const wanted = scripts.filter(({ sample }) => !canDraw(document, sample));
  const loads = wanted.flatMap(({ sample, fonts }) =>
    fonts.map(async (font) => await document.fonts.load(font, sample)),
  );
  const late = new Promise((resolve) => {
    setTimeout(resolve, longestWaitMs);
  });
  await Promise.race([Promise.allSettled(loads), late]);
}

/** Whether the system's fonts have a sign, which then looks unlike one that no font has. */
function canDraw(document: Document, sample: string): boolean {
  const nobodyHas = "\u{10fffd}";
  return pictureOf(document, sample) !== pictureOf(document, nobodyHas);
}

function pictureOf(document: Document, text: string): string {
  const canvas = document.createElement("canvas");
  canvas.width = 32;
  canvas.height = 32;
  const context = canvas.getContext("2d");
  if (context === null) return "";
  context.font = "24px system-ui, sans-serif";
  context.fillText(text, 2, 26);
  return canvas.toDataURL();
}
