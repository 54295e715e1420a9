/**
 * Whether `ms` have passed since a time that was noted by the clock, such as one that is kept over restarts. Where the
 * clock was set back by as much or more since, that counts as passed, too: else what is due by it would wait for as
 * long as the clock was ahead.
 */
export const hasPassed = (since: number, ms: number): boolean => Math.abs(Date.now() - since) >= ms
