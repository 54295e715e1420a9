import type { CommandInput, CommandName, CommandOutput } from '../operator/commands.ts'
import { descriptions } from '../operator/list.ts'
import { assertMeant } from './ask.ts'
import type { Operator } from './operator_client.ts'

/**
 * Asks the person before what cannot be undone, as the operator's page does: the list says what that is.
 *
 * @param words all of the name of the command that is given
 * @param yes whether the person has said it already
 */
export function asking(operator: Operator, words: string, yes: boolean | undefined): Operator {
  const description = descriptions.find((each) => each.words === words)
  return async <N extends CommandName>(
    name: N,
    input: CommandInput<N>,
  ): Promise<CommandOutput<N>> => {
    const question = name === description?.command ? description.asks?.(input) : null
    if (question) await assertMeant(question, yes)
    return operator(name, input)
  }
}
