import type { Asked } from '../../../lab/world/app/app.ts'
import type { Meant } from './requests.ts'

/** How a request is spelt otherwise, and what that makes of it; undefined where it does not apply. */
export type Spelling = readonly [how: string, spell: (meant: Meant) => Asked | undefined]

export type Headers = [string, string][]

/** A letter as an octet that is percent-encoded (RFC 3986 section 2.1). */
export const escaped = (letter: string) => `%${letter.charCodeAt(0).toString(16).padStart(2, '0')}`
