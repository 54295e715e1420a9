import { type Move, MovedError } from '../../base/files/move.ts'

/**
 * @param found what is marked where the data were moved to
 * @throws {MovedError} where they went on from there to elsewhere
 */
export function assertNotGoneOn(found: Move | null, { id }: Pick<Move, 'id'>): void {
  if (found === null || found.id === id) return
  if (found.state === 'moving' || found.state === 'moved') throw new MovedError(found)
}
