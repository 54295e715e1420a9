import { realpathSync } from 'node:fs'
import { Refusal } from '../../base/errors.ts'
import { readMoveOf, setMoveOf } from '../../maintenance/data_folder/move_mark.ts'
import { command } from '../command.ts'
import { inputs } from '../inputs/index.ts'

/**
 * Writes down that the data of this program go elsewhere, and ends it in order: it does not start on them again
 * before that is finished or taken back.
 *
 * @throws {Refusal} InvalidRequest where its data are not those that are meant, or go elsewhere already
 */
export const handOver = command(
  inputs['data/hand-over'],
  async ({ services: { settings, end, log } }, { dataDir, move }) => {
    const own = settings.database === 'file' ? realpathSync(settings.dataDir) : null
    if (own !== dataDir) {
      const where = own === null ? 'keeps its data in the engine' : `runs on ${own}`
      throw new Refusal('InvalidRequest', `The program that answers ${where}, not on ${dataDir}`)
    }
    if (move) {
      const found = readMoveOf(dataDir)
      if (found && found.id !== move.id) {
        throw new Refusal('InvalidRequest', `The data are being moved to ${found.place} already`)
      }
      setMoveOf(dataDir, move)
      log.warn({ to: move.place }, 'the data are being moved; this program ends')
      // After the answer has left: it ends the gateway, which waits for that.
      setImmediate(end)
    }
    return { dataDir }
  },
)
