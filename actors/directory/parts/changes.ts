import { Refusal } from '../../../base/errors.ts'
import { undoing } from '../../../base/work/undoing.ts'
import type { Attempt } from '../attempt.ts'
import type { DirectoryStub } from '../stub.ts'
import type { Names } from './names.ts'

type Changes = Pick<
  DirectoryStub,
  | 'reserveHandle'
  | 'readHandleChange'
  | 'completeHandleChange'
  | 'abandonHandleChange'
  | 'reserveEmail'
  | 'completeEmailChange'
  | 'abandonEmailChange'
  | 'addAccount'
  | 'importEntry'
  | 'removeAccount'
>

/** What changes the names of an account. The part of its DID records each step before it is tried. */
export function changesIn(names: Names): Changes {
  async function abandonHandleChange(did: string, createdAt: number): Promise<void> {
    const home = names.partOf(did)
    const change = await home.readHandleChange(did)
    await home.abandonHandleChange(did, createdAt)
    await names.release([change?.newHandle])
  }

  async function abandonEmailChange(did: string, createdAt: number): Promise<void> {
    const home = names.partOf(did)
    const change = await home.readEmailChange(did)
    await home.abandonEmailChange(did, createdAt)
    await names.release([change?.newEmail])
  }

  /**
   * Claims a name for which a change is on record. An attempt that is refused is given up, unless it goes on with an
   * earlier one, or another goes on with it. Where it is unknown what came of it, recovery settles it.
   */
  async function takeFor(
    did: string,
    name: string,
    { isRepeated, createdAt }: Attempt,
    abandon: (did: string, createdAt: number) => Promise<void>,
  ): Promise<void> {
    try {
      await names.take(name, did)
    } catch (err) {
      if (err instanceof Refusal && !isRepeated) await abandon(did, createdAt)
      throw err
    }
  }

  async function reserveHandle(did: string, newHandle: string, generation: number | null) {
    const attempt = await names.partOf(did).reserveHandle(did, newHandle, generation)
    await takeFor(did, newHandle, attempt, abandonHandleChange)
    return attempt
  }

  async function reserveEmail(did: string, newEmail: string) {
    const attempt = await names.partOf(did).reserveEmail(did, newEmail)
    await takeFor(did, newEmail, attempt, abandonEmailChange)
    return attempt
  }

  const importEntry: Changes['importEntry'] = async (entry) => {
    const { did, handle, email } = entry
    const home = names.partOf(did)
    if (await home.find(did, ['did'])) return
    await home.beginImport({ did, handle, email })
    await undoing(
      async () => {
        for (const name of [handle, email]) if (name !== null) await names.take(name, did)
        await home.endImport(entry)
      },
      async () => {
        await home.abandonImport(did)
        await names.release([handle, email])
      },
    )
  }

  return {
    reserveHandle,
    readHandleChange: (did) => names.partOf(did).readHandleChange(did),
    async completeHandleChange(did, handle) {
      const home = names.partOf(did)
      const before = await home.find(did, ['did'])
      const change = await home.readHandleChange(did)
      // Where it was given up meanwhile, the name has to be free still.
      do await reserveHandle(did, handle, change?.generation ?? null)
      while (!(await home.completeRecordedHandleChange(did, handle)))
      await names.release([before?.handle])
    },
    abandonHandleChange,
    reserveEmail,
    async completeEmailChange(did, email) {
      const home = names.partOf(did)
      const before = await home.find(did, ['did'])
      do await reserveEmail(did, email)
      while (!(await home.completeRecordedEmailChange(did, email)))
      await names.release([before?.email])
    },
    abandonEmailChange,
    addAccount: importEntry,
    importEntry,
    async removeAccount(did) {
      const home = names.partOf(did)
      const held = await home.namesOf(did)
      // What the first part has of it: before, since this is repeated until the entry is gone, and after, for
      // what was made meanwhile.
      await names.first.removeAccount(did)
      await home.removeAccount(did)
      await names.first.removeAccount(did)
      await names.release(held)
    },
  }
}
