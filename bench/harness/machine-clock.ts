/** Milliseconds of the machine's monotonic clock: the same in every process, so that moments can be compared across them. */
export function machineMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

export async function sleep(ms: number): Promise<void> {
  await new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
