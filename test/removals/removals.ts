import { adoptionRows } from './entryway/adoption.ts'
import { alarmRows } from './entryway/alarms.ts'
import { callerRows } from './entryway/callers.ts'
import { dataRows } from './entryway/data.ts'
import { directoryRows } from './entryway/directory.ts'
import { growthRows } from './entryway/growth.ts'
import { oauthRows } from './entryway/oauth.ts'
import { openidRows } from './entryway/openid.ts'
import { openidAwayRows } from './entryway/openid_away.ts'
import { operatorPageRows } from './entryway/operator_page.ts'
import { pageRows } from './entryway/pages.ts'
import { passkeyRows } from './entryway/passkeys.ts'
import { programRows } from './entryway/program.ts'
import { requestRows } from './entryway/requests.ts'
import { sagaRows } from './entryway/sagas.ts'
import { secretRows } from './entryway/secrets.ts'
import { signInRows } from './entryway/sign_ins.ts'
import { provider } from './provider.ts'
import type { Removal } from './removal.ts'

/** By the numbers of the attacks, then those of no attack. */
export const removals: readonly Removal[] = [
  ...provider,
  ...oauthRows,
  ...signInRows,
  ...requestRows,
  ...growthRows,
  ...pageRows,
  ...passkeyRows,
  ...alarmRows,
  ...openidRows,
  ...openidAwayRows,
  ...operatorPageRows,
  ...adoptionRows,
  ...directoryRows,
  ...dataRows,
  ...programRows,
  ...sagaRows,
  ...secretRows,
  ...callerRows,
].sort((a, b) => orderOf(a) - orderOf(b))

function orderOf({ attack }: Removal): number {
  return typeof attack === 'number' ? attack : 1_000
}
