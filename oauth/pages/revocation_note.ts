import { OAUTH_ACCESS_TOKEN } from '../../base/lifetimes.ts'
import type { PageLanguage } from '../../http/language.ts'

const MINUTES = OAUTH_ACCESS_TOKEN / 60_000

/** What revoking an app does not do at once: a PDS verifies access tokens by itself. */
export const revocationNotes: Readonly<Record<PageLanguage, string>> = {
  en: `An app whose access you revoke can still act for you for up to ${MINUTES} minutes.`,
  es: `Una aplicación a la que retiras el acceso puede seguir actuando en tu nombre hasta ${MINUTES} minutos.`,
  fr: `Une application dont vous révoquez l’accès peut encore agir en votre nom pendant ${MINUTES} minutes au plus.`,
  ja: `アクセスを取り消したアプリは、最長${MINUTES}分間、引き続きあなたのアカウントで操作できることがあります。`,
  ko: `액세스를 취소한 앱은 최대 ${MINUTES}분 동안 계속 회원님의 계정으로 작업할 수 있습니다.`,
  ro: `O aplicație căreia îi revoci accesul mai poate acționa în numele tău timp de cel mult ${MINUTES} minute.`,
  sv: `En app vars åtkomst du återkallar kan fortsätta att agera åt dig i upp till ${MINUTES} minuter.`,
}
