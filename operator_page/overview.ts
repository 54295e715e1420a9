import { html } from 'hono/html'
import { ageOf } from '../base/age.ts'
import type { HttpResponse } from '../http/message.ts'
import { show } from '../operator/overview.ts'
import { writeInside } from './layout.ts'
import { timeOf } from './result.ts'
import { figures, table } from './table.ts'
import type { Outcome, Visitor } from './visitor.ts'

/** How the installation stands. */
export async function showOverview(visitor: Visitor, outcome: Outcome = {}): Promise<HttpResponse> {
  const { version, url, since, accounts, pdses, mail, disk, backups, signIns, missing } =
    await show.run(visitor.context, {})
  const content = html`${missing.map((line) => html`<p class="alert">${line}</p>`)}
      ${figures({
        Accounts: accounts,
        Version: version,
        'Runs since': timeOf(since),
        ...(signIns && {
          'Sign-ins since then': `${signIns.succeeded}, and ${signIns.failed} that failed`,
        }),
        'Last good backup': backups === null ? 'none is made' : ageOfLast(backups.lastAt),
        'Free disk': `${gigabytes(disk.free)} of ${gigabytes(disk.total)}`,
        'Mail server': mail ?? 'none',
        Address: url,
      })}
      <h2>PDSes</h2>
      ${table(
        'PDSes',
        ['URL', 'Accounts', 'Capacity', 'New accounts', 'Standing'],
        pdses.map(({ url, accounts, capacity, open, isEmbedded, isDown }) => [
          ...[url, accounts, capacity ?? 'no limit', open ? 'open' : 'closed'],
          isDown ? 'does not answer' : isEmbedded ? 'inside, runs' : 'elsewhere',
        ]),
      )}`
  return writeInside(visitor, 'Overview', content, outcome)
}

const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`

const ageOfLast = (at: number | null) =>
  at === null ? 'none yet' : `${ageOf(Date.now() - at)} old`
