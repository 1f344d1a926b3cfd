/** The most messages that went through in any second of the last few, wherever that second began. */
export interface BusiestSecond {
  readonly add: (messages: number, nowMs: number) => void;
  readonly messages: (nowMs: number) => number;
}

const binMs = 20;
const binsPerSecond = 1000 / binMs;
const secondsKept = 3;

export function createBusiestSecond(): BusiestSecond {
  const bins = new Uint32Array(binsPerSecond * secondsKept);
  /** Of all time, so that what is older than the bins reach back is seen to be gone. */
  let last = 0;

  const turn = (nowMs: number): number => {
    const now = Math.floor(nowMs / binMs);
    const from = Math.max(last + 1, now - bins.length + 1);
    for (let bin = from; bin <= now; bin += 1) bins[bin % bins.length] = 0;
    last = Math.max(last, now);
    return last;
  };
  return {
    add: (messages, nowMs) => {
      const index = turn(nowMs) % bins.length;
      bins[index] = (bins[index] ?? 0) + messages;
    },
    messages: (nowMs) => {
      const newest = turn(nowMs);
      let most = 0;
      let within = 0;
      for (let age = bins.length - 1; age >= 0; age -= 1) {
        const at = (back: number): number => bins[(newest - back + bins.length) % bins.length] ?? 0;
        within += at(age);
        if (age + binsPerSecond < bins.length) within -= at(age + binsPerSecond);
        most = Math.max(most, within);
      }
      return most;
    },
  };
}
