import type { z } from 'zod'
import { Refusal, UnavailableError } from '../base/errors.ts'
import { assertInTime, outlasting } from '../base/time/in_time.ts'
import { withoutScheme } from '../identity/subject.ts'
import { PdsRefusal } from '../pds/client.ts'
import { notingChanges } from '../sagas/noted_changes.ts'
import { keepOperatorAct } from '../sagas/operator_acts.ts'
import type { Services } from '../sagas/services/services.ts'
import type { Command, OperatorContext } from './command.ts'
import { type CommandName, commands } from './commands/index.ts'
import { descriptions } from './descriptions/index.ts'
import { HalfDoneError } from './half_done_error.ts'
import { INVALID_INPUT } from './invalid_input.ts'

/** An error is told as `error` of XRPC, with a sentence. */
type Refused = { refusal: { status: number; error: string; message: string } }

/** What came of a command. */
export type Ran = { value: unknown } | Refused

export const isCommand = (name: string): name is CommandName => Object.hasOwn(commands, name)

/**
 * Does what an operator wants, and keeps who it was. One that was begun is kept, whether or not the operator waits
 * still.
 *
 * @param given what was given, not read yet
 * @throws {TooLateError} where nothing was begun
 */
export async function run(
  context: OperatorContext,
  name: CommandName,
  given: unknown,
): Promise<Ran> {
  const { input } = commands[name] as Command
  const parsed = input.safeParse(given, { error: inWords })
  if (!parsed.success) return refuse(400, INVALID_INPUT, mistakesIn(parsed.error))
  assertInTime()
  return outlasting(() => carryOut(context, name, parsed.data as Record<string, unknown>))
}

async function carryOut(
  context: OperatorContext,
  name: CommandName,
  input: Record<string, unknown>,
): Promise<Ran> {
  const { run: work } = commands[name] as Command
  const { services, noting, hasChanged } = notingChanges(context.services)
  const { limits, clients, openid } = context
  const [tokens, resources] = [noting(openid.tokens), noting(openid.resources)]
  const noted = {
    ...{ ...context, services, limits: noting(limits), clients: noting(clients) },
    openid: noting({ ...openid, tokens, resources }),
  }
  try {
    const value = await work(noted, input)
    await keep(context, name, input, { done: value })
    return { value }
  } catch (err) {
    const refused = refusalFor(context, name, err)
    if (err instanceof HalfDoneError) await keep(context, name, input, { did: err.did })
    // It took a step before it was refused, or one that may be done.
    else if (hasChanged()) await keep(context, name, input, { did: await didIn(services, input) })
    return refused
  }
}

/** The account that a command is given, if it is there. */
async function didIn({ actors }: Services, { account }: Record<string, unknown>) {
  if (typeof account !== 'string') return null
  return (await actors.directory.find(withoutScheme(account)).catch(() => null))?.did ?? null
}

/** What an operator reads of an error in a command, or before it. What nobody expects is logged. */
export function refusalFor(
  { services: { log } }: OperatorContext,
  name: CommandName,
  err: unknown,
): Refused {
  if (err instanceof Refusal) return refuse(400, err.code, err.message)
  if (err instanceof PdsRefusal) return refuse(502, err.error, `The PDS said: ${err.message}`)
  log.error({ err, name }, 'an operator command failed')
  if (err instanceof HalfDoneError) return refuse(502, 'HalfDone', err.message)
  if (err instanceof UnavailableError) return refuse(502, 'UpstreamFailure', err.advice)
  return refuse(500, 'InternalServerError', 'The command failed; the log says why')
}

/** After these the account is gone, or they write a line of their own. */
const WITHOUT_AUDIT: readonly CommandName[] = ['account/delete', 'operator/add', 'operator/remove']

/** For the trails, unless it changes nothing. @param came what it answered, or to whom it was done in part */
async function keep(
  { services, by }: OperatorContext,
  name: CommandName,
  input: Record<string, unknown>,
  came: { done: unknown } | { did: string | null },
): Promise<void> {
  const description = descriptions.find(({ command }) => command === name)
  if (!description || description.isReading(input)) return
  const { did } = ('done' in came ? (came.done ?? {}) : came) as { did?: unknown }
  const [first = ''] = Object.keys(description.takes)
  const named = 'done' in came ? description.subject(came.done) : null
  const subject = named ?? String(did ?? namedBy(input[first]))
  const account = 'account' in description.takes && typeof did === 'string' ? did : null
  const isInAudit = !WITHOUT_AUDIT.includes(name)
  await keepOperatorAct(services, by, { command: name, subject, did: account, isInAudit })
}

/** What an argument names: a switch or a number names nothing. */
const namedBy = (given: unknown): unknown =>
  typeof given === 'string' || Array.isArray(given) ? given : ''

/** Of what has a size. */
const UNITS: Record<string, string> = { string: 'characters', array: 'entries' }

/** What is wrong with a member, unless its schema says that itself. */
const inWords: z.core.$ZodErrorMap = (issue) => {
  if (issue.code === 'invalid_type' && issue.expected === 'number') return 'must be a number'
  if (issue.code !== 'too_small' && issue.code !== 'too_big') return undefined
  const unit = UNITS[issue.origin]
  if (issue.code === 'too_small')
    return unit ? 'must not be empty' : `must be at least ${issue.minimum}`
  return unit ? `must have at most ${issue.maximum} ${unit}` : `must be at most ${issue.maximum}`
}

/** One line for each. */
const mistakesIn = ({ issues }: z.ZodError): string =>
  issues.map(({ path, message }) => [path.join('.'), message].filter(Boolean).join(': ')).join('\n')

function refuse(status: number, error: string, message: string): Refused {
  return { refusal: { status, error, message } }
}
