import { type ByLanguage, PAGE_LANGUAGES } from '../../http/language.ts'
import { signUpTexts } from '../../pages/sign_up/locales/index.ts'

/** Of the answer to a mailed code that is wrong or has expired (RFC 9110 section 15.5.21). */
export const WRONG_CODE = 422
/** Of the answer to who would delete an account that has no password (RFC 9110 section 15.5.10). */
const NO_PASSWORD = 409
/** Of the answer to who signs up with names that a sign-up holds (RFC 4918 section 11.3). */
const HELD = 423
/** Of the answer to who deletes or deactivates an account whose PDS is away (RFC 4918 section 11.4). */
const DONE_LATER = 424
/** Of an answer to those who try too often (RFC 6585 section 4). */
export const TOO_MANY = 429
/** Of every answer to a form that failed because the PDS, PLC or a part of this program is away. */
export const UNAVAILABLE = 503

const held = PAGE_LANGUAGES.map((each) => [each, signUpTexts[each].underWay])

/** What the provider's forms say of an answer with that status; their script has no words for it. */
export const refusalWords: Readonly<Record<number, ByLanguage<string>>> = {
  [WRONG_CODE]: {
    en: 'This code is wrong or has expired. Check it, or ask for a new one.',
    es: 'Este código es incorrecto o ha caducado. Compruébalo o pide uno nuevo.',
    fr: 'Ce code est erroné ou a expiré. Vérifiez-le ou demandez-en un nouveau.',
    ja: 'コードが正しくないか、有効期限が切れています。確認するか、新しいコードを請求してください。',
    ko: '코드가 올바르지 않거나 만료되었습니다. 다시 확인하거나 새 코드를 요청하세요.',
    ro: 'Codul este greșit sau a expirat. Verificați-l sau cereți unul nou.',
    sv: 'Koden är fel eller har gått ut. Kontrollera den eller be om en ny.',
  },
  [NO_PASSWORD]: {
    en: 'This account has no password, which is asked for here. Set one on the page “Security”, then come back.',
    es: 'Esta cuenta no tiene contraseña, y aquí se pide. Crea una en la página «Seguridad» y vuelve después.',
    fr: 'Ce compte n’a pas de mot de passe, or il est demandé ici. Définissez-en un sur la page « Sécurité », puis revenez.',
    ja: 'このアカウントにはパスワードがありませんが、ここでは必要です。「セキュリティ」のページで設定してから、もう一度お試しください。',
    ko: '이 계정에는 비밀번호가 없지만 여기에서는 필요합니다. ‘보안’ 페이지에서 설정한 다음 다시 시도하세요.',
    ro: 'Acest cont nu are parolă, iar aici este cerută. Setați una pe pagina „Securitate”, apoi reveniți.',
    sv: 'Kontot har inget lösenord, men här krävs ett. Välj ett på sidan ”Säkerhet” och kom sedan tillbaka.',
  },
  [HELD]: Object.fromEntries(held),
  [DONE_LATER]: {
    en: 'This will be done, but not just now, because something that the service needs does not answer. You need not do anything more.',
    es: 'Se hará, aunque no ahora mismo, porque algo que el servicio necesita no responde. No tienes que hacer nada más.',
    fr: 'Ce sera fait, mais pas tout de suite, car un élément dont le service a besoin ne répond pas. Vous n’avez rien d’autre à faire.',
    ja: '必要な別のサービスが応答しないため、まだ完了していませんが、応答があり次第実行されます。ほかに必要な操作はありません。',
    ko: '서비스에 필요한 다른 서버가 응답하지 않아 지금은 처리할 수 없지만, 응답하는 대로 처리됩니다. 더 하실 일은 없습니다.',
    ro: 'Se va face, dar nu chiar acum, deoarece ceva de care serviciul are nevoie nu răspunde. Nu mai trebuie să faceți nimic.',
    sv: 'Det kommer att göras, men inte just nu, eftersom något som tjänsten behöver inte svarar. Du behöver inte göra något mer.',
  },
  [TOO_MANY]: {
    en: 'Too many attempts. Wait a while, then try again.',
    es: 'Demasiados intentos. Espera un rato e inténtalo de nuevo.',
    fr: 'Trop de tentatives. Patientez un peu, puis réessayez.',
    ja: '試行回数が多すぎます。しばらく待ってからもう一度お試しください。',
    ko: '시도가 너무 많습니다. 잠시 기다렸다가 다시 시도하세요.',
    ro: 'Prea multe încercări. Așteptați puțin, apoi încercați din nou.',
    sv: 'För många försök. Vänta en stund och försök igen.',
  },
  [UNAVAILABLE]: {
    en: 'This cannot be done now, because something that the service needs does not answer. Wait a few minutes, then try again.',
    es: 'Ahora no es posible, porque algo que el servicio necesita no responde. Espera unos minutos e inténtalo de nuevo.',
    fr: 'C’est impossible pour le moment, car un élément dont le service a besoin ne répond pas. Patientez quelques minutes, puis réessayez.',
    ja: '必要な別のサービスが応答しないため、現在この操作はできません。数分待ってからもう一度お試しください。',
    ko: '서비스에 필요한 다른 서버가 응답하지 않아 지금은 이 작업을 할 수 없습니다. 몇 분 기다렸다가 다시 시도하세요.',
    ro: 'Acum nu se poate, deoarece ceva de care serviciul are nevoie nu răspunde. Așteptați câteva minute, apoi încercați din nou.',
    sv: 'Det går inte just nu, eftersom något som tjänsten behöver inte svarar. Vänta några minuter och försök igen.',
  },
}
