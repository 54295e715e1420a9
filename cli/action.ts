import type { Command } from 'commander'
import { type Installation, openInstallation } from './installation.ts'
import { connectOperator, type Operator } from './operator_client.ts'
import { createOutput, type Output } from './output.ts'

type Arguments = (string | undefined)[]

/** Makes an action of a function that needs nothing but the command line. */
export function offline<O extends object>(
  work: (output: Output, args: string[], options: O) => Promise<void>,
) {
  return async (...given: unknown[]): Promise<void> => {
    const command = given.at(-1) as Command
    const options = command.optsWithGlobals() as O & { json?: boolean }
    await work(
      createOutput(options.json === true),
      (command.processedArgs as Arguments).flat() as string[],
      options,
    )
  }
}

/** Makes an action of a function that works on the data and settings here. */
export function here<O extends object>(
  work: (installation: Installation, output: Output, args: string[], options: O) => Promise<void>,
) {
  return offline<O>(async (output, args, options) => {
    await work(await openInstallation(), output, args, options)
  })
}

/** Makes an action of a function that asks the running program. */
export function online<O extends object>(
  work: (operator: Operator, output: Output, args: string[], options: O) => Promise<void>,
) {
  return here<O>((installation, output, args, options) =>
    work(connectOperator(installation), output, args, options),
  )
}
