import type { Bounded } from '../bounded_table.ts'

/**
 * A limit of so many points is wide: it is against floods, and cheap requests count for it. The narrow
 * ones are against guessing, mails and sign-ups; each has its own room, so that a flood from many
 * addresses takes none of theirs.
 */
export const WIDE = 1_000

export const isWide = ({ points }: { points: number }): boolean => points >= WIDE

/**
 * Those that count least go first. What they stood at stays for their limit: without that, somebody
 * with very many addresses could push the counter of a victim out, and guess on from zero.
 */
const counters = (wide: 0 | 1): Bounded => ({
  table: 'counter',
  key: 'key',
  where: `is_wide = ${wide}`,
  rowBytes: '130',
  maxBytes: 50_000_000,
  order: 'points, resets_at',
  remember: (leaving) => `
    INSERT INTO pushed_out (limit_id, points, resets_at)
      SELECT limit_id, max(points), max(resets_at) FROM (${leaving})
      WHERE resets_at > unixepoch('subsec') * 1000 GROUP BY limit_id
    ON CONFLICT (limit_id) DO UPDATE SET
      points = max(excluded.points, iif(resets_at > unixepoch('subsec') * 1000, points, 0)),
      resets_at = max(excluded.resets_at, resets_at)`,
})

export const NARROW_COUNTERS = counters(0)
export const WIDE_COUNTERS = counters(1)

/** The names of counters that are near their limit: those that begin anew first are the first to go. */
export const NEAR_LIMITS: Bounded = {
  table: 'near_limit',
  key: 'key',
  where: 'true',
  rowBytes: '100 + length(name)',
  maxBytes: 2_000_000,
  order: 'resets_at',
}
