/** The error where what a client publishes cannot be had for now (RFC 6749 section 4.1.2.1). */
export const UNAVAILABLE = 'temporarily_unavailable'

/** What a client publishes cannot be had for now, which says nothing of the client. */
export class UnreachedError extends Error {
  constructor(cause: unknown) {
    super('What the client publishes cannot be had for now', { cause })
    this.name = 'UnreachedError'
  }
}

/** Whether that is why the provider could not go on. */
export function isUnreached(err: unknown): boolean {
  return err instanceof UnreachedError || (err instanceof Error && isUnreached(err.cause))
}
