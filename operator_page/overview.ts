import { html } from 'hono/html'
import { ageOf } from '../base/time/in_words.ts'
import type { HttpResponse } from '../http/message.ts'
import type { Html } from '../http/page/document.ts'
import { show } from '../operator/commands/overview.ts'
import { ageOfOldest } from '../operator/doctor/replication.ts'
import { formOf } from '../operator/paths.ts'
import { sentence, writeInside } from './layout.ts'
import { timeOf } from './result.ts'
import { figures, table } from './table.ts'
import type { Outcome, Visitor } from './visitor.ts'

type Found = Awaited<ReturnType<typeof show.run>>

/** How the installation stands. */
export async function showOverview(visitor: Visitor, outcome: Outcome = {}): Promise<HttpResponse> {
  const found = await show.run(visitor.context, {})
  const { version, url, since, accounts, pdses, today, limitsReached } = found
  const { mail, disk, backups, replication, clients, openid, missing } = found
  const content = html`${missing.map((line) => html`<p class="alert">${sentence(line)}</p>`)}
      <p class="quiet">${url}, version ${version}, runs since ${timeOf(since)}</p>
      ${figures({
        Accounts: accounts.toLocaleString('en'),
        'Sign-ins today': `${today.signIns.succeeded}, and ${today.signIns.failed} that failed`,
        'Mails today': `${today.mails.sent}, and ${today.mails.failed} that failed`,
        'Rate limits reached': html`<a href="${formOf('limits list')}">${limitsReached}</a>`,
        'Last good backup': backups === null ? 'none is made' : goodOf(backups.here),
        ...(backups?.s3 && {
          'Last one in S3': backups.s3.isKnown ? goodOf(backups.s3) : 'the store has not answered',
        }),
        ...(replication && { 'Oldest commit not kept yet': ageOfOldest(replication) }),
        'Free disk': `${gigabytes(disk.free)} of ${gigabytes(disk.total)}`,
        'Mail server': mail ?? 'none',
        'OAuth clients': html`<a href="${formOf('client list')}">${clients} registered</a>`,
        'OpenID clients': html`<a href="${formOf('openid client list')}">${openid.clients}</a>`,
        'OpenID resources': html`<a href="${formOf('openid resource list')}">${openid.resources}</a>`,
      })}
      ${
        backups?.failure &&
        html`<p class="alert">The last try of a backup, ${timeOf(backups.failure.at)}, failed: ${backups.failure.reason}</p>`
      }
      <h2>What doctor finds</h2>
      ${doctorOf(found.doctor)}
      <h2>PDSes</h2>
      ${table(
        'PDSes',
        ['URL', 'Accounts', 'Capacity', 'New accounts', 'Where', 'Standing'],
        pdses.map(({ url, accounts, capacity, open, isEmbedded, standing }) => [
          ...[url, accounts, capacity ?? 'no limit', open ? 'open' : 'closed'],
          ...[isEmbedded ? 'inside' : 'elsewhere', standing],
        ]),
      )}`
  return writeInside(visitor, { title: 'Overview', content, outcome })
}

function doctorOf(doctor: Found['doctor']): Html {
  const again = html`<a href="${formOf('doctor')}">Look now</a>`
  if (doctor === null) return html`<p>It looks for the first time. ${again}</p>`
  const { at, checks, wrong } = doctor
  const looked = html`<p class="quiet">${checks} things were looked at, ${timeOf(at)}. ${again}</p>`
  if (wrong.length === 0) return html`<p>All is in order.</p>${looked}`
  const rows = wrong.map(({ name, state, found, mend }) => [
    name,
    state,
    sentence(found),
    sentence(mend ?? ''),
  ])
  return html`${table('What doctor finds', ['What', 'State', 'Found', 'To mend it'], rows)}${looked}`
}

const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`

const goodOf = ({ lastAt, count }: { lastAt: number | null; count: number }) =>
  lastAt === null ? 'none yet' : `${ageOf(Date.now() - lastAt)} old, of ${count}`
