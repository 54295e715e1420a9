import type { Bounded } from '../room.ts'

/** Counters; those that count least go first, so that many addresses do not free a guesser. */
export const COUNTERS: Bounded = {
  table: 'counter',
  key: 'key',
  where: 'true',
  rowBytes: '120',
  maxBytes: 60_000_000,
  order: 'points, resets_at',
}
