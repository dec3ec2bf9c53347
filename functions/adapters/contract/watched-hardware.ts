import type { Hardware } from '../../../sandbox/aws/front/machine.ts';

export interface WatchedHardware {
  hardware: Hardware;
  /** Looks at the instance; then the hardware does what it had been told before the look. */
  look<T>(describe: () => Promise<T>): Promise<T>;
  /** From now on the hardware follows at once. */
  release(): void;
}

/**
 * Hardware that does not go on or off before its instance was looked at meanwhile: `pending` and `stopping` are seen each time,
 * however slow the machine is that runs the test. A delay would be over on some of them.
 */
export function watchedHardware(): WatchedHardware {
  let told: (() => void)[] = [];
  let isReleased = false;
  const follow = (): Promise<void> =>
    isReleased ? Promise.resolve() : new Promise<void>((resolve) => void told.push(resolve));
  const go = (all: readonly (() => void)[]): void => all.forEach((one) => one());
  return {
    hardware: { powerOn: follow, powerOff: follow },
    async look(describe) {
      const before = told;
      told = [];
      try {
        return await describe();
      } finally {
        go(before);
      }
    },
    release() {
      isReleased = true;
      go(told);
      told = [];
    },
  };
}
