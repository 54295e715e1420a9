import type { Command } from 'commander'
import { printableLine } from '../../base/values/printable.ts'
import type { FactorKind } from '../../factors/kinds.ts'
import type { CommandName } from '../../operator/commands/index.ts'
import { online } from '../action.ts'
import { described } from '../described_command.ts'
import { askForPassword, newPassword, type PasswordOptions } from '../terminal/ask.ts'
import { when } from '../terminal/output.ts'
import { sheet } from '../terminal/table.ts'

type ResetOptions = PasswordOptions & { keepAppPasswords?: boolean }

type FactorOptions = { remove?: FactorKind; passkey?: string; add?: 'mail' }

/** What changes an account; part of `account`. */
export function addAccountChangeCommands(account: Command): void {
  described(account, 'account reset-password')
    .addOption(askForPassword())
    .action(
      online<ResetOptions>(async (operator, output, [name = ''], options) => {
        const { password, generated } = await newPassword(options, output)
        const changed = await operator('account/reset-password', {
          account: name,
          password,
          keepAppPasswords: options.keepAppPasswords ?? false,
        })
        output.result({ ...changed, ...(generated ? { password } : {}) }, (row) => sheet(row))
      }),
    )

  described(account, 'account set-email').action(
    online(async (operator, output, [name = '', email = '']) => {
      const changed = await operator('account/set-email', { account: name, email })
      output.result(changed, ({ handle, did }) => `${handle ?? did} has the address ${email}`)
      if (changed.factorEnded) {
        output.note('The second factor is off: the new address is not confirmed.')
      }
    }),
  )

  described(account, 'account set-handle').action(
    online(async (operator, output, [name = '', handle = '']) => {
      const changed = await operator('account/set-handle', { account: name, handle })
      output.result(changed, (row) => `${row.did} is ${row.handle}`)
    }),
  )

  described(account, 'account name-pds').action(
    online(async (operator, output, [name = '']) => {
      const named = await operator('account/name-pds', { account: name })
      output.result(named, ({ handle, did, pds }) => `The DID of ${handle ?? did} names ${pds}`)
    }),
  )

  described(account, 'account factors').action(
    online<FactorOptions>(async (operator, output, [name = ''], options) => {
      const { remove, passkey, add } = options
      const asked = { account: name, remove, passkey, add }
      const found = await operator('account/factors', asked)
      output.result(found, ({ handle, did, password, passkeys, totp, mail, recoveryCodes }) =>
        sheet({
          account: handle ?? did,
          password,
          passkeys: passkeys.map(passkeyLine).join('\n') || 'no',
          'authenticator app': totp ? `since ${when(totp.addedAt)}` : 'no',
          'code by mail': mail,
          'recovery codes left': recoveryCodes,
        }),
      )
      if (!found.password && !found.passkeys.length) {
        output.note(
          'Nobody can sign in with a password or a passkey: the owner sets a password by mail, or give one with account reset-password.',
        )
      }
    }),
  )

  addSwitch(account, 'activate', 'is active')
  addSwitch(account, 'deactivate', 'is deactivated')

  described(account, 'account takedown').action(
    online<{ ref?: string; lift?: boolean }>(
      async (operator, output, [name = ''], { ref, lift }) => {
        const done = await operator('account/take-down', { account: name, ref, lift })
        output.result(done, ({ handle, did, takedownRef }) =>
          takedownRef === null ? `${handle ?? did} is back` : `${handle ?? did} is taken down`,
        )
      },
    ),
  )

  described(account, 'account delete').action(
    online(async (operator, output, [name = '']) => {
      const deleted = await operator('account/delete', { account: name })
      output.result(deleted, ({ handle, did }) => `${handle ?? did} is deleted`)
    }),
  )
}

type ListedPasskey = { name: string; createdAt: number; usedAt: number | null }

function passkeyLine({ name, createdAt, usedAt }: ListedPasskey): string {
  const used = usedAt === null ? 'never used' : `last used ${when(usedAt)}`
  return `${printableLine(name)}, since ${when(createdAt)}, ${used}`
}

function addSwitch(account: Command, name: 'activate' | 'deactivate', done: string): void {
  const command = `account/${name}` as const satisfies CommandName
  described(account, `account ${name}`).action(
    online(async (operator, output, [which = '']) => {
      const changed = await operator(command, { account: which })
      output.result(changed, ({ handle, did }) => `${handle ?? did} ${done}`)
    }),
  )
}
