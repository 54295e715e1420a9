import { type Command, Option } from 'commander'
import { FACTOR_KINDS, type FactorKind } from '../../factors/kinds.ts'
import type { CommandName } from '../../operator/commands.ts'
import { online } from '../action.ts'
import { assertMeant, newPassword, type PasswordOptions } from '../ask.ts'
import { when } from '../output.ts'
import { sheet } from '../table.ts'

type ResetOptions = PasswordOptions & { keepAppPasswords?: boolean }

export const ACCOUNT = 'handle, DID or e-mail address'

type FactorOptions = { remove?: FactorKind; passkey?: string; add?: 'mail' }

/** What changes an account; part of `account`. */
export function addAccountChangeCommands(account: Command): void {
  account
    .command('reset-password')
    .description('Set a new password and sign out everywhere; it is generated unless asked for')
    .argument('<account>', ACCOUNT)
    .option('--keep-app-passwords', 'keep the app passwords, which end otherwise')
    .option('--ask', 'ask for the password')
    .option('--password <password>', 'the password (other users of this machine can see it)')
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

  account
    .command('set-email')
    .description('Change the e-mail address of an account; the new one is not confirmed')
    .argument('<account>', ACCOUNT)
    .argument('<email>')
    .action(
      online(async (operator, output, [name = '', email = '']) => {
        const changed = await operator('account/set-email', { account: name, email })
        output.result(changed, ({ handle, did }) => `${handle ?? did} has the address ${email}`)
        if (changed.factorEnded) {
          output.note('The second factor is off: the new address is not confirmed.')
        }
      }),
    )

  account
    .command('set-handle')
    .description('Change the handle of an account, in PLC and on its PDS, too')
    .argument('<account>', ACCOUNT)
    .argument('<handle>', 'of this service, or one that points to the account already')
    .action(
      online(async (operator, output, [name = '', handle = '']) => {
        const changed = await operator('account/set-handle', { account: name, handle })
        output.result(changed, (row) => `${row.did} is ${row.handle}`)
      }),
    )

  account
    .command('factors')
    .description('Show the second factors of an account, or remove one for somebody who lost it')
    .argument('<account>', ACCOUNT)
    .addOption(
      new Option('--remove <factor>', 'passkey, totp, mail or recovery').choices(FACTOR_KINDS),
    )
    .option('--passkey <name>', 'with --remove passkey: only the one of this name')
    .addOption(
      new Option('--add <factor>', 'the code by mail, for a confirmed address').choices(['mail']),
    )
    .action(
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

  addSwitch(account, 'activate', 'Activate an account, here and on its PDS', 'is active')
  addSwitch(
    account,
    'deactivate',
    'Deactivate an account, here and on its PDS; nothing that apps hold is lost',
    'is deactivated',
  )

  account
    .command('takedown')
    .description('Take an account down, here and on its PDS, or lift that')
    .argument('<account>', ACCOUNT)
    .option('--ref <text>', 'what to remember of the reason', 'operator')
    .option('--lift', 'lift the takedown')
    .action(
      online<{ ref: string; lift?: boolean }>(async (operator, output, [name = ''], options) => {
        const ref = options.lift ? null : options.ref
        const done = await operator('account/take-down', { account: name, ref })
        output.result({ ...done, takedownRef: ref }, ({ handle, did }) =>
          ref === null ? `${handle ?? did} is back` : `${handle ?? did} is taken down`,
        )
      }),
    )

  account
    .command('delete')
    .description('Delete an account, here and on its PDS, for good')
    .argument('<account>', ACCOUNT)
    .option('--yes', 'do not ask')
    .action(
      online<{ yes?: boolean }>(async (operator, output, [name = ''], { yes }) => {
        const { did, handle } = await operator('account/show', { account: name })
        await assertMeant(`Delete ${handle ?? did} with everything on its PDS, for good?`, yes)
        const deleted = await operator('account/delete', { account: did })
        output.result(deleted, () => `${handle ?? did} is deleted`)
      }),
    )
}

type ListedPasskey = { name: string; createdAt: number; usedAt: number | null }

function passkeyLine({ name, createdAt, usedAt }: ListedPasskey): string {
  const used = usedAt === null ? 'never used' : `last used ${when(usedAt)}`
  return `${name}, since ${when(createdAt)}, ${used}`
}

function addSwitch(
  account: Command,
  name: 'activate' | 'deactivate',
  description: string,
  done: string,
): void {
  const command = `account/${name}` as const satisfies CommandName
  account
    .command(name)
    .description(description)
    .argument('<account>', ACCOUNT)
    .action(
      online(async (operator, output, [which = '']) => {
        const changed = await operator(command, { account: which })
        output.result(changed, ({ handle, did }) => `${handle ?? did} ${done}`)
      }),
    )
}
