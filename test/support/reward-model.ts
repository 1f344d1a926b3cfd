/** What every pack of the model costs and gives. */
export const packCredits = 5000n;
export const inviterBonus = 2000n;
export const invitedBonus = 1000n;
export const promoCredits = 300n;
export const promoUses = 2;
export const rewardedPerMonth = 1;
export const giftMs = 7 * 24 * 3_600_000;
const newMs = 24 * 3_600_000;
const monthMs = 30 * 24 * 3_600_000;

export interface ModelGift {
  readonly giver: number;
  readonly amount: bigint;
  readonly expiresAt: number;
  state: "open" | "claimed" | "cancelled" | "expired" | "recalled";
}

interface ModelReferral {
  readonly inviter: number;
  state: "open" | "paid" | "reversed";
  payment: number;
  inviterBonus: bigint;
  paidAt: number;
}

export interface ModelPurchase {
  readonly user: number;
  refund: "none" | "refunded";
}

/** What people can do with credits that were not spent, as one would explain it: numbers and flags, no SQL. */
export interface RewardModel {
  now: number;
  readonly posted: bigint[];
  /** Bought, less refunded and given. */
  readonly purchased: bigint[];
  readonly gifts: Map<number, ModelGift>;
  readonly purchases: ModelPurchase[];
  /** By who was invited. */
  readonly referrals: Map<number, ModelReferral>;
  readonly promoUsers: Set<number>;
}

export function makeRewardModel(users: number): RewardModel {
  const zeros = (): bigint[] => Array.from({ length: users }, () => 0n);
  return {
    now: 0,
    posted: zeros(),
    purchased: zeros(),
    gifts: new Map(),
    purchases: [],
    referrals: new Map(),
    promoUsers: new Set(),
  };
}

export function postedBy(model: RewardModel, user: number): bigint {
  return model.posted[user] ?? 0n;
}

export function post(model: RewardModel, user: number, amount: bigint): void {
  model.posted[user] = postedBy(model, user) + amount;
}

function postBought(model: RewardModel, user: number, amount: bigint): void {
  post(model, user, amount);
  model.purchased[user] = (model.purchased[user] ?? 0n) + amount;
}

export function giveableBy(model: RewardModel, user: number): bigint {
  const [available, purchased] = [postedBy(model, user), model.purchased[user] ?? 0n];
  const least = available < purchased ? available : purchased;
  return least > 0n ? least : 0n;
}

export function buy(model: RewardModel, user: number): void {
  model.purchases.push({ user, refund: "none" });
  postBought(model, user, packCredits);
  const referral = model.referrals.get(user);
  if (referral?.state !== "open") return;
  const lately = [...model.referrals.values()].filter(
    (each) => each.inviter === referral.inviter && each.inviterBonus > 0n && each.paidAt > model.now - monthMs,
  );
  referral.inviterBonus = lately.length < rewardedPerMonth ? inviterBonus : 0n;
  referral.state = "paid";
  referral.payment = model.purchases.length - 1;
  referral.paidAt = model.now;
  post(model, user, invitedBonus);
  post(model, referral.inviter, referral.inviterBonus);
}

/** @returns whether it counted. */
export function invite(model: RewardModel, invited: number, inviter: number): boolean {
  const isNew = model.now <= newMs && !model.purchases.some(({ user }) => user === invited);
  // Whoever invites was here first.
  if (inviter >= invited || !isNew || model.referrals.has(invited)) return false;
  model.referrals.set(invited, { inviter, state: "open", payment: -1, inviterBonus: 0n, paidAt: 0 });
  return true;
}

export function give(model: RewardModel, number: number, { giver, amount }: { giver: number; amount: bigint }): void {
  model.gifts.set(number, { giver, amount, state: "open", expiresAt: model.now + giftMs });
  postBought(model, giver, -amount);
}

export function claim(model: RewardModel, gift: ModelGift, by: number): void {
  gift.state = "claimed";
  post(model, by, gift.amount);
}

export function giveBack(model: RewardModel, gift: ModelGift, state: "cancelled" | "expired" | "recalled"): void {
  gift.state = state;
  postBought(model, gift.giver, gift.amount);
}

export function isOpen(model: RewardModel, gift: ModelGift | undefined): boolean {
  return gift?.state === "open" && gift.expiresAt > model.now;
}

export function returnExpired(model: RewardModel): void {
  for (const gift of model.gifts.values()) {
    if (gift.state === "open" && gift.expiresAt <= model.now) giveBack(model, gift, "expired");
  }
}

/** A refund from its approval to its end. @returns whether it was approved. */
export function refund(model: RewardModel, index: number, mayOwe: boolean): boolean {
  const purchase = model.purchases[index];
  if (purchase === undefined || purchase.refund !== "none") return false;
  const { user } = purchase;
  const referral = model.referrals.get(user);
  const isReversed = referral !== undefined && isReversible(model, referral, index);
  const open = [...model.gifts.values()].filter(({ giver, state }) => giver === user && state === "open");
  const given = open.reduce((sum, { amount }) => sum + amount, 0n);
  const missing = packCredits + (isReversed ? invitedBonus : 0n) - postedBy(model, user);
  const gone = packCredits - (model.purchased[user] ?? 0n);
  if ((missing > given || gone > given) && !mayOwe) return false;
  if (missing > 0n || gone > 0n) for (const gift of open) giveBack(model, gift, "recalled");
  purchase.refund = "refunded";
  postBought(model, user, -packCredits);
  if (!isReversed) return true;
  referral.state = "reversed";
  post(model, user, -invitedBonus);
  post(model, referral.inviter, -referral.inviterBonus);
  return true;
}

function isReversible(model: RewardModel, { state, payment, paidAt }: ModelReferral, index: number): boolean {
  return state === "paid" && payment === index && paidAt + monthMs >= model.now;
}
