/** A post, ready for `com.atproto.repo.createRecord`. */
export function newPost(repo: string, text: string) {
  return {
    repo,
    collection: 'app.bsky.feed.post',
    record: { $type: 'app.bsky.feed.post', text, createdAt: new Date().toISOString() },
  }
}
