import { z } from 'zod'
import { type HttpRequest, readJson } from '../http/message.ts'

const subject = z.union([
  z.object({ $type: z.literal('com.atproto.repo.strongRef'), uri: z.string() }),
  z.object({ $type: z.literal('com.atproto.admin.defs#repoBlobRef'), did: z.string() }),
])
const input = z.object({ subject })

/** The methods of a moderator that are about accounts, which are here, or about what is in repos. */
export const ABOUT_CONTENT: ReadonlyMap<string, (request: HttpRequest) => string | null> = new Map([
  ['com.atproto.admin.getSubjectStatus', ownerInParameters],
  ['com.atproto.admin.updateSubjectStatus', ownerInInput],
])

/** @returns the DID or handle whose record or blob it is; null where it is about an account */
function ownerInParameters({ url: { searchParams } }: HttpRequest): string | null {
  const uri = searchParams.get('uri')
  if (uri) return repoOf(uri)
  return searchParams.get('blob') ? searchParams.get('did') : null
}

function ownerInInput(request: HttpRequest): string | null {
  if (!request.body?.byteLength) return null
  const { data } = input.safeParse(readJson(request))
  if (!data) return null
  return 'uri' in data.subject ? repoOf(data.subject.uri) : data.subject.did
}

/** @see https://atproto.com/specs/at-uri-scheme */
function repoOf(uri: string): string | null {
  return /^at:\/\/([^/]+)/.exec(uri)?.[1] ?? null
}
