import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isThere } from '../../base/files/files.ts'
import { aMove, type Move, MovedError } from '../../base/files/move.ts'
import { giveToOwnerOf } from '../../base/files/ownership.ts'
import { syncEntries } from '../../base/files/sync_files.ts'
import { MOVE } from './files.ts'

/**
 * Whether the data of a directory go elsewhere, or come from there; null where they do not.
 *
 * @throws {Error} where a file is there that does not say it
 */
export function readMoveOf(dataDir: string): Move | null {
  const path = join(dataDir, MOVE)
  if (!isThere(path)) return null
  const text = readFileSync(path, 'utf8')
  try {
    return aMove.parse(JSON.parse(text))
  } catch (err) {
    throw new Error(
      `${path} does not say where the data go, or whence they come: remove it only if nothing else serves them, and no copy to here was under way`,
      { cause: err },
    )
  }
}

/** Writes that down, on the disk before it returns. @param move null where they do not any more */
export function setMoveOf(dataDir: string, move: Move | null): void {
  const path = join(dataDir, MOVE)
  if (move) {
    // What has a dot and was left by a crash stands in nobody's way.
    const next = join(dataDir, `.${MOVE}.next`)
    writeFileSync(next, `${JSON.stringify(move, null, 2)}\n`, { flush: true, mode: 0o600 })
    giveToOwnerOf(dataDir, next)
    renameSync(next, path)
  } else {
    rmSync(path, { force: true })
  }
  syncEntries(dataDir)
}

/** @throws {MovedError} where the data of a directory are not to be served */
export function assertNotMoved(dataDir: string): void {
  const move = readMoveOf(dataDir)
  if (move) throw new MovedError(move)
}
