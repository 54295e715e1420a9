/**
 * An attempt at a change that several may make. By when it began (ms) it is told from the others: the time of each
 * is its own.
 */
export type Attempt = { isRepeated: boolean; createdAt: number }

/** @param underWay the attempt that is on record, which this one goes on with */
export function nextAttempt(underWay: { createdAt: number } | null): Attempt {
  const createdAt = Math.max(Date.now(), (underWay?.createdAt ?? 0) + 1)
  return { isRepeated: underWay !== null, createdAt }
}
