import { isNamed, type Pds } from '../../pds/pds.ts'
import { CliError, ExitCode } from '../errors.ts'

/**
 * The PDS that an operator means; where there is only one, it need not be named.
 *
 * @param name its DID, URL or host name
 * @throws {CliError}
 */
export function meantPds<P extends Pick<Pds, 'did' | 'url'>>(
  pdses: readonly P[],
  name: string | undefined,
): P {
  const [pds, ...others] = pdses.filter((one) => name === undefined || isNamed(one, name))
  if (pds && others.length === 0) return pds
  throw new CliError(
    pds
      ? 'Several PDSes are behind this entryway; name one with --pds'
      : 'That PDS is not behind this entryway (vestibule pds list, vestibule pds add <url>)',
    ExitCode.wrongUsage,
  )
}
