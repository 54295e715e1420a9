import { html } from 'hono/html'
import { layout, type Notice } from './layout.ts'

/** @param handle what was typed before, when it did not work */
export function signInPage(notice?: Notice, handle = '') {
  const content = html`
    <h1>Welcome</h1>
    <section class="card" aria-labelledby="sign-in">
      <h2 id="sign-in">Sign in</h2>
      <form method="post" action="/sign-in">
        <label for="handle">Your handle</label>
        <input id="handle" name="handle" value="${handle}" placeholder="alice.test" required
          autocomplete="username" autocapitalize="none" autocorrect="off" spellcheck="false"
          aria-describedby="handle-hint">
        <p class="hint" id="handle-hint">You enter your password at your own server, never here.</p>
        <button>Sign in</button>
      </form>
    </section>
    <section class="card" aria-labelledby="sign-up">
      <h2 id="sign-up">New here?</h2>
      <form method="post" action="/sign-up">
        <button class="quiet">Create an account</button>
      </form>
    </section>`
  return layout('Sign in', notice, content)
}
