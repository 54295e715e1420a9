import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { SingleBar } from 'cli-progress'
import { loadSecrets } from '../../../base/secrets/secrets.ts'
import { readSettings } from '../../../base/settings/settings.ts'
import { closeDatabase, openDatabase } from '../../../database/database.ts'
import { directorySchema } from '../../../database/directory/schema.ts'
import { databasePath } from '../../../database/paths.ts'
import { hashPassword } from '../../../passwords/scrypt.ts'
import type { BenchClient } from '../../clients/lean_client.ts'
import { seedDirectory } from '../../world/app/seed_directory.ts'
import type { SeedShare } from './seed_worker.ts'

/** Of every account that is seeded. */
export const SEEDED_PASSWORD = 'the same for all of them'

/** How many accounts a thread is given at once. */
const SHARE = 500

/**
 * Fills a data directory with accounts (`seededAccount`), two sessions each, as the program itself would write
 * them. The sessions belong to `client`. Nothing waits for the disk: should the machine fail meanwhile, all is
 * made anew.
 *
 * @param env the settings of the program that will run on them
 * @returns one live refresh token of each account
 */
export async function seed(
  env: Record<string, string | undefined>,
  client: Pick<BenchClient, 'clientId' | 'redirectUri' | 'scope' | 'jwk'>,
  count: number,
): Promise<string[]> {
  const settings = readSettings(env)
  // The threads find those that are made here.
  await loadSecrets(settings)
  const { clientId, redirectUri, scope, jwk } = client
  const passwordScrypt = await hashPassword(SEEDED_PASSWORD)
  const given = { env, client: { clientId, redirectUri, scope, jwk }, passwordScrypt }
  const tokens = new Array<string>(count)
  const bar = new SingleBar({ format: '{value}/{total} accounts {bar} {eta_formatted}' })
  bar.start(count, 0)
  let next = 0
  const thread = async () => {
    const worker = new Worker(new URL('./seed_worker.ts', import.meta.url), { workerData: given })
    try {
      while (next < count) {
        const share: SeedShare = { from: next, to: Math.min(next + SHARE, count) }
        next = share.to
        const made = await ask(worker, share)
        for (const [i, token] of made.entries()) tokens[share.from + i] = token
        bar.increment(made.length)
      }
    } finally {
      await worker.terminate()
    }
  }
  try {
    await Promise.all(Array.from({ length: availableParallelism() }, thread))
  } finally {
    bar.stop()
  }
  const directory = openDatabase(databasePath.directory(settings), directorySchema, 'program')
  try {
    // Names lie all over their indexes.
    directory.pragma('cache_size = -1000000')
    seedDirectory(directory, count, settings.pds?.did ?? '')
  } finally {
    closeDatabase(directory)
  }
  return tokens
}

async function ask(worker: Worker, share: SeedShare): Promise<string[]> {
  const answered = once(worker, 'message')
  worker.postMessage(share)
  const [made] = await answered
  return made as string[]
}
