import { Agent } from '@atproto/api'
import type { OAuthSession } from '@atproto/oauth-client-node'

/** The lexicon's limit for the text of `app.bsky.feed.post`, in graphemes. */
export const POST_LENGTH = 300

const PAGE_SIZE = 50

export type Post = { rkey: string; text: string; createdAt: Date }

export type Account = { handle: string; posts: Post[] }

/** The account's handle and its latest posts, as its PDS tells them. */
export async function readAccount(session: OAuthSession): Promise<Account> {
  const agent = new Agent(session)
  const [repo, { records }] = await Promise.all([
    agent.com.atproto.repo.describeRepo({ repo: session.did }),
    agent.app.bsky.feed.post.list({ repo: session.did, limit: PAGE_SIZE }),
  ])
  const posts = records.map(({ uri, value }) => ({
    rkey: uri.slice(uri.lastIndexOf('/') + 1),
    text: value.text,
    createdAt: new Date(value.createdAt),
  }))
  return { handle: repo.data.handle, posts }
}

/** @throws RangeError if the text is empty or too long. */
export async function writePost(session: OAuthSession, text: string): Promise<void> {
  const length = [...new Intl.Segmenter().segment(text.trim())].length
  if (length < 1 || length > POST_LENGTH) throw new RangeError(`${length} graphemes`)
  const record = { text: text.trim(), createdAt: new Date().toISOString() }
  await new Agent(session).app.bsky.feed.post.create({ repo: session.did }, record)
}

/** Succeeds also when there is no such post any more. */
export async function deletePost(session: OAuthSession, rkey: string): Promise<void> {
  await new Agent(session).app.bsky.feed.post.delete({ repo: session.did, rkey })
}
