import { inFile, toRemovals } from '../removal.ts'

const RECOVERY = 'test/sagas/recovery.test.ts'

/** What it defends of what takes several steps, and is interrupted or fails between two of them. */
export const sagaRows = toRemovals([
  [
    RECOVERY,
    'a PDS is told of a deletion until it says that it is done',
    inFile('sagas/account_life.ts')(
      'await pds.deleteAccount(did)',
      'if (await pds.readStanding(did)) await pds.deleteAccount(did)',
    ),
  ],
  [
    RECOVERY,
    'nothing is left at a PDS of a sign-up that is given up',
    inFile('sagas/sign_up.ts')("if (interrupted === 'abandoned')"),
  ],
])
