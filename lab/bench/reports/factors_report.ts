import type { Figures } from '../figures/figures.ts'
import { medians, ratio, table } from '../figures/rows.ts'
import { comparedWith, factors } from '../operations/factors.ts'

/** @returns a Markdown section */
export function renderFactors(figures: Figures[]): string {
  const of = (name: string, inFlight: number) =>
    figures.filter((each) => each.operation === name && each.inFlight === inFlight)
  const measured = factors.filter(({ name }) => figures.some((each) => each.operation === name))
  const rows = measured.flatMap(({ name }) =>
    [...new Set(figures.map(({ inFlight }) => inFlight))].map((inFlight) => {
      const [own, others] = [of(name, inFlight), of(comparedWith(name), inFlight)]
      const { perSecond, p50, p99, cpu, errors } = medians(own)
      return [
        ...[name, inFlight, perSecond.toFixed(0)],
        ...[ratio(own, others, 'perSecond', { isBold: true }), p50.toFixed(1), p99.toFixed(1)],
        ...[cpu.toFixed(2), errors],
      ]
    }),
  )
  return `## Ways to sign in

On the sign-in page of Vestibule: the forms, without the pages that they stand on; and by the one request of
\`createSession\`. A "return" is a sign-in in a browser that remembers the account, where password and code stand in one
form; in the others the code is a second form. A stock PDS has neither authenticators nor passkeys, so each is compared
with the password alone at the same place. Wanted: 10× by a passkey, for which no password is hashed; no less by password
and TOTP.

${table(['sign-in', 'in flight', 'a second', 'to the password', 'p50 ms', 'p99 ms', 'CPU ms', 'errors'], rows)}
`
}
