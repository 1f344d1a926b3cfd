import type { Message } from "@grammyjs/types";

/** What a poll, contact, place or the like says, line by line: enough to see that it arrived as meant. */
export function describeOther(message: Message): readonly string[] {
  const { contact, dice, poll, venue, location, checklist, paid_media: paid } = message;
  if (contact !== undefined) {
    return [[contact.first_name, contact.last_name].filter(Boolean).join(" "), contact.phone_number];
  }
  if (dice !== undefined) return [`${dice.emoji} ${String(dice.value)}`];
  if (poll !== undefined) return [poll.question, ...poll.options.map((option) => `○ ${option.text}`)];
  if (venue !== undefined) return [venue.title, venue.address];
  if (location !== undefined) return [`${location.latitude.toFixed(5)}, ${location.longitude.toFixed(5)}`];
  if (checklist !== undefined) return [checklist.title, ...checklist.tasks.map((task) => `☐ ${task.text}`)];
  if (paid !== undefined) return [`⭐ ${String(paid.star_count)}`];
  return [];
}
