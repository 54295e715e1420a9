import { Refusal } from '../../base/errors.ts'
import { command, type OperatorContext } from '../command.ts'
import type { ImportedAccount } from '../inputs/imported.ts'
import { inputs } from '../inputs/index.ts'

/**
 * What became of an account; `refused` says why in `reason`. One that is `present` may lack the
 * second factor that it has on the PDS, and one that is `begun` waits for its other app passwords; `isNew` says whether
 * this import made its records.
 */
export type ImportOutcome =
  | { did: string; outcome: 'begun'; isNew: boolean }
  | { did: string; outcome: 'imported' }
  | { did: string; outcome: 'present'; lacksFactor: boolean }
  | { did: string; outcome: 'refused'; reason: string }

/**
 * Puts accounts of a PDS under this entryway with the passwords they have. What is here already
 * stays as it is, so the same accounts may be sent again.
 *
 * @throws {Refusal} InvalidRequest when the PDS is not behind this entryway
 */
export const accounts = command(inputs['import/accounts'], async (context, input) => {
  const { directory } = context.services.actors
  if (!(await directory.readPds(input.pds))) {
    throw new Refusal('InvalidRequest', `Add the PDS ${input.pds} first: vestibule pds add`)
  }
  const outcomes: ImportOutcome[] = []
  for (const one of input.accounts) {
    outcomes.push(await importOne(context, input.pds, one, input.dryRun))
  }
  return { outcomes }
})

export const invites = command(
  inputs['import/invites'],
  async ({ services }, { dryRun, codes }) => {
    const { directory } = services.actors
    if (!dryRun) return { imported: await directory.importInviteCodes(codes) }
    const known = new Set((await directory.listInviteCodes()).map(({ code }) => code))
    return { imported: codes.filter(({ code }) => !known.has(code)).length }
  },
)

/**
 * Writes the account's own records first, then its names. When the import stops between the two, the
 * account cannot be found by a name yet; the next run goes on from there.
 */
async function importOne(
  { services }: OperatorContext,
  pdsDid: string,
  account: ImportedAccount,
  dryRun: boolean,
): Promise<ImportOutcome> {
  const { actors } = services
  const { did, handle, email, createdAt } = account
  if (await actors.directory.find(did)) {
    const here = account.emailAuthFactor ? await actors.account(did).read() : null
    return { did, outcome: 'present', lacksFactor: here?.emailAuthFactor === false }
  }
  // Whether the records are those of this import. Others, such as of one that was stopped, stay where it is refused.
  let isOurs = !dryRun && account.continues?.isNew === true
  try {
    await actors.directory.assertAvailable({ did, email, ...(handle === null ? {} : { handle }) })
    if (!dryRun) {
      isOurs = (await actors.account(did).import({ ...account, pdsDid })) || isOurs
      if (account.unfinished) return { did, outcome: 'begun', isNew: isOurs }
      await actors.directory.importEntry({ did, handle, email, pdsDid, createdAt })
    }
    return { did, outcome: 'imported' }
  } catch (err) {
    if (!(err instanceof Refusal)) throw err
    // Somebody took the name meanwhile.
    if (isOurs) await actors.account(did).erase()
    return { did, outcome: 'refused', reason: err.message }
  }
}
