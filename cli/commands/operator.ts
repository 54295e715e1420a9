import type { Command } from 'commander'
import { count } from '../../base/time/in_words.ts'
import { ageOfOldest } from '../../operator/doctor/replication.ts'
import { online } from '../action.ts'
import { described } from '../described_command.ts'
import { when } from '../terminal/output.ts'
import { sheet, table } from '../terminal/table.ts'

export function addOperatorCommands(program: Command): void {
  described(program, 'overview').action(
    online(async (operator, output) => {
      output.result(await operator('overview', {}), (found) => {
        const { today, backups, replication, disk, openid, doctor } = found
        return sheet({
          version: found.version,
          address: found.url,
          'runs since': when(found.since),
          accounts: found.accounts,
          'sign-ins today': `${today.signIns.succeeded}, and ${today.signIns.failed} that failed`,
          'mails today': `${today.mails.sent}, and ${today.mails.failed} that failed`,
          'rate limits reached': found.limitsReached,
          PDSes: found.pdses.map(({ url, standing }) => `${url}: ${standing}`).join('\n'),
          'mail server': found.mail ?? 'none',
          'last good backup': backups === null ? 'none is made' : goodOf(backups.here),
          ...(backups?.s3 && {
            'last one in S3': backups.s3.isKnown
              ? goodOf(backups.s3)
              : 'the store has not answered',
          }),
          ...(backups?.failure && { 'last try of one': `failed: ${backups.failure.reason}` }),
          ...(replication && { 'oldest commit not kept yet': ageOfOldest(replication) }),
          'free disk': `${(disk.free / 1e9).toFixed(1)} of ${(disk.total / 1e9).toFixed(1)} GB`,
          clients: `${found.clients} of OAuth, ${openid.clients} of OpenID, ${count(openid.resources, 'resource')}`,
          doctor:
            doctor === null
              ? 'it looks for the first time'
              : `${count(doctor.wrong.length, 'thing')} to mend`,
          missing: found.missing.join('\n'),
        })
      })
    }),
  )

  const operators = program
    .command('operator')
    .description("Who may use the operator's page, `/operator`")

  described(operators, 'operator add').action(
    online(async (operator, output, [name = '']) => {
      const added = await operator('operator/add', { account: name })
      output.result(added, ({ did, handle, isNew, page }) =>
        [
          `${handle ?? did} ${isNew ? 'is an operator' : 'was an operator already'}`,
          ...(page === null ? [] : [`The page is ${page}`]),
        ].join('\n'),
      )
      if (!added.hasFactor) {
        output.note(
          'The account signs in with a password alone. It cannot come in before its owner adds a passkey or a second factor on the security page.',
        )
      }
      if (added.page === null) output.note('The page is off (ENTRYWAY_OPERATOR_PAGE).')
    }),
  )

  described(operators, 'operator list').action(
    online(async (operator, output) => {
      const { operators: all } = await operator('operator/list', {})
      output.result(all, (rows) =>
        table(
          ['handle', 'DID', 'since'],
          rows.map(({ handle, did, addedAt }) => [handle, did, when(addedAt)]),
        ),
      )
    }),
  )

  described(operators, 'operator remove').action(
    online(async (operator, output, [name = '']) => {
      const removed = await operator('operator/remove', { account: name })
      output.result(removed, ({ did, handle }) => `${handle ?? did} is no longer an operator`)
    }),
  )

  described(operators, 'operator link').action(
    online(async (operator, output) => {
      output.result(await operator('operator/link', {}), ({ url }) => url)
    }),
  )

  described(operators, 'operator sign-out').action(
    online(async (operator, output) => {
      output.result(
        await operator('operator/sign-out', {}),
        () => "Nobody is in on the operator's page any more",
      )
    }),
  )
}

const goodOf = ({ lastAt, count }: { lastAt: number | null; count: number }) =>
  lastAt === null ? 'none yet' : `${when(lastAt)}, of ${count}`
