/** Brings a message into view and marks it for a moment; nothing happens when it is not drawn. */
export function showMessage(messageId: number): void {
  const row = document.querySelector<HTMLElement>(`.timeline [data-message-id="${String(messageId)}"]`);
  if (row === null) return;
  row.scrollIntoView({ block: "center", behavior: "smooth" });
  row.dataset["flash"] = "true";
  setTimeout(() => {
    delete row.dataset["flash"];
  }, flashMs);
}

const flashMs = 1500;
