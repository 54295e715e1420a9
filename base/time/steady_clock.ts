/** Finds out that somebody set the clock, by comparing it with the one that nobody sets (`performance.now()`). */
export class SteadyClock {
  #wall = Date.now()
  #monotonic = performance.now()
  readonly #begunAt = { wall: this.#wall, monotonic: this.#monotonic }
  #setAt = Number.NEGATIVE_INFINITY

  /**
   * When this was begun, ms: by the clock as it was then or as it is now, whichever says earlier. What was dated since
   * is never before that, also where the clock was set by too little for {@link isSteadyFor}.
   */
  get begunAt(): number {
    const { wall, monotonic } = this.#begunAt
    return Math.min(wall, Date.now() - (performance.now() - monotonic))
  }

  /**
   * To be asked from time to time.
   *
   * @returns whether nobody has set the clock by as much as half of `ms`, for `ms`
   */
  isSteadyFor(ms: number): boolean {
    const [wall, monotonic] = [Date.now(), performance.now()]
    const shift = wall - this.#wall - (monotonic - this.#monotonic)
    if (Math.abs(shift) >= ms / 2) this.#setAt = monotonic
    this.#wall = wall
    this.#monotonic = monotonic
    return monotonic - this.#setAt >= ms
  }
}
