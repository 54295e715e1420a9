import type { PageLanguage } from '../language.ts'

/** What the error page says, in plain text. */
export type ErrorPageTexts = {
  readonly title: string
  /** What happened, and what to do. */
  readonly advice: string
  /** Introduces the reason, which is in English, for those who made the app. */
  readonly forMakers: string
  /** Names the way to the account page. */
  readonly back: string
}

export const errorPageTexts: Readonly<Record<PageLanguage, ErrorPageTexts>> = {
  en: {
    title: 'This sign-in link does not work',
    advice:
      'Nothing happened to your account. Go back to the app and start signing in again. If you opened an old link or the back button brought you here, that is all you need to do.',
    forMakers: 'If it happens again, tell the makers of the app:',
    back: 'Go to your account',
  },
  es: {
    title: 'Este enlace de inicio de sesión no funciona',
    advice:
      'No ha pasado nada con tu cuenta. Vuelve a la aplicación e inicia sesión de nuevo. Si has abierto un enlace antiguo o has llegado aquí con el botón «Atrás», no tienes que hacer nada más.',
    forMakers: 'Si vuelve a ocurrir, comunícalo a quienes hacen la aplicación:',
    back: 'Ir a tu cuenta',
  },
  fr: {
    title: 'Ce lien de connexion ne fonctionne pas',
    advice:
      'Rien n’est arrivé à votre compte. Retournez dans l’application et recommencez la connexion. Si vous avez ouvert un ancien lien ou utilisé le bouton « Précédent », vous n’avez rien d’autre à faire.',
    forMakers: 'Si cela se reproduit, signalez-le aux auteurs de l’application :',
    back: 'Aller à votre compte',
  },
  ja: {
    title: 'このサインインリンクは使えません',
    advice:
      'アカウントには何も起きていません。アプリに戻り、もう一度サインインしてください。古いリンクや「戻る」ボタンでこのページが開いた場合は、それだけで大丈夫です。',
    forMakers: '繰り返し発生する場合は、アプリの開発者に次の内容を伝えてください：',
    back: 'アカウントページへ',
  },
  ko: {
    title: '이 로그인 링크는 사용할 수 없습니다',
    advice:
      '계정에는 아무 변화도 없습니다. 앱으로 돌아가 다시 로그인하세요. 오래된 링크를 열었거나 뒤로 가기 버튼으로 이 페이지에 왔다면 그것으로 충분합니다.',
    forMakers: '계속 발생하면 앱 개발자에게 다음 내용을 알려 주세요:',
    back: '계정 페이지로 이동',
  },
  ro: {
    title: 'Acest link de autentificare nu funcționează',
    advice:
      'Contul tău nu a fost afectat. Întoarce-te în aplicație și autentifică-te din nou. Dacă ai deschis un link vechi sau ai ajuns aici cu butonul „Înapoi”, nu trebuie să faci nimic altceva.',
    forMakers: 'Dacă se întâmplă din nou, spune-le celor care au făcut aplicația:',
    back: 'Mergi la contul tău',
  },
  sv: {
    title: 'Den här inloggningslänken fungerar inte',
    advice:
      'Inget har hänt med ditt konto. Gå tillbaka till appen och börja logga in igen. Om du öppnade en gammal länk eller kom hit med bakåtknappen behöver du inte göra något mer.',
    forMakers: 'Om det händer igen, berätta det för dem som har gjort appen:',
    back: 'Gå till ditt konto',
  },
}
