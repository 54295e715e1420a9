import { raw } from 'hono/html'
import type { Html } from '../../http/page/document.ts'

/** A QR code (ISO/IEC 18004) as SVG that stands in the page: black on white, in any colours of a page. */
export async function qrCode(text: string): Promise<Html> {
  const { default: QRCode } = await import('qrcode')
  return raw(await QRCode.toString(text, { type: 'svg' }))
}
