import { addGroup, privateChat } from "./chats.ts";
import { addPerson } from "./people.ts";
import type { World } from "./world.ts";

/** The persona who runs the deployment: put this id into `ADMIN_CHAT_IDS`. */
export const sandboxAdminId = 700_000_001;
/** The group that stands for an operations room. */
export const sandboxGroupId = -4_100_000_001;

/** Fills an empty world with the people and the group that newcomers and tests begin with. */
export function populate(world: World): void {
  const admin = addPerson(world, {
    id: sandboxAdminId,
    firstName: "Dana",
    lastName: "Okafor",
    username: "dana_ops",
    about: "admin",
    isPremium: true,
  });
  const mina = addPerson(world, {
    id: 700_000_002,
    firstName: "Mina",
    lastName: "Park",
    username: "mina_park",
    languageCode: "ko",
    about: "new user",
  });
  const alex = addPerson(world, {
    id: 700_000_003,
    firstName: "Alex",
    lastName: "Rivera",
    username: "alexrivera",
    about: "new user",
  });
  const sven = addPerson(world, {
    id: 700_000_004,
    firstName: "Sven",
    lastName: "Lindqvist",
    username: "sven_trades",
    about: "subscriber",
    isPremium: true,
  });
  const noor = addPerson(world, {
    id: 700_000_005,
    firstName: "نور 🌙",
    lastName: "الهدى",
    languageCode: "ar",
    about: "no username",
  });
  for (const person of [admin, mina, alex, sven, noor]) privateChat(world, person);
  const group = addGroup(world, {
    id: sandboxGroupId,
    title: "Video line · operations",
    memberIds: [admin.id, alex.id, sven.id],
  });
  group.botStanding = "member";
}
