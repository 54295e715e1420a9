import { AsyncLocalStorage } from 'node:async_hooks'

/** Why a request could not be answered: its client asks for too much, or all of them together do. */
export type Overload = {
  /** Seconds after which to try again. */
  retryAfter: number
} & ({ by: 'client' } | { by: 'everybody'; work: 'hashing passwords' | 'looking up elsewhere' })

type Note = { overload: Overload | null }

const notes = new AsyncLocalStorage<Note>()

/**
 * Answers a request and finds out whether something was refused because of an overload. Between that and
 * the answer lie packages that make other errors of it.
 */
export async function watchOverload<T>(
  work: () => Promise<T>,
): Promise<{ answer: T; overload: Overload | null }> {
  const note: Note = { overload: null }
  const answer = await notes.run(note, work)
  return { answer, overload: note.overload }
}

/** Whether too much is asked for by all together: the log says that for many requests at once. */
export function isOverloaded(): boolean {
  return notes.getStore()?.overload?.by === 'everybody'
}

export function noteOverload(overload: Overload): void {
  const note = notes.getStore()
  if (note) note.overload ??= overload
}
