import { rmSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isThere } from '../../base/files/files.ts'
import { giveToOwnerOf } from '../../base/files/ownership.ts'
import { writeWhole } from '../../base/files/write_whole.ts'

/**
 * What a file beside data says, so that they do not serve two masters: `ADOPTED` that the accounts of the
 * PDS are in a data folder of this program; `RELEASED` that the PDS signs its people in by itself.
 */
export type PdsMark = { kind: 'ADOPTED' | 'RELEASED'; text: string }

export const adoptedInto = (dataDir: string): PdsMark => ({
  kind: 'ADOPTED',
  text:
    `The accounts of this PDS are in ${dataDir} since ${new Date().toISOString()}: ` +
    'what it has of passwords and sessions is older. Do not start it by itself before "vestibule release".',
})

/** @param pds its DID */
export const releasedFrom = (dataDir: string, pds: string): PdsMark => ({
  kind: 'RELEASED',
  text:
    `${pds} signs its people in by itself since ${new Date().toISOString()} ("vestibule release"): what is ` +
    `in ${dataDir} is older. To go on here, adopt it as it is now (docs/pds.md, "Going back"); or remove ` +
    'this file, if it has not run by itself since.',
})

/** What is marked beside the data; null where nothing is. */
export async function readPdsMark(folder: string): Promise<PdsMark | null> {
  // While one takes the place of the other both are there; then nothing has been adopted yet.
  for (const kind of ['RELEASED', 'ADOPTED'] as const) {
    const path = join(folder, kind)
    if (isThere(path)) return { kind, text: (await readFile(path, 'utf8')).trim() }
  }
  return null
}

/** @param mark null takes away what there is */
export function setPdsMark(folder: string, mark: PdsMark | null): void {
  if (mark) {
    const path = join(folder, mark.kind)
    writeWhole(path, `${mark.text}\n`)
    giveToOwnerOf(folder, path)
  }
  for (const kind of ['RELEASED', 'ADOPTED'] as const) {
    if (kind !== mark?.kind) rmSync(join(folder, kind), { force: true })
  }
}

/** @throws {Error} where a PDS was released that this program would serve as it was before */
export async function assertNotReleased(folders: readonly string[]): Promise<void> {
  for (const folder of folders) {
    const mark = await readPdsMark(folder)
    if (mark?.kind === 'RELEASED') throw new Error(`${join(folder, mark.kind)}: ${mark.text}`)
  }
}
