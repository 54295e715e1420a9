import { relative } from 'node:path'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** The files that take a quarter of a minute and more where one is run after the other, the longest first. */
export const LONGEST = [
  'test/xrpc/comparison.test.ts',
  'test/image/image.test.ts',
  'test/engine/engine.test.ts',
  'test/attacks/endings/endings.test.ts',
  'test/operator_page/in_browser.test.ts',
  'test/copy/killed.test.ts',
  'test/backup/pds_inside.test.ts',
  'test/copy/engine.test.ts',
  'test/faults/life.test.ts',
  'test/faults/killed.test.ts',
  'test/pages/pages.test.ts',
  'test/embedded/supervision.test.ts',
  'test/fuzz/fuzz.test.ts',
  'test/sign_in/leaving.test.ts',
  'test/sagas/recovery.test.ts',
  'test/pages/words.test.ts',
  'test/security_page/factors_in_browser.test.ts',
  'test/faults/pds_inside.test.ts',
  'test/import/import_pds.test.ts',
  'test/adopt/adopt.test.ts',
  'test/adopt/sessions.test.ts',
  'test/copy/serving_storage.test.ts',
  'test/load/load.test.ts',
  'test/passkeys/in_browser.test.ts',
  'test/attacks/oauth/dpop.test.ts',
  'test/attacks/sign_in/sign_in.test.ts',
  'test/faults/two_processes.test.ts',
  'test/auth_actors/auth_actors.test.ts',
  'test/one_name/blobs.test.ts',
  'test/storage/model.test.ts',
  'test/handles/handles.test.ts',
  'test/watching/traces.test.ts',
  'test/cli/operator.test.ts',
  'test/docs/docs.test.ts',
  'test/embedded/program.test.ts',
  'test/faults/outages.test.ts',
]

/**
 * Has the longest files begin first, as one that begins last is waited for alone. What vitest knows of
 * former runs is not there on another machine, and the size of a file says little.
 */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId, project }: TestSpecification) => {
      const place = LONGEST.indexOf(relative(project.config.root, moduleId))
      // A process that many suites share ends where one comes between that wants its own.
      return [project.config.isolate ? 0 : 1, place === -1 ? LONGEST.length : place] as const
    }
    return (await super.sort(files)).toSorted((a, b) => {
      const [[aShares, aPlace], [bShares, bPlace]] = [rank(a), rank(b)]
      return aShares - bShares || aPlace - bPlace
    })
  }
}
