import { setTimeout } from 'node:timers/promises'
import { TRY_AGAIN } from '../../base/errors.ts'
import { DOCTOR_START, POLL } from '../../base/lifetimes.ts'
import { type Check, thatAnswered } from '../../operator/doctor/check.ts'
import type { Known } from '../../operator/doctor/outside_checks.ts'
import { look } from '../../operator/doctor/run_check.ts'
import packageJson from '../../package.json' with { type: 'json' }
import { CliError, DATA_MOVED, ExitCode } from '../errors.ts'
import type { Installation } from '../installation.ts'
import { connectOperator, SEE_LOG } from '../operator/client.ts'
import type { Output } from '../terminal/output.ts'

/**
 * The running program, and what it finds of itself, its PDSes and accounts. `systemctl restart` returns before the program
 * answers, so one that does not is asked again for a while.
 */
export async function checkProgram(
  installation: Installation,
  output: Pick<Output, 'note'>,
): Promise<Known & { checks: Check[] }> {
  const operator = connectOperator(installation)
  const { publicUrl } = installation.settings
  const { seenToken } = installation.secrets
  let asked: Known['asked'] = null
  const running = await look('Program', mend, async () => {
    const told = await answered(() => operator('status', {}), output)
    const { version, url } = told
    const { instance } = told as Partial<typeof told>
    // Where an older one runs, nothing answers there that says how a request came.
    asked = instance === undefined ? null : { instance, seenToken }
    if (url !== publicUrl) {
      const found = `it runs as ${url}, these settings say ${publicUrl}`
      return { state: 'failed', found, mend: 'restart it' }
    }
    if (instance !== undefined && version === packageJson.version) {
      return { state: 'ok', found: `version ${version} runs` }
    }
    const installed = packageJson.version
    const found =
      version === installed
        ? `what runs was installed before this command (version ${version}, too)`
        : `version ${version} runs, and ${installed} is installed here`
    return { state: 'warning', found, mend: 'restart it' }
  })
  if (running.state === 'failed') return { checks: [running], pdses: [], handles: [], asked: null }

  try {
    const { pdses } = await operator('pds/list', {})
    const { accounts } = await operator('account/list', {})
    const { checks } = await operator('doctor', { around: false })
    return {
      checks: [running, ...checks],
      pdses: thatAnswered(pdses, checks),
      handles: accounts.flatMap(({ handle }) => handle ?? []),
      asked,
    }
  } catch (err) {
    // Why it cannot say more, such as for its disk, may be found around it.
    return { checks: [running, saysNoMore(err as Error)], pdses: [], handles: [], asked }
  }
}

/** That a command advises to ask `vestibule doctor`, which this is. */
const ADVICE = [TRY_AGAIN, SEE_LOG]

const saysNoMore = ({ message }: Error): Check => ({
  name: 'What the program keeps',
  state: 'failed',
  found: ADVICE.reduce((found, advice) => found.replace(advice, ''), message),
  mend: 'see what its log says, and mend what else is found here',
})

/** @param code of the error by which it did not answer */
const mend = (code: string) =>
  code === DATA_MOVED
    ? 'finish that with `vestibule data copy`, or take it back with --abandon; where it is finished, use the other place and end what runs here'
    : 'start it: pnpm start; restart it where it hangs'

async function answered<T>(ask: () => Promise<T>, output: Pick<Output, 'note'>): Promise<T> {
  const deadline = performance.now() + DOCTOR_START
  for (let isFirst = true; ; isFirst = false) {
    try {
      return await ask()
    } catch (err) {
      const isDown = err instanceof CliError && err.exitCode === ExitCode.notRunning
      if (!isDown || performance.now() > deadline) throw err
      if (isFirst) output.note('The program does not answer yet; waiting for half a minute.')
      await setTimeout(POLL)
    }
  }
}
