/** An account that an operator has named. */
export type NamedAccount = { did: string; handle: string | null }

type Input = Record<string, unknown>

/**
 * Finds the accounts that an operator has named, once, before anybody is asked about them: a handle or an address
 * may lead to another account while the person reads the question.
 *
 * @param given input of a command
 * @param find by handle, DID or e-mail address; throws where there is none
 * @returns `input`: as given, with the DIDs; `shown`: with handles and DIDs, for the question
 */
export async function byDid(
  given: Input,
  find: (name: string) => Promise<NamedAccount>,
): Promise<{ input: Input; shown: Input }> {
  const input = { ...given }
  const shown = { ...given }
  if (typeof given.account === 'string') {
    const found = await find(given.account)
    input.account = found.did
    shown.account = wordsFor(found)
  }
  if (Array.isArray(given.accounts)) {
    const found = await Promise.all(given.accounts.map(find))
    input.accounts = found.map(({ did }) => did)
    shown.accounts = found.map(wordsFor)
  }
  return { input, shown }
}

const wordsFor = ({ did, handle }: NamedAccount) => (handle === null ? did : `${handle} (${did})`)
