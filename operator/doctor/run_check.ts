import { DOCTOR_LOOK } from '../../base/lifetimes.ts'
import { codeBelow, reasonOf } from '../../base/values/reason.ts'
import type { Check } from './check.ts'

/** What came of a check. */
export type CheckResult = Omit<Check, 'name'>

/** The look-up of a name had no answer: nothing is known of what was to be looked at. */
const NO_NAME_SERVER =
  'let this machine reach a name server (/etc/resolv.conf; in a container, that of its engine), and look again; where it finds other names, those of this domain do not answer (SERVFAIL)'

/**
 * Runs one check; one that breaks has failed.
 *
 * @param mend what then is to be done, by the code of the error where there is one (`ENOTFOUND`, …)
 */
export async function look(
  name: string,
  mend: string | ((code: string) => string),
  work: () => Promise<CheckResult>,
): Promise<Check> {
  try {
    return { name, ...(await work()) }
  } catch (err) {
    const found = reasonOf(err)
    if (/\bEAI_AGAIN\b/.test(found)) return { name, state: 'failed', found, mend: NO_NAME_SERVER }
    const toDo = typeof mend === 'string' ? mend : mend(codeBelow(err))
    return { name, state: 'failed', found, mend: toDo }
  }
}

/** Fetches, waiting ten seconds at most; redirects are not followed. */
export function ask(url: string | URL, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(url, { headers, redirect: 'manual', signal: AbortSignal.timeout(DOCTOR_LOOK) })
}

/** @throws {Error} in words, when it is no JSON: a proxy's answer for a program that is stopped */
export async function readJson<T>(response: Response): Promise<T> {
  try {
    return (await response.json()) as T
  } catch {
    throw new Error(
      [502, 503, 504].includes(response.status)
        ? `the proxy in front answers ${response.status}: it does not reach the program`
        : `what answers (${response.status}) is not this program: it is no JSON`,
    )
  }
}
