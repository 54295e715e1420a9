import { z } from 'zod'

/** What is written down beside data that are moved, at both ends: so one of them serves at most. */
export const aMove = z.strictObject({
  /**
   * `copying`: the other end's data arrive here, and are not whole yet. `moving`: nothing is served from here any
   * more, and nothing there yet. `moved`: they are whole there. `returned`: they are served from the other end again,
   * as they were before.
   */
  state: z.enum(['copying', 'moving', 'moved', 'returned']),
  /** The same at both ends. */
  id: z.string(),
  /**
   * The other end, for a sentence: `/var/lib/vestibule`, or `the engine at engine.example.com:6420`; with its namespace
   * where that is not the default one.
   */
  place: z.string(),
})
export type Move = z.infer<typeof aMove>

/** Raised where data would be served that are on their way. */
export class MovedError extends Error {
  readonly move: Move

  constructor(move: Move) {
    super(SENTENCES[move.state](move.place))
    this.name = 'MovedError'
    this.move = move
  }

  /** What strangers may read of it. */
  get notice(): string {
    return NOTICES[this.move.state]
  }
}

const NOTICES: Record<Move['state'], string> = {
  copying: 'The data of this service are on their way to here',
  moving: 'The data of this service are being moved; try again soon',
  moved: 'The data of this service were moved, and are not served from here any more',
  returned: 'The data of this service are not served from here any more',
}

/**
 * Raised where an end of a move cannot be reached, or is not what it was: so it is not known whether that is served.
 */
export class EndIsAwayError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'EndIsAwayError'
  }
}

const SENTENCES: Record<Move['state'], (place: string) => string> = {
  copying: (place) =>
    `The copy from ${place} to here is not finished, so nothing is served from it: run \`vestibule data copy\` again`,
  moving: (place) =>
    `The data here are being moved to ${place}, so nothing is served from them: run \`vestibule data copy\` again, or with --abandon to serve them here`,
  moved: (place) =>
    `The data here were moved to ${place}, which serves them: what is here is older. Move them back with \`vestibule data copy\` into an empty folder; or, where it never served them, take these with \`vestibule data copy\` as it was given and --abandon`,
  returned: (place) =>
    `The move to here was taken back, so nothing is served from here any more: ${place} is served, as it was before`,
}
