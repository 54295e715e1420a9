import { WebSocket } from 'ws'
import { attempt, call } from './attempt.ts'
import type { Proof } from './proof_of.ts'

/** Milliseconds after which an event stream that says nothing more has said all. */
const SILENCE = 10_000

/** Acknowledged posts can be read. */
export async function provePosts({ person, network, report }: Proof): Promise<void> {
  for (const uri of person.posts) {
    const [repo, collection, rkey] = partsOf(uri)
    const params = { repo, collection, rkey }
    const read = await attempt(() =>
      call(network.pds.url, 'com.atproto.repo.getRecord', { params }),
    )
    if (!('done' in read)) report(`an acknowledged post is gone: ${uri}`)
  }
}

/**
 * The event stream tells of each, to a relay that comes late.
 *
 * @returns broken promises, one sentence each
 */
export async function proveTold(pdsUrl: string, posts: string[]): Promise<string[]> {
  const missing = new Set(posts.map((uri) => partsOf(uri).slice(1).join('/')))
  if (missing.size === 0) return []
  const url = `${pdsUrl.replace(/^http/, 'ws')}/xrpc/com.atproto.sync.subscribeRepos?cursor=0`
  const socket = new WebSocket(url)
  const end = await new Promise<string>((resolve) => {
    const silence = setTimeout(resolve, SILENCE, 'is silent')
    socket.on('error', (err) => resolve(`fails: ${err.message}`))
    socket.on('close', () => resolve('is closed'))
    socket.on('message', (frame: Buffer) => {
      silence.refresh()
      for (const [path] of frame.toString('latin1').matchAll(PATH)) missing.delete(path)
      if (missing.size === 0) resolve('is complete')
    })
  })
  socket.terminate()
  return [...missing].map((path) => `the event stream ${end} and has not told of ${path}`)
}

/** A post's path in its repo; record keys are TIDs. */
const PATH = /app\.bsky\.feed\.post\/[2-7a-z]{13}/g

function partsOf(uri: string): [repo: string, collection: string, rkey: string] {
  return uri.replace('at://', '').split('/') as [string, string, string]
}
