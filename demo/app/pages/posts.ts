import { html } from 'hono/html'
import { type Account, POST_LENGTH, type Post } from '../posts.ts'
import { layout, type Notice } from './layout.ts'

const dateFormat = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short' })

/** @param draft what was typed before, when it could not be posted */
export function postsPage({ handle, posts }: Account, notice?: Notice, draft = '') {
  const content = html`
    <div class="who">
      <h1>Hello, <span class="handle">@${handle}</span></h1>
      <form method="post" action="/sign-out"><button class="quiet">Sign out</button></form>
    </div>
    <section class="card">
      <h2><label for="text">Write a post</label></h2>
      <form method="post" action="/posts">
        <textarea id="text" name="text" rows="3" required aria-describedby="text-hint">${draft}</textarea>
        <p class="hint" id="text-hint">Up to ${POST_LENGTH} characters, for everybody to read.</p>
        <button>Post</button>
      </form>
    </section>
    <section aria-labelledby="posts">
      <h2 id="posts">Your posts</h2>
      ${posts.length === 0 ? html`<p class="hint">Nothing yet.</p>` : html`<ul class="posts">${posts.map(postItem)}</ul>`}
    </section>`
  return layout('Your posts', notice, content)
}

function postItem({ rkey, text, createdAt }: Post) {
  return html`
    <li class="card">
      <p class="text">${text}</p>
      <div class="meta">
        <time datetime="${createdAt.toISOString()}">${dateFormat.format(createdAt)}</time>
        <form method="post" action="/posts/delete">
          <input type="hidden" name="rkey" value="${rkey}">
          <button class="quiet danger" aria-label="Delete the post “${text.slice(0, 40)}”">Delete</button>
        </form>
      </div>
    </li>`
}
