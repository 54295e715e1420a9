import type { ByLanguage, PageLanguage } from '../http/language.ts'
import { appName } from '../http/names/app_name.ts'

/** An app on the device of a person, as the provider's pages call it. */
const LOCAL_APP: ByLanguage<string> = {
  en: 'A local app',
  es: 'Una app local',
  fr: 'Une application locale',
  ja: 'ローカルアプリ',
  ko: '로컬 앱',
  ro: 'O aplicație locală',
  sv: 'En lokal app',
}

/** An app as a page tells of it. */
export function shownApp(clientId: string, language: PageLanguage): string {
  return appName(clientId) ?? LOCAL_APP[language]
}
