/** States of an EC2 instance and the codes that the API gives with them. */
export const STATE_CODES = {
  pending: 0,
  running: 16,
  'shutting-down': 32,
  terminated: 48,
  stopping: 64,
  stopped: 80,
} as const;

export type InstanceState = keyof typeof STATE_CODES;

/** What an instance is in, and all that decides what comes next. Times are milliseconds since the epoch. */
export interface Lifecycle {
  state: InstanceState;
  /** When this state began. */
  since: number;
  /** When it was last started: with the id it names one boot. A reboot keeps it. */
  launchTime: number;
  /** Whether the hardware is on. */
  powered: boolean;
  /** State reason that a pending instance will stop with instead of running. */
  doom?: string;
  stateReason?: { code: string; message: string };
  transitionReason: string;
}

export interface Delays {
  /** From StartInstances to running, at the least. */
  pendingMs: number;
  /** From StopInstances to stopped, at the least. */
  stoppingMs: number;
  /** From running until both status checks are ok. */
  statusChecksMs: number;
}

const REASONS: Record<string, string> = {
  'Client.UserInitiatedShutdown': 'User initiated shutdown',
  'Client.InternalError': 'Client error on launch',
  'Server.InternalError': 'Internal error on launch',
};

/** A new instance, stopped, as after an earlier StopInstances. */
export function stoppedAt(now: number): Lifecycle {
  return {
    state: 'stopped',
    since: now,
    launchTime: now,
    powered: false,
    ...ended('Client.UserInitiatedShutdown', now),
  };
}

/** What it is at `now`: a state ends when its delay is over and the hardware has followed. */
export function nextState(life: Lifecycle, now: number, delays: Delays): Lifecycle {
  const age = now - life.since;
  if (life.state === 'pending' && age >= delays.pendingMs) {
    if (life.doom !== undefined && !life.powered) return halted(life, 'stopped', life.doom, now);
    if (life.doom === undefined && life.powered) return { ...life, state: 'running', since: now };
  }
  if (life.powered || age < delays.stoppingMs) return life;
  if (life.state === 'stopping') return { ...life, state: 'stopped', since: now };
  if (life.state === 'shutting-down') return { ...life, state: 'terminated', since: now };
  return life;
}

/** StartInstances: undefined when EC2 refuses it in this state (IncorrectInstanceState); pending and running stay as they are. */
export function started(life: Lifecycle, now: number, doom?: string): Lifecycle | undefined {
  if (life.state === 'pending' || life.state === 'running') return life;
  if (life.state !== 'stopped') return undefined;
  return {
    state: 'pending',
    since: now,
    launchTime: now,
    powered: false,
    transitionReason: '',
    ...(doom === undefined ? {} : { doom }),
  };
}

/** StopInstances: undefined when EC2 refuses it in this state; stopping and stopped stay as they are. */
export function stopped(life: Lifecycle, now: number): Lifecycle | undefined {
  if (life.state === 'stopping' || life.state === 'stopped') return life;
  return life.state === 'running' ? halted(life, 'stopping', 'Client.UserInitiatedShutdown', now) : undefined;
}

/** TerminateInstances: allowed in every state. */
export function terminated(life: Lifecycle, now: number): Lifecycle {
  if (life.state === 'terminated' || life.state === 'shutting-down') return life;
  return halted(life, 'shutting-down', 'Client.UserInitiatedShutdown', now);
}

/** The hardware died: EC2 shows the instance as stopped. */
export function powerLost(life: Lifecycle, now: number): Lifecycle {
  return halted({ ...life, powered: false }, 'stopped', 'Server.InternalError', now);
}

function halted(life: Lifecycle, state: InstanceState, code: string, now: number): Lifecycle {
  const { doom: _, ...rest } = life;
  return { ...rest, state, since: now, ...ended(code, now) };
}

function ended(code: string, now: number): Pick<Lifecycle, 'stateReason' | 'transitionReason'> {
  const byUser = code === 'Client.UserInitiatedShutdown';
  const at = new Date(now).toISOString().slice(0, 19).replace('T', ' ');
  return {
    stateReason: { code, message: `${code}: ${REASONS[code] ?? 'The instance could not run'}` },
    transitionReason: byUser ? `User initiated (${at} GMT)` : code,
  };
}
