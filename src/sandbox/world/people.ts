import type { User } from "@grammyjs/types";

import type { Person } from "../protocol.ts";
import { present } from "./present.ts";
import type { PersonRecord, World } from "./world.ts";

export interface NewPerson {
  readonly id?: number;
  readonly firstName: string;
  readonly lastName?: string;
  readonly username?: string;
  readonly languageCode?: string;
  readonly about?: string;
  readonly stars?: number;
  readonly isPremium?: boolean;
}

/** What everyone gets to begin with, so that paying can be tried at once. */
export const firstStars = 1000;

/** Adds a person who has not met the bot yet. */
export function addPerson(world: World, person: NewPerson): PersonRecord {
  world.counters.personId += 1;
  const record: PersonRecord = {
    id: person.id ?? world.counters.personId,
    firstName: person.firstName,
    ...present({ lastName: person.lastName, username: person.username }),
    languageCode: person.languageCode ?? "en",
    about: person.about ?? "",
    isPremium: person.isPremium ?? false,
    stars: person.stars ?? firstStars,
    hasStarted: false,
    hasBlockedBot: false,
    isDeactivated: false,
  };
  world.people.set(record.id, record);
  tellPerson(world, record);
  return record;
}

/** Gives (or takes, below zero) play Stars. @returns what the person owns now. */
export function changeStars(world: World, person: PersonRecord, amount: number): number {
  person.stars += amount;
  tellPerson(world, person);
  return person.stars;
}

export function viewOfPerson(person: PersonRecord): Person {
  const { id, firstName, lastName, username, languageCode, about, stars, isPremium } = person;
  return { id, firstName, ...present({ lastName, username }), languageCode, about, stars, isPremium };
}

/** As the Bot API names a person. */
export function userOf(person: PersonRecord): User {
  return {
    id: person.id,
    is_bot: false,
    first_name: person.firstName,
    ...present({ last_name: person.lastName, username: person.username }),
    language_code: person.languageCode,
    ...(person.isPremium ? { is_premium: true as const } : {}),
  };
}

export function botUser(world: World): User {
  return { id: world.bot.id, is_bot: true, first_name: world.bot.firstName, username: world.bot.username };
}

function tellPerson(world: World, person: PersonRecord): void {
  world.bus.emit({ to: "everyone", event: { type: "person", person: viewOfPerson(person) } });
}
