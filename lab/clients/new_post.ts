const collection = 'app.bsky.feed.post'

/** A post, ready for `com.atproto.repo.createRecord`. */
export function newPost(repo: string, text: string) {
  return { repo, collection, record: postOf(text) }
}

/** Several posts of one commit, ready for `com.atproto.repo.applyWrites`. */
export function newPosts(repo: string, text: string, count: number) {
  const write = { $type: 'com.atproto.repo.applyWrites#create', collection, value: postOf(text) }
  return { repo, writes: Array<typeof write>(count).fill(write) }
}

const postOf = (text: string) => ({ $type: collection, text, createdAt: new Date().toISOString() })
