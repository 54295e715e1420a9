import { inFile, toRemovals } from '../removal.ts'

const names = inFile('actors/directory/parts/names.ts')
const changes = inFile('actors/directory/parts/changes.ts')
const signUps = inFile('actors/directory/parts/sign_ups.ts')
const operators = inFile('actors/directory/operator_sessions.ts')
const DIRECTORY = 'test/directory'

/** What keeps a name with one account where the directory is in parts. */
export const directoryRows = toRemovals([
  [
    DIRECTORY,
    'a name that its holder has is refused',
    names('if (await this.#isConfirmed(name, claim.holder)) throw nameTaken(name)', ''),
  ],
  [
    DIRECTORY,
    'a claim that was renewed stays',
    inFile('database/directory/name_claim.ts')('AND version = ?', 'AND ? >= 0'),
  ],
  [
    DIRECTORY,
    'a change that was given up is not finished',
    changes(
      'home.completeRecordedHandleChange(did, handle)',
      'home.completeHandleChange(did, handle).then(() => true)',
    ),
  ],
  [
    DIRECTORY,
    'what is refused holds nothing',
    changes('if (err instanceof Refusal && !isRepeated) await abandon(did, createdAt)', ''),
  ],
  [
    DIRECTORY,
    'what is refused gives up its own attempt alone',
    inFile('actors/directory/attempt.ts')('(underWay?.createdAt ?? 0) + 1', '0'),
  ],
  [
    DIRECTORY,
    'a sign-up that was undone has no entry',
    signUps('if (err instanceof Refusal) await home.withdrawEntry(entry)', ''),
  ],
  [
    DIRECTORY,
    'a claim finds only who has the name',
    inFile('actors/directory/parts/look_ups.ts')('entry?.[kind] === kept', 'entry'),
  ],
  [
    DIRECTORY,
    'a DID signs up once',
    signUps("if (await names.partOf(did).find(did, ['did']))", 'if (false)'),
  ],
  [
    DIRECTORY,
    'a PDS is removed when nobody comes to it',
    inFile('actors/directory/parts/index.ts')('await first.assertPdsEmpty(did)', ''),
  ],
  [
    'test/directory/parts.test.ts',
    'no change of a handle overtakes another',
    inFile('actors/directory/handle_changes.ts')(
      'if (underWay && underWay.newHandle !== newHandle)',
    ),
  ],
  [
    'test/directory/parts.test.ts',
    'nor one of an address',
    inFile('actors/directory/email_changes.ts')('if (underWay && underWay.newEmail !== newEmail)'),
  ],
  [
    DIRECTORY,
    'who is no operator any more opens no session',
    operators('if (!isOperator(db, session.did)) return false', ''),
  ],
  [
    DIRECTORY,
    'and prints no link',
    operators('if (did !== null && !isOperator(db, did)) return false', ''),
  ],
  [
    DIRECTORY,
    'an import that took too long is over',
    inFile('actors/directory/imports.ts')(
      'if (held?.handle !== entry.handle || held.email !== entry.email)',
    ),
  ],
])
