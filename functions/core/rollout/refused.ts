import type { Details, ErrorCode } from '../errors.ts';

/** What the API server said when it refused: a Status, or the text of a controller's FailedCreate event (no status then). */
export interface RefusedText {
  message: string;
  /** HTTP status, 0 when it is not known. */
  status?: number;
  causes?: readonly { reason?: string; message?: string; field?: string }[];
}

/** Where it was asked: fills commands of the hints. */
export interface RefusedAt {
  namespace?: string | undefined;
  /** For kubectl: `deployment/web -n shop`. */
  object: string;
  kind?: string;
}

export interface Refused {
  code: ErrorCode;
  /** For a sentence, in the cluster's words, without what only names the object again. */
  cause: string;
  details: Details;
  /** It may pass without a change of the manifest. */
  isTransient: boolean;
}

export type RefusalRule = (message: string, said: RefusedText, at: RefusedAt) => Omit<Refused, 'cause'> | undefined;
