import { OPERATOR_WAIT } from '../../base/lifetimes.ts'
import { codeOf } from '../../base/values/fault_code.ts'
import { reachedAt, takesCommands } from '../../base/values/loopback.ts'
import { MAX_BODY } from '../../http/body/read_body.ts'
import type { CommandInput, CommandName, CommandOutput } from '../../operator/commands/index.ts'
import { INVALID_INPUT } from '../../operator/invalid_input.ts'
import { UNKNOWN_COMMAND } from '../../operator/unknown_command.ts'
import { CliError, DataMovedError, ExitCode } from '../errors.ts'
import type { Installation } from '../installation.ts'

/** What an operator is advised to do where the program cannot answer. */
export const SEE_LOG = ': its log says why, and `vestibule doctor` what else is wrong'

/** Asks the running program. @throws {CliError} */
export type Operator = <N extends CommandName>(
  name: N,
  input: CommandInput<N>,
) => Promise<CommandOutput<N>>

export function connectOperator(
  { settings, secrets }: Installation,
  wait = OPERATOR_WAIT,
): Operator {
  const host = reachedAt(settings.host)
  const origin = `http://${host}:${settings.port}`
  return async (name, input) => {
    if (!takesCommands(host)) {
      throw new CliError(
        `ENTRYWAY_HOST: where the program listens on ${settings.host} alone it takes no commands; set it to 127.0.0.1, or to 0.0.0.0 for all addresses, and restart it`,
        ExitCode.wrongUsage,
      )
    }
    let response: Response
    try {
      response = await fetch(new URL(`/_operator/${name}`, origin), {
        method: 'POST',
        headers: {
          authorization: `Bearer ${secrets.operatorToken}`,
          'content-type': 'application/json',
        },
        body: JSON.stringify(input),
        signal: AbortSignal.timeout(wait),
      })
    } catch (err) {
      throw wasAsked(err as Error)
        ? new CliError(
            `The program at ${origin} was asked, and has not answered: it hangs or has ended. ` +
              'Whether it was done is not known: see what its log and `vestibule trail` say, and restart it where it hangs',
            ExitCode.notRunning,
          )
        : notRunning(`Nothing answers at ${origin}`)
    }
    const body = await response.json().catch(() => null)
    if (response.ok && body !== null) return body
    if (body?.move) throw new DataMovedError(origin, body.message)
    if (response.status === 503 && body?.error === 'temporarily_unavailable') {
      throw new CliError(`The program at ${origin} does not answer${SEE_LOG}`, ExitCode.notRunning)
    }
    if (body === null || response.status === 503) {
      throw notRunning(`What answers at ${origin} is not this entryway, or not ready`)
    }
    if (response.status === 413) {
      throw new CliError(
        `What was given is too long: all arguments and options together may have ${MAX_BODY / 1024} KiB`,
        ExitCode.wrongUsage,
      )
    }
    // A wrong token is answered as an unknown path is.
    if (body.error === 'not_found') {
      throw new CliError(
        `What answers at ${origin} is not the entryway of this folder: it has other keys. ` +
          'Run this in its folder, or stop it',
      )
    }
    if (body.error === UNKNOWN_COMMAND) {
      throw new CliError(
        `The program at ${origin} does not know ${name}: another version runs than is installed here. Restart it`,
      )
    }
    throw new CliError(
      body.message ?? `The program answered ${response.status}`,
      body.error === INVALID_INPUT ? ExitCode.wrongUsage : ExitCode.failed,
    )
  }
}

/** Whether what a request was for may have been done, though no answer came. */
function wasAsked({ name, cause }: Error): boolean {
  return (
    name === 'TimeoutError' || ['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE'].includes(codeOf(cause))
  )
}

function notRunning(what: string): CliError {
  return new CliError(`${what}. Is it running (npx -y pnpm@10 start)?`, ExitCode.notRunning)
}
