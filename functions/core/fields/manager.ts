/** Hawser's name in managedFields: the fields that its applies set are its own, and go when a manifest drops them. */
export const MANAGER = 'hawser';
