import {
  AccountPermission,
  BlobPermission,
  IdentityPermission,
  IncludeScope,
  RepoPermission,
  RpcPermission,
} from '@atproto/oauth-scopes'
import type { PageLanguage } from '../../../http/language.ts'
import { permissionTexts } from '../../../pages/permissions/locales/index.ts'
import type { PermissionItem } from '../../../pages/permissions/step.ts'
import type { PermissionTexts } from '../../../pages/permissions/texts.ts'
import type { AuthorizePage } from '../visit.ts'

/** What an app gets in any case (atproto OAuth, "Authorization Scopes"). */
const ALWAYS = 'atproto'

type PermissionSets = AuthorizePage['permissionSets']

/** The scopes that a text has (RFC 6749 section 3.3). */
const scopesIn = (text: string) => text.split(' ').filter(Boolean)

/**
 * What an app asked for, as a person can choose of it.
 *
 * @param asked what it asked for
 * @param given what of that is left
 */
export function permissionItems(
  {
    asked,
    given,
    permissionSets,
  }: { asked: string; given: string; permissionSets: PermissionSets },
  language: PageLanguage,
): PermissionItem[] {
  const left = scopesIn(given)
  return scopesIn(asked).map((scope, i) => ({
    field: scope === ALWAYS ? undefined : fieldOf(i),
    text: textOf(scope, permissionTexts[language], language, permissionSets),
    scope,
    isGiven: left.includes(scope),
  }))
}

/**
 * What an app was given: each scope in words where there are some.
 *
 * @param most how many of them
 */
export function permissionWords(
  scope: string,
  language: PageLanguage,
  most: number,
): { words: string[]; isMore: boolean } {
  const texts = permissionTexts[language]
  const all = scopesIn(scope)
  const words = all.slice(0, most).map((each) => textOf(each, texts, language, new Map()) ?? each)
  return { words, isMore: all.length > most }
}

/** What a person chose of that. @param isTicked whether the form has such a field */
export function chosenScope(asked: string, isTicked: (field: string) => boolean): string {
  return scopesIn(asked)
    .filter((scope, i) => scope === ALWAYS || isTicked(fieldOf(i)))
    .join(' ')
}

const fieldOf = (i: number) => `permission-${i}`

function textOf(
  scope: string,
  texts: PermissionTexts,
  language: PageLanguage,
  sets: PermissionSets,
): string | undefined {
  const fixed: Readonly<Record<string, string>> = {
    [ALWAYS]: texts.identity,
    'transition:generic': texts.generic,
    'transition:email': texts.readEmail,
    'transition:chat.bsky': texts.chat,
  }
  if (Object.hasOwn(fixed, scope)) return fixed[scope]
  const list = (words: readonly string[]) => listFormatOf(language).format(words)
  const account = AccountPermission.fromString(scope)
  if (account) return accountText(account, texts)
  const identity = IdentityPermission.fromString(scope)
  if (identity) return identity.attr === '*' ? texts.fullIdentity : texts.handle
  const repo = RepoPermission.fromString(scope)
  if (repo) {
    const what = repo.collection.includes('*') ? texts.anyRecords : list(repo.collection)
    return texts.records(list(repo.action.map((action) => texts.actions[action])), what)
  }
  const rpc = RpcPermission.fromString(scope)
  if (rpc) {
    const methods = rpc.lxm.includes('*') ? texts.anyMethod : list(rpc.lxm)
    return texts.calls(methods, rpc.aud === '*' ? texts.anyService : rpc.aud)
  }
  const blob = BlobPermission.fromString(scope)
  if (blob) return texts.uploads(blob.accept.includes('*/*') ? texts.anyFile : list(blob.accept))
  const included = IncludeScope.fromString(scope)
  return included ? setText(sets.get(included.nsid), language) : undefined
}

const listFormats = new Map<PageLanguage, Intl.ListFormat>()

function listFormatOf(language: PageLanguage): Intl.ListFormat {
  const format = listFormats.get(language) ?? new Intl.ListFormat(language)
  listFormats.set(language, format)
  return format
}

function accountText({ attr, action }: AccountPermission, texts: PermissionTexts) {
  const isManaged = action.includes('manage')
  if (attr === 'email') return isManaged ? texts.manageEmail : texts.readEmail
  if (!isManaged) return undefined
  return attr === 'repo' ? texts.repo : texts.status
}

/** As its author calls it. */
function setText(set: ReturnType<PermissionSets['get']>, language: PageLanguage) {
  const title = set?.['title:lang']?.[language] ?? set?.title
  const detail = set?.['detail:lang']?.[language] ?? set?.detail
  return [title, detail].filter(Boolean).join(' – ') || undefined
}
