import { accountFunctions } from '../../actors/account/index.ts'
import { directoryFunctions } from '../../actors/directory/index.ts'
import type { Actors } from '../../actors/reach.ts'
import { accountSchema } from '../../database/account/schema.ts'
import { closeDatabase, type Db, openDatabase, type Schema } from '../../database/database.ts'
import { directorySchema } from '../../database/directory/schema.ts'
import { databasePath } from '../../database/paths.ts'
import { keepSealed } from '../../database/sealed_columns.ts'
import type { OperatorContext } from '../../operator/command.ts'
import { type CommandName, commands } from '../../operator/commands.ts'
import type { Installation } from '../installation.ts'
import type { Operator } from '../operator_client.ts'

/** What the directory and the accounts can be asked, in this process. */
export type OwnActors = Pick<Actors, 'directory' | 'account'>

/** For data on which no program runs: each call opens the database that it is for. */
export function openOwnActors({ settings, secrets }: Installation): OwnActors {
  const on = (path: string, schema: Schema, functions: object) => {
    const call = (name: string, args: unknown[]) => {
      const db = openDatabase(path, schema)
      try {
        keepSealed(db, schema, secrets.seal)
        return (functions as Record<string, (db: Db, ...args: unknown[]) => unknown>)[name]?.(
          db,
          ...args,
        )
      } finally {
        closeDatabase(db)
      }
    }
    const calls = Object.keys(functions).map((name) => [
      name,
      async (...args: unknown[]) => call(name, args),
    ])
    return Object.fromEntries(calls)
  }
  return {
    directory: on(databasePath.directory(settings), directorySchema, directoryFunctions),
    account: (did) => on(databasePath.account(settings, did), accountSchema, accountFunctions),
  }
}

/** Runs the operator's commands that need nothing but directory and accounts. */
export function ownOperator(actors: OwnActors): Operator {
  return async (name: CommandName, input: unknown) => {
    const command = commands[name] as (typeof commands)[CommandName]
    const context = { services: { actors } } as unknown as OperatorContext
    return command.run(context, command.input.parse(input) as never) as never
  }
}
