import { html } from 'hono/html'
import type { MailContent } from './content.ts'

const FONT =
  "font-family:system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,'Hiragino Sans','Noto Sans JP','Noto Sans KR',sans-serif"
const PARAGRAPH = `margin:0 0 16px;font-size:16px;line-height:1.6`
const SMALL = `margin:0 0 8px;font-size:14px;line-height:1.5;color:#4b5563`
const BUTTON =
  'display:inline-block;padding:10px 18px;border:1px solid #4b5563;border-radius:10px;color:#111827;font-size:16px;font-weight:600;text-decoration:none'
const CODE =
  "margin:0 0 16px;padding:16px;border-radius:12px;background-color:#eef2ff;color:#1e1b4b;font-family:ui-monospace,'SF Mono',Menlo,Consolas,monospace;font-size:28px;line-height:1.3;font-weight:700;letter-spacing:2px;text-align:center"

/**
 * The HTML alternative. Light colours stand inline, for clients that drop style sheets; the sheet
 * only turns them dark where the reader asked for it. Nothing is loaded from anywhere.
 */
export async function htmlOf(content: MailContent): Promise<string> {
  const { language, heading, greeting, body, code, colon, occasion, signOut } = content
  const codeOf = ({ label, text, advice }: NonNullable<typeof code>) =>
    html`<p class="small" style="${SMALL}">${label}</p>
                <p class="code" style="${CODE}">${text}</p>
                <p style="${PARAGRAPH}">${advice}</p>`
  const occasionOf = ({ label, text }: NonNullable<typeof occasion>) =>
    html`<p class="small" style="${SMALL}">${label}${colon} ${text}</p>`
  const signOutOf = ({ text, url, advice }: NonNullable<typeof signOut>) =>
    html`<p style="${PARAGRAPH}"><a class="button" href="${url}" style="${BUTTON}">${text}</a></p>
                <p class="small" style="${SMALL}">${advice}</p>`
  const page = await html`<!doctype html>
<html lang="${language}">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <meta name="supported-color-schemes" content="light dark">
    <title>${heading}</title>
    <style>
      @media (prefers-color-scheme: dark) {
        .page { background-color: #0b0f19 !important; }
        .card { background-color: #161b27 !important; color: #f3f4f6 !important; border-color: #2d3547 !important; }
        .small, .link { color: #b6bdcb !important; }
        .button { color: #f3f4f6 !important; border-color: #b6bdcb !important; }
        .code { background-color: #262b52 !important; color: #e0e7ff !important; }
      }
    </style>
  </head>
  <body class="page" style="margin:0;padding:0;background-color:#f3f4f6">
    <table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0">
      <tr>
        <td align="center" style="padding:24px 12px">
          <table role="presentation" class="card" width="100%" cellpadding="0" cellspacing="0" border="0" style="max-width:520px;background-color:#ffffff;color:#111827;border:1px solid #e5e7eb;border-radius:16px">
            <tr>
              <td style="padding:32px 28px;text-align:left;overflow-wrap:anywhere;word-break:break-word;${FONT}">
                <h1 style="margin:0 0 16px;font-size:22px;line-height:1.3">${heading}</h1>
                <p style="${PARAGRAPH}">${greeting}</p>
                <p style="${PARAGRAPH}">${body}</p>
                ${code && codeOf(code)}
                ${occasion && occasionOf(occasion)}
                <p style="${PARAGRAPH}">${content.unrequested}</p>
                ${signOut && signOutOf(signOut)}
                <p class="small" style="${SMALL}"><a class="link" href="${content.link.url}" style="color:#4b5563">${content.link.text}</a></p>
                <p class="small" style="${SMALL}">${content.sentBy}</p>
              </td>
            </tr>
          </table>
        </td>
      </tr>
    </table>
  </body>
</html>
`
  return page.toString()
}
