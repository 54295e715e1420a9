import type { Check } from '../../operator/check.ts'

/** What was found without what was looked at. */
export type Finding = Omit<Check, 'name'>

/** Runs one check; one that breaks has failed, and `mend` says what then is to be done. */
export async function look(
  name: string,
  mend: string,
  work: () => Promise<Finding>,
): Promise<Check> {
  try {
    return { name, ...(await work()) }
  } catch (err) {
    return { name, state: 'failed', found: reason(err), mend }
  }
}

/** Fetches, waiting ten seconds at most; redirects are not followed. */
export function ask(url: string | URL): Promise<Response> {
  return fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(10_000) })
}

function reason(err: unknown): string {
  if (!(err instanceof Error)) return 'it could not be asked'
  const { cause } = err
  return cause instanceof Error && cause.message ? cause.message : err.message
}
