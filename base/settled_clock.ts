import { CLOCK_JUMP, CLOCK_SETTLED } from './lifetimes.ts'

/** When the clock was last believed: by itself, and by the one that nobody sets. Milliseconds. */
let believed: { wall: number; monotonic: number } | null = null
/** Since when the clock has been ahead of that; monotonic. */
let jumpedAt: number | null = null

/**
 * Says until when the clock has been seen to go, by a process that ran before this one.
 *
 * @param last when its data were last written to, ms; 0 where there are none
 * @returns milliseconds by which the clock is ahead of that, or negative; 0 where that is nothing to speak of
 */
export function resumeClock(last: number): number {
  const [wall, monotonic] = [Date.now(), performance.now()]
  believed = { wall: last > 0 ? Math.min(last, wall) : wall, monotonic }
  jumpedAt = null
  const ahead = last > 0 ? wall - last : 0
  return Math.abs(ahead) > CLOCK_JUMP ? ahead : 0
}

/**
 * The time by which to delete what has expired: `now` (ms), unless the clock jumped ahead and has not stayed there
 * for {@link CLOCK_SETTLED}. A clock that is wrong after a boot, until a time service sets it, must not
 * delete for good what is good by the right time. Whether something has expired is judged by the clock alone.
 */
export function settled(now: number): number {
  const [wall, monotonic] = [Date.now(), performance.now()]
  const expected = believed ? believed.wall + monotonic - believed.monotonic : wall
  if (wall - expected > CLOCK_JUMP) {
    jumpedAt ??= monotonic
    if (monotonic - jumpedAt < CLOCK_SETTLED) return now - (wall - expected)
  }
  believed = { wall, monotonic }
  jumpedAt = null
  return now
}
