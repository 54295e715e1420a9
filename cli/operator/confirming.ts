import { byDid } from '../../operator/account_names.ts'
import type { CommandInput, CommandName, CommandOutput } from '../../operator/commands/index.ts'
import { descriptions } from '../../operator/descriptions/index.ts'
import { assertMeant } from '../terminal/ask.ts'
import type { Operator } from './client.ts'

/**
 * Asks the person before what cannot be undone, as the operator's page does: the list says what that is.
 *
 * @param words all of the name of the command that is given
 * @param yes whether the person has said it already
 */
export function confirming(operator: Operator, words: string, yes: boolean | undefined): Operator {
  const description = descriptions.find((each) => each.words === words)
  const asks = yes ? null : (description?.asks ?? null)
  return async <N extends CommandName>(
    name: N,
    given: CommandInput<N>,
  ): Promise<CommandOutput<N>> => {
    const isAsked = name === description?.command && asks?.({ ...given })
    if (!isAsked) return operator(name, given)
    const find = (account: string) => operator('account/show', { account })
    const { input, shown } = await byDid({ ...given }, find)
    await assertMeant(asks?.(shown) ?? '')
    return operator(name, input as CommandInput<N>)
  }
}
