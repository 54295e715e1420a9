import type { Command } from 'commander'
import { type Installation, openInstallation } from './installation.ts'
import { connectOperator, type Operator } from './operator/client.ts'
import { confirming } from './operator/confirming.ts'
import { createOutput, type Output } from './terminal/output.ts'

type Arguments = (string | undefined)[]

/** Makes an action of a function that needs nothing but the command line. */
export function offline<O extends object>(
  work: (output: Output, args: string[], options: O, command: Command) => Promise<void>,
) {
  return async (...given: unknown[]): Promise<void> => {
    const command = given.at(-1) as Command
    const options = command.optsWithGlobals() as O & { json?: boolean }
    await work(
      createOutput({ json: options.json === true }),
      (command.processedArgs as Arguments).flat() as string[],
      options,
      command,
    )
  }
}

/** Makes an action of a function that works on the data and settings here. */
export function here<O extends object>(
  work: (
    installation: Installation,
    output: Output,
    args: string[],
    options: O,
    command: Command,
  ) => Promise<void>,
) {
  return offline<O>(async (output, args, options, command) => {
    await work(await openInstallation(), output, args, options, command)
  })
}

/** Makes an action of a function that asks the running program; before what cannot be undone, the person. */
export function online<O extends object>(
  work: (
    operator: Operator,
    output: Output,
    args: string[],
    options: O,
    installation: Installation,
  ) => Promise<void>,
) {
  return here<O & { yes?: boolean }>((installation, output, args, options, command) => {
    const operator = confirming(connectOperator(installation), wordsOf(command), options.yes)
    return work(operator, output, args, options, installation)
  })
}

/** All of the name of a command, but for the program's. */
function wordsOf(command: Command): string {
  const { parent } = command
  return parent?.parent ? `${wordsOf(parent)} ${command.name()}` : command.name()
}
