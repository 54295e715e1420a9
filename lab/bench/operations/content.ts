import { randomBytes } from 'node:crypto'
import type { Credentials } from '../../clients/headless_sign_in.ts'
import { connect } from '../../clients/lean_http.ts'
import { newPost } from '../../clients/new_post.ts'
import { createSession, procedure } from './session_client.ts'

/** What is in a person's repo: a post by its record key, and a blob by its CID. */
export type Content = { did: string; rkey: string; cid: string }

/** Bytes of the blob. */
const BLOB = 1_000_000
const FILE = 'internal.vestibule.bench.file'

const made = new Map<string, Promise<Content>>()

/** The content of a person, which is made once. */
export function contentOf(origin: string, person: Credentials): Promise<Content> {
  const id = `${origin} ${person.handle}`
  const content = made.get(id) ?? make(origin, person)
  made.set(id, content)
  return content
}

async function make(origin: string, person: Credentials): Promise<Content> {
  const connection = connect(origin)
  const session = await createSession(connection, person)
  const call = (nsid: string, body: Parameters<typeof procedure>[3]) =>
    procedure(connection, session, `com.atproto.repo.${nsid}`, body)
  const { did } = session
  const { uri } = await call('createRecord', newPost(did, 'to be read'))
  const bytes = randomBytes(BLOB)
  const { blob } = await call('uploadBlob', { bytes, type: 'application/octet-stream' })
  // A blob is served once a record names it.
  const record = { $type: FILE, file: blob }
  await call('createRecord', { repo: did, collection: FILE, record })
  await connection.close()
  const { ref } = blob as { ref: { $link: string } }
  return { did, rkey: String(uri).split('/').at(-1) as string, cid: ref.$link }
}
