import { accountNotFound, UnavailableError } from '../base/errors.ts'
import { PdsRefusal } from '../pds/client.ts'
import type { Services } from '../sagas/services/services.ts'

/** Something failed at another server; the message says how things stand now, and what to do. */
export class HalfDoneError extends Error {
  /** The account that it was done to. */
  readonly did: string

  constructor(did: string, message: string, options: ErrorOptions) {
    super(message, options)
    this.name = 'HalfDoneError'
    this.did = did
  }
}

/**
 * Does what takes several servers. Where one of them fails, `tell` says how things stand.
 *
 * @param did of the account that it is done to
 * @param tell is given why, as a sentence
 * @throws {HalfDoneError}
 * @throws {Refusal} AccountNotFound, where it was deleted meanwhile
 */
export async function tellingHalf<T>(
  { actors }: Pick<Services, 'actors'>,
  did: string,
  work: () => Promise<T>,
  tell: (why: string) => Promise<string>,
): Promise<T> {
  try {
    return await work()
  } catch (err) {
    if (err instanceof PdsRefusal) {
      if (!(await actors.directory.find(did, ['did']))) throw accountNotFound()
      throw new HalfDoneError(did, await tell(asSentence(`The PDS said: ${err.message}`)), {
        cause: err,
      })
    }
    if (err instanceof UnavailableError) {
      throw new HalfDoneError(did, await tell(asSentence(err.message)), { cause: err })
    }
    throw err
  }
}

/** What another server says may end as a sentence does. */
const asSentence = (words: string): string => (/[.!?]$/.test(words) ? words : `${words}.`)
