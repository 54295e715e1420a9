import { PASSED_ON } from './pds_settings.ts'

/** Settings of this program: the PDS is told what it has to know of them. */
const OWN = /^(ENTRYWAY|RIVET)_/

/** The environment of the child process. Of the settings it has those that are passed on. */
export function childEnvironment(env: NodeJS.ProcessEnv, logLevel: string): NodeJS.ProcessEnv {
  const its = Object.entries(env).filter(([name]) =>
    name.startsWith('PDS_') ? name in PASSED_ON : !OWN.test(name),
  )
  return {
    ...Object.fromEntries(its),
    LOG_ENABLED: String(logLevel !== 'silent'),
    // At `info` it writes a line for each request.
    LOG_LEVEL: logLevel === 'info' ? 'warn' : logLevel,
  }
}
