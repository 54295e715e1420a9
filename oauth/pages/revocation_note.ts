import type { ByLanguage, PageLanguage } from '../../http/language.ts'

type Note = {
  /** Where all that apps ask comes through this program. */
  atOnce: string
  /** Where it does not: a PDS verifies access tokens by itself. */
  within: (minutes: number) => string
}

const notes: ByLanguage<Note> = {
  en: {
    atOnce: 'An app whose access you revoke is signed out at once.',
    within: (minutes) =>
      `An app whose access you revoke can still act for you for up to ${minutes} minutes.`,
  },
  es: {
    atOnce: 'Una aplicación a la que retiras el acceso queda desconectada al instante.',
    within: (minutes) =>
      `Una aplicación a la que retiras el acceso puede seguir actuando en tu nombre hasta ${minutes} minutos.`,
  },
  fr: {
    atOnce: 'Une application dont vous révoquez l’accès est déconnectée immédiatement.',
    within: (minutes) =>
      `Une application dont vous révoquez l’accès peut encore agir en votre nom pendant ${minutes} minutes au plus.`,
  },
  ja: {
    atOnce: 'アクセスを取り消したアプリは、すぐにサインアウトされます。',
    within: (minutes) =>
      `アクセスを取り消したアプリは、最長${minutes}分間、引き続きあなたのアカウントで操作できることがあります。`,
  },
  ko: {
    atOnce: '접근 권한을 취소한 앱은 즉시 로그아웃됩니다.',
    within: (minutes) =>
      `접근 권한을 취소한 앱은 최대 ${minutes}분 동안 계속 회원님의 계정으로 작업할 수 있습니다.`,
  },
  ro: {
    atOnce: 'O aplicație căreia îi revocați accesul este deconectată imediat.',
    within: (minutes) =>
      `O aplicație căreia îi revocați accesul mai poate acționa în numele dvs. timp de cel mult ${minutes} minute.`,
  },
  sv: {
    atOnce: 'En app vars åtkomst du återkallar loggas ut genast.',
    within: (minutes) =>
      `En app vars åtkomst du återkallar kan fortsätta att agera åt dig i upp till ${minutes} minuter.`,
  },
}

/**
 * How soon an app is out whose access is revoked.
 *
 * @param minutes for which it can go on at most; 0 where it cannot
 */
export function revocationNote(language: PageLanguage, minutes: number): string {
  const { atOnce, within } = notes[language]
  return minutes === 0 ? atOnce : within(minutes)
}
