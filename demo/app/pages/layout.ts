import { html } from 'hono/html'

/** Something to tell the person above the page: read out at once, politely unless it failed. */
export type Notice = { text: string; failed?: boolean }

type Html = ReturnType<typeof html>

/** The frame of every page. */
export function layout(title: string, notice: Notice | undefined, content: Html): Html {
  return html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>${title} · Postcard</title>
    <link rel="stylesheet" href="/style.css">
  </head>
  <body>
    <header>
      <p class="name"><a href="/">Postcard</a></p>
      <p class="tagline">A small app for trying Vestibule</p>
    </header>
    <main>
      ${notice && html`<p class="notice${notice.failed ? ' failed' : ''}" role="${notice.failed ? 'alert' : 'status'}">${notice.text}</p>`}
      ${content}
    </main>
  </body>
</html>`
}
