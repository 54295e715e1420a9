import { rmSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { giveToOwnerOf, isThere } from '../../base/files.ts'

/** Beside the data of a PDS whose accounts are in a data folder of this program. */
const MARK = 'ADOPTED'

/** Says beside the data of a PDS where its accounts are from now on. */
export function markAdopted(pdsData: string, dataDir: string): void {
  const text =
    `The accounts of this PDS are in ${dataDir} since ${new Date().toISOString()}: ` +
    'what it has of passwords and sessions is older. Do not start it by itself before "vestibule release".\n'
  const path = join(pdsData, MARK)
  writeFileSync(path, text, { flush: true })
  giveToOwnerOf(pdsData, path)
}

export function unmarkAdopted(pdsData: string): void {
  rmSync(join(pdsData, MARK), { force: true })
}

/** What the mark says; null where the PDS is its own. */
export async function readMark(pdsData: string): Promise<string | null> {
  const path = join(pdsData, MARK)
  return isThere(path) ? (await readFile(path, 'utf8')).trim() : null
}
