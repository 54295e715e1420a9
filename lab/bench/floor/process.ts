import { loadSecrets } from '../../../base/secrets/secrets.ts'
import { readSettings } from '../../../base/settings/settings.ts'
import { listen } from './listen.ts'
import { metadataRoute } from './metadata.ts'
import { oauthRoutes } from './oauth.ts'
import { Proofs } from './proofs.ts'
import { sessionRoutes } from './sessions.ts'
import { signInRoutes } from './sign_in.ts'
import { Storage } from './storage.ts'

/**
 * The floor, as a process of its own: a bare HTTP server that does of each operation only what no server can leave
 * out. Its arguments are a folder for its database, and the origin of the Vestibule whose metadata it answers with.
 */
const [folder, vestibule] = process.argv.slice(2) as [string, string]
const metadata = await metadataRoute(vestibule)
const url = await listen(async (issuer) => {
  const settings = readSettings({
    ENTRYWAY_DEV: '1',
    ENTRYWAY_PUBLIC_URL: issuer,
    ENTRYWAY_DATA_DIR: folder,
  })
  const floor = {
    ...{ issuer, did: settings.did, pdsDid: settings.did },
    secrets: await loadSecrets(settings),
    proofs: new Proofs(),
    storage: new Storage(folder),
  }
  return { ...metadata, ...oauthRoutes(floor), ...sessionRoutes(floor), ...signInRoutes(floor) }
})
process.on('disconnect', () => process.exit(0))
process.send?.({ url })
