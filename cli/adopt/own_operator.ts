import type { z } from 'zod'
import { accountFunctions } from '../../actors/account/index.ts'
import { partFunctions } from '../../actors/directory/index.ts'
import { openParts } from '../../actors/directory/part_number.ts'
import { directoryOf } from '../../actors/directory/parts/index.ts'
import type { DirectoryPart } from '../../actors/directory/stub.ts'
import type { Actors } from '../../actors/reach.ts'
import { accountSchema } from '../../database/account/schema.ts'
import { openCopy } from '../../database/check/database.ts'
import { closeDatabase, type Db, openDatabase, type Survives } from '../../database/database.ts'
import { directorySchema } from '../../database/directory/schema.ts'
import { databasePath } from '../../database/paths.ts'
import type { Schema } from '../../database/schema.ts'
import { keepSealed } from '../../database/sealed_columns.ts'
import type { OperatorContext } from '../../operator/command.ts'
import { type CommandName, commands } from '../../operator/commands/index.ts'
import { CliError, ExitCode } from '../errors.ts'
import type { Installation } from '../installation.ts'
import type { Operator } from '../operator/client.ts'

/** What the directory and the accounts can be asked, in this process. */
export type OwnActors = Pick<Actors, 'directory' | 'account'> & { close(): void }

type Functions = Record<string, (db: Db, ...args: never[]) => unknown>

/**
 * For data on which no program runs.
 *
 * @param survives what a commit outlives; null where they are only looked at: copies are asked, and the files stay as they
 * are, also those of an older schema
 */
export function openOwnActors(
  { settings, secrets }: Installation,
  survives: Survives | null,
): OwnActors {
  const open = (path: string, schema: Schema) => {
    const db = survives === null ? openCopy(path, schema) : openDatabase(path, schema, survives)
    keepSealed(db, schema, secrets.seal)
    return db
  }
  const parts = openParts(settings, (path) => open(path, directorySchema))
  return {
    directory: directoryOf(
      parts.map((db) => onDatabase(partFunctions, (call) => call(db)) as DirectoryPart),
    ),
    // There may be more of them than files that may be open.
    account: (did) =>
      onDatabase(accountFunctions, (call) => {
        const db = open(databasePath.account(settings, did), accountSchema)
        try {
          return call(db)
        } finally {
          closeDatabase(db)
        }
      }) as ReturnType<OwnActors['account']>,
    close: () => {
      for (const db of parts) closeDatabase(db)
    },
  }
}

/** As an actor has them: asynchronous, and without the database. */
function onDatabase(functions: Functions, withDatabase: <T>(call: (db: Db) => T) => T): object {
  const calls = Object.entries(functions).map(([name, run]) => [
    name,
    async (...args: never[]) => withDatabase((db) => run(db, ...args)),
  ])
  return Object.fromEntries(calls)
}

/** Runs the operator's commands that need nothing but directory and accounts. */
export function ownOperator(actors: OwnActors): Operator {
  return async (name: CommandName, input: unknown) => {
    const command = commands[name] as (typeof commands)[CommandName]
    const context = { services: { actors } } as unknown as OperatorContext
    const parsed = command.input.safeParse(input)
    if (!parsed.success) throw new CliError(explainInput(parsed.error, input), ExitCode.wrongUsage)
    return command.run(context, parsed.data as never) as never
  }
}

/** One line for each mistake, with the account that has it. */
function explainInput({ issues }: z.ZodError, input: unknown): string {
  const { accounts = [] } = input as { accounts?: { did: string }[] }
  return issues
    .map(({ path: [list, index, ...path], message }) => {
      const did = list === 'accounts' ? accounts[Number(index)]?.did : undefined
      const where = did ? [did, ...path] : [list, index, ...path]
      return `${where.join(' ')}: ${message}`
    })
    .join('\n')
}
