import { addGroup, privateChat } from "./chats.ts";
import { addPerson } from "./people.ts";
import type { World } from "./world.ts";

/** The persona who runs the deployment: put this id into `ADMIN_CHAT_IDS`. */
export const sandboxAdminId = 700_000_001;
/** The persona who has never met the bot: whom one is when one does not say. */
export const sandboxNewcomerId = 700_000_003;
/** The group that stands for an operations room. */
export const sandboxGroupId = -4_100_000_001;

/** What stands in an empty chat, as whoever made the bot would have told @BotFather. */
const descriptions = {
  "": "Write what you want to see, and it comes back as a short video. Videos are paid for with Stars: here they are play Stars, and you have 1,000 of them.\n\nPress Start to begin.",
  ko: "보고 싶은 장면을 글로 적으면 짧은 영상이 되어 돌아옵니다. 영상은 스타로 구매하며, 여기서는 연습용 스타 1,000개로 시작합니다.\n\n시작을 눌러 주세요.",
};

/** Fills an empty world with the people and the group that newcomers and tests begin with. */
export function populate(world: World): void {
  for (const [language, text] of Object.entries(descriptions)) {
    if (!world.bot.descriptions.has(language)) world.bot.descriptions.set(language, text);
  }
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
    id: sandboxNewcomerId,
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
