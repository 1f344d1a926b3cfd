import type { AdminAnswer } from "../../feature.ts";

/**
 * Whom an admin means by a message: what he typed, or the id of a contact or of who wrote what he has forwarded.
 * Undefined when it tells nobody, as with forwarded messages of people who hide from bots.
 */
export function whoIsMeant({
  contact,
  forward_origin: origin,
  text,
}: Pick<Parameters<AdminAnswer>[1], "contact" | "forward_origin" | "text">): string | undefined {
  if (contact !== undefined) return contact.user_id === undefined ? undefined : String(contact.user_id);
  if (origin !== undefined) return origin.type === "user" ? String(origin.sender_user.id) : undefined;
  const typed = text?.trim() ?? "";
  return typed === "" ? undefined : typed;
}
