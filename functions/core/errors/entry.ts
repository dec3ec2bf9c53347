/** Who has to act: the caller of a function, the config's author, the change's author, the platform (AWS, GitHub, the node), or Hawser itself. */
export type Owner = 'caller' | 'config' | 'change' | 'platform' | 'internal';

/** What the catalogue says of one code; `O` is the owner whose file it stands in. */
export interface CatalogueEntry<O extends Owner = Owner> {
  readonly owner: O;
  /** True when the same step may well succeed a moment later, unchanged. */
  readonly retryable: boolean;
  /** What to do about it; `{name}` is filled in from the details. */
  readonly hint: string;
}
