import type { PageLanguage } from '../../http/language.ts'

/** What revoking an app does not do at once: a PDS verifies access tokens by itself. */
export const revocationNotes: Readonly<Record<PageLanguage, (minutes: number) => string>> = {
  en: (minutes) =>
    `An app whose access you revoke can still act for you for up to ${minutes} minutes.`,
  es: (minutes) =>
    `Una aplicación a la que retiras el acceso puede seguir actuando en tu nombre hasta ${minutes} minutos.`,
  fr: (minutes) =>
    `Une application dont vous révoquez l’accès peut encore agir en votre nom pendant ${minutes} minutes au plus.`,
  ja: (minutes) =>
    `アクセスを取り消したアプリは、最長${minutes}分間、引き続きあなたのアカウントで操作できることがあります。`,
  ko: (minutes) =>
    `액세스를 취소한 앱은 최대 ${minutes}분 동안 계속 회원님의 계정으로 작업할 수 있습니다.`,
  ro: (minutes) =>
    `O aplicație căreia îi revoci accesul mai poate acționa în numele tău timp de cel mult ${minutes} minute.`,
  sv: (minutes) =>
    `En app vars åtkomst du återkallar kan fortsätta att agera åt dig i upp till ${minutes} minuter.`,
}
