/** One waits, others ring. */
export interface Doorbell {
  /** Several rings before a wait are one. */
  ring(): void;
  /** The next wait throws this. */
  break(error: unknown): void;
  wait(): Promise<void>;
}

export function doorbell(): Doorbell {
  let rung = false;
  let broken: { error: unknown } | undefined;
  let wake: (() => void) | undefined;
  const ring = (): void => {
    rung = true;
    wake?.();
  };
  return {
    ring,
    break: (error) => {
      broken ??= { error };
      ring();
    },
    wait: async () => {
      if (!rung) await new Promise<void>((resolve) => (wake = resolve));
      [rung, wake] = [false, undefined];
      if (broken !== undefined) throw broken.error;
    },
  };
}
