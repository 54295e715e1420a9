/** Unpacks the bundled Chromium into `TMPDIR`; run as a program by `chromium.ts`. */
import chromium from '@sparticuz/chromium'

await chromium.executablePath()
