import { printableLine } from '../../base/values/printable.ts'
import { CliError } from '../errors.ts'

type Prompts = typeof import('@inquirer/prompts')
type Validate = (answer: string) => true | string | Promise<true | string>
type Asked = { message: string; validate?: Validate }

/** Nobody answers a question any more: it was stopped (Ctrl-C), or what is typed has an end (Ctrl-D). */
export class UnansweredError extends CliError {
  constructor() {
    super('Nothing is changed: the question was not answered.')
  }
}

/** @throws {UnansweredError} */
export const confirm = (message: string, isUsual: boolean): Promise<boolean> =>
  answered((prompts, context) => prompts.confirm({ message, default: isUsual }, context))

/** What is typed is not shown. @throws {UnansweredError} */
export const password = (asked: Asked): Promise<string> =>
  answered((prompts, context) => prompts.password({ ...inWords(asked), mask: '*' }, context))

/** @param initial what stands there already, and can be changed @throws {UnansweredError} */
export const input = ({ initial, ...asked }: Asked & { initial?: string }): Promise<string> =>
  answered((prompts, context) =>
    prompts.input(
      {
        ...inWords(asked),
        ...(initial === undefined ? {} : { default: initial, prefill: 'editable' as const }),
      },
      context,
    ),
  )

/** What is wrong with an answer may be what a server says, which a terminal must not obey. */
function inWords({ message, validate }: Asked) {
  const told = async (answer: string) => {
    const found = await validate?.(answer)
    return typeof found === 'string' ? printableLine(found) : true
  }
  return { message, validate: told }
}

async function answered<T>(
  ask: (
    prompts: Prompts,
    context: { signal: AbortSignal; output: typeof process.stderr },
  ) => Promise<T>,
): Promise<T> {
  const prompts = await import('@inquirer/prompts')
  const unanswered = new AbortController()
  // The prompts do not say that what is typed has an end, and then there is nothing left to wait for.
  const end = () => unanswered.abort()
  process.once('beforeExit', end)
  try {
    // What the command writes may go to a file or another program.
    return await ask(prompts, { signal: unanswered.signal, output: process.stderr })
  } catch (err) {
    const { name } = err as Error
    throw name === 'ExitPromptError' || name === 'AbortPromptError' ? new UnansweredError() : err
  } finally {
    process.off('beforeExit', end)
  }
}
