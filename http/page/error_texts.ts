import type { PageLanguage } from '../language.ts'
import type { Obstacle } from '../refuse.ts'

/** What the error page says, in plain text. */
export type ErrorPageTexts = {
  /** What happened, and what to do; `scripts` is said by the provider's pages, which need them. */
  readonly obstacles: Readonly<Record<Obstacle | 'scripts', { title: string; advice: string }>>
  /** Introduces the reason, which is in English, for those who made the app. */
  readonly forMakers: string
  /** The ways from there. */
  readonly toAccount: string
  toApp(host: string): string
  readonly again: string
  readonly giveUp: string
  /** What a form's button says that is to be sent on. */
  readonly goOn: string
}

export const errorPageTexts: Readonly<Record<PageLanguage, ErrorPageTexts>> = {
  en: {
    obstacles: {
      link: {
        title: 'This sign-in link does not work',
        advice:
          'Nothing happened to your account. Go back to the app and start signing in again. If you opened an old link or the back button brought you here, that is all you need to do.',
      },
      ended: {
        title: 'This sign-in has ended',
        advice:
          'It was finished, or too much time went by. If the app did not sign you in, go back to it and start again.',
      },
      cookies: {
        title: 'Your browser keeps no cookies',
        advice:
          'Signing in here needs cookies. Allow them for this site in the settings of your browser, then try again.',
      },
      scripts: {
        title: 'Your browser runs no scripts',
        advice:
          'Signing in here needs JavaScript. Allow it for this site in the settings of your browser, then try again.',
      },
      browser: {
        title: 'This page does not open in your browser',
        advice:
          'The browser, or something between it and us, leaves out what protects your account here. Update the browser or use another one.',
      },
      nowhere: {
        title: 'There is no page here',
        advice: 'The address may be mistyped, or the page has moved.',
      },
      'too many': {
        title: 'Too many pages were opened',
        advice: 'They came from your network in a short time. Wait a while, then try again.',
      },
      attempts: {
        title: 'Too many attempts',
        advice:
          'They came from your network or were made for your account in a short time. Wait a while, then try again.',
      },
      server: {
        title: 'Something went wrong here',
        advice:
          'It is our fault, and nothing happened to your account. Wait a moment, then try again.',
      },
    },
    forMakers: 'If it happens again, tell the makers of the app:',
    toAccount: 'Go to your account',
    toApp: (host) => `Go back to ${host}`,
    again: 'Try again',
    giveUp: 'Go back to the app',
    goOn: 'Continue',
  },
  es: {
    obstacles: {
      link: {
        title: 'Este enlace de inicio de sesión no funciona',
        advice:
          'No ha pasado nada con tu cuenta. Vuelve a la aplicación e inicia sesión de nuevo. Si has abierto un enlace antiguo o has llegado aquí con el botón «Atrás», no tienes que hacer nada más.',
      },
      ended: {
        title: 'Este inicio de sesión ha terminado',
        advice:
          'Ya se completó o ha pasado demasiado tiempo. Si la aplicación no ha iniciado tu sesión, vuelve a ella y empieza de nuevo.',
      },
      cookies: {
        title: 'Tu navegador no guarda cookies',
        advice:
          'Para iniciar sesión aquí hacen falta cookies. Permítelas para este sitio en los ajustes del navegador e inténtalo de nuevo.',
      },
      scripts: {
        title: 'Tu navegador no ejecuta JavaScript',
        advice:
          'Para iniciar sesión aquí hace falta JavaScript. Permítelo para este sitio en los ajustes del navegador e inténtalo de nuevo.',
      },
      browser: {
        title: 'Esta página no se abre en tu navegador',
        advice:
          'El navegador, o algo entre él y nosotros, omite lo que aquí protege tu cuenta. Actualiza el navegador o usa otro.',
      },
      nowhere: {
        title: 'Aquí no hay ninguna página',
        advice: 'Puede que la dirección esté mal escrita o que la página haya cambiado de sitio.',
      },
      'too many': {
        title: 'Se han abierto demasiadas páginas',
        advice: 'Han venido de tu red en poco tiempo. Espera un rato e inténtalo de nuevo.',
      },
      attempts: {
        title: 'Demasiados intentos',
        advice:
          'Se hicieron desde tu red o para tu cuenta en poco tiempo. Espera un rato e inténtalo de nuevo.',
      },
      server: {
        title: 'Algo ha fallado aquí',
        advice:
          'Es culpa nuestra y no ha pasado nada con tu cuenta. Espera un momento e inténtalo de nuevo.',
      },
    },
    forMakers: 'Si vuelve a ocurrir, comunícalo a quienes hacen la aplicación:',
    toAccount: 'Ir a tu cuenta',
    toApp: (host) => `Volver a ${host}`,
    again: 'Intentar de nuevo',
    giveUp: 'Volver a la aplicación',
    goOn: 'Continuar',
  },
  fr: {
    obstacles: {
      link: {
        title: 'Ce lien de connexion ne fonctionne pas',
        advice:
          'Rien n’est arrivé à votre compte. Retournez dans l’application et recommencez la connexion. Si vous avez ouvert un ancien lien ou utilisé le bouton « Précédent », vous n’avez rien d’autre à faire.',
      },
      ended: {
        title: 'Cette connexion est terminée',
        advice:
          'Elle a abouti, ou trop de temps s’est écoulé. Si l’application ne vous a pas connecté, retournez-y et recommencez.',
      },
      cookies: {
        title: 'Votre navigateur ne garde pas de cookies',
        advice:
          'La connexion nécessite des cookies. Autorisez-les pour ce site dans les réglages du navigateur, puis réessayez.',
      },
      scripts: {
        title: 'Votre navigateur n’exécute pas JavaScript',
        advice:
          'La connexion nécessite JavaScript. Autorisez-le pour ce site dans les réglages du navigateur, puis réessayez.',
      },
      browser: {
        title: 'Cette page ne s’ouvre pas dans votre navigateur',
        advice:
          'Le navigateur, ou un intermédiaire, omet ce qui protège ici votre compte. Mettez le navigateur à jour ou utilisez-en un autre.',
      },
      nowhere: {
        title: 'Il n’y a pas de page ici',
        advice: 'L’adresse est peut-être mal saisie, ou la page a été déplacée.',
      },
      'too many': {
        title: 'Trop de pages ont été ouvertes',
        advice:
          'Elles venaient de votre réseau, en peu de temps. Patientez un peu, puis réessayez.',
      },
      attempts: {
        title: 'Trop de tentatives',
        advice:
          'Elles sont venues de votre réseau ou visaient votre compte en peu de temps. Patientez un peu, puis réessayez.',
      },
      server: {
        title: 'Un problème est survenu ici',
        advice:
          'C’est notre faute, et rien n’est arrivé à votre compte. Patientez un instant, puis réessayez.',
      },
    },
    forMakers: 'Si cela se reproduit, signalez-le aux auteurs de l’application :',
    toAccount: 'Aller à votre compte',
    toApp: (host) => `Retourner sur ${host}`,
    again: 'Réessayer',
    giveUp: 'Retourner dans l’application',
    goOn: 'Continuer',
  },
  ja: {
    obstacles: {
      link: {
        title: 'このサインインリンクは使えません',
        advice:
          'アカウントには何も起きていません。アプリに戻り、もう一度サインインしてください。古いリンクや「戻る」ボタンでこのページが開いた場合は、それだけで大丈夫です。',
      },
      ended: {
        title: 'このサインインは終了しました',
        advice:
          'すでに完了したか、時間が経ちすぎました。アプリにサインインできていない場合は、アプリに戻ってもう一度やり直してください。',
      },
      cookies: {
        title: 'ブラウザがCookieを保存していません',
        advice:
          'サインインにはCookieが必要です。ブラウザの設定でこのサイトのCookieを許可してから、もう一度お試しください。',
      },
      scripts: {
        title: 'ブラウザでJavaScriptが無効です',
        advice:
          'サインインにはJavaScriptが必要です。ブラウザの設定でこのサイトのJavaScriptを許可してから、もう一度お試しください。',
      },
      browser: {
        title: 'お使いのブラウザではこのページを開けません',
        advice:
          'アカウントを保護するための情報が、ブラウザまたは途中の機器によって省かれています。ブラウザを更新するか、別のブラウザをお使いください。',
      },
      nowhere: {
        title: 'このページは見つかりません',
        advice: 'アドレスの入力に誤りがあるか、ページが移動した可能性があります。',
      },
      'too many': {
        title: '開かれたページが多すぎます',
        advice:
          'お使いのネットワークから短時間に多くのページが開かれました。しばらく待ってからもう一度お試しください。',
      },
      attempts: {
        title: '試行回数が多すぎます',
        advice:
          'お使いのネットワークから、またはこのアカウントに対して、短時間に何度も試行されました。しばらく待ってからもう一度お試しください。',
      },
      server: {
        title: 'こちらで問題が発生しました',
        advice:
          '原因はこちらにあり、アカウントには何も起きていません。少し待ってからもう一度お試しください。',
      },
    },
    forMakers: '繰り返し発生する場合は、アプリの開発者に次の内容を伝えてください：',
    toAccount: 'アカウントページへ',
    toApp: (host) => `${host}に戻る`,
    again: 'もう一度試す',
    giveUp: 'アプリに戻る',
    goOn: '続ける',
  },
  ko: {
    obstacles: {
      link: {
        title: '이 로그인 링크는 사용할 수 없습니다',
        advice:
          '계정에는 아무 변화도 없습니다. 앱으로 돌아가 다시 로그인하세요. 오래된 링크를 열었거나 뒤로 가기 버튼으로 이 페이지에 왔다면 그것으로 충분합니다.',
      },
      ended: {
        title: '이 로그인은 끝났습니다',
        advice:
          '이미 완료되었거나 시간이 너무 많이 지났습니다. 앱에 로그인되지 않았다면 앱으로 돌아가 다시 시작하세요.',
      },
      cookies: {
        title: '브라우저가 쿠키를 저장하지 않습니다',
        advice:
          '로그인하려면 쿠키가 필요합니다. 브라우저 설정에서 이 사이트의 쿠키를 허용한 다음 다시 시도하세요.',
      },
      scripts: {
        title: '브라우저에서 JavaScript가 꺼져 있습니다',
        advice:
          '로그인하려면 JavaScript가 필요합니다. 브라우저 설정에서 이 사이트의 JavaScript를 허용한 다음 다시 시도하세요.',
      },
      browser: {
        title: '이 브라우저에서는 페이지가 열리지 않습니다',
        advice:
          '계정을 보호하는 정보가 브라우저나 중간 장비에서 빠졌습니다. 브라우저를 업데이트하거나 다른 브라우저를 사용하세요.',
      },
      nowhere: {
        title: '여기에는 페이지가 없습니다',
        advice: '주소를 잘못 입력했거나 페이지가 옮겨졌을 수 있습니다.',
      },
      'too many': {
        title: '페이지가 너무 많이 열렸습니다',
        advice: '사용 중인 네트워크에서 짧은 시간에 열렸습니다. 잠시 기다렸다가 다시 시도하세요.',
      },
      attempts: {
        title: '시도가 너무 많습니다',
        advice:
          '짧은 시간에 같은 네트워크에서 또는 이 계정에 대해 여러 번 시도했습니다. 잠시 기다렸다가 다시 시도하세요.',
      },
      server: {
        title: '저희 쪽에 문제가 생겼습니다',
        advice: '저희 잘못이며 계정에는 아무 일도 없습니다. 잠시 후 다시 시도하세요.',
      },
    },
    forMakers: '계속 발생하면 앱 개발자에게 다음 내용을 알려 주세요:',
    toAccount: '계정 페이지로 이동',
    toApp: (host) => `${host}(으)로 돌아가기`,
    again: '다시 시도',
    giveUp: '앱으로 돌아가기',
    goOn: '계속',
  },
  ro: {
    obstacles: {
      link: {
        title: 'Acest link de autentificare nu funcționează',
        advice:
          'Contul tău nu a fost afectat. Întoarce-te în aplicație și autentifică-te din nou. Dacă ai deschis un link vechi sau ai ajuns aici cu butonul „Înapoi”, nu trebuie să faci nimic altceva.',
      },
      ended: {
        title: 'Această autentificare s-a încheiat',
        advice:
          'A fost finalizată sau a trecut prea mult timp. Dacă aplicația nu te-a autentificat, întoarce-te la ea și ia-o de la capăt.',
      },
      cookies: {
        title: 'Browserul tău nu păstrează cookie-uri',
        advice:
          'Autentificarea are nevoie de cookie-uri. Permite-le pentru acest site în setările browserului, apoi încearcă din nou.',
      },
      scripts: {
        title: 'Browserul tău nu rulează JavaScript',
        advice:
          'Autentificarea are nevoie de JavaScript. Permite-l pentru acest site în setările browserului, apoi încearcă din nou.',
      },
      browser: {
        title: 'Pagina nu se deschide în browserul tău',
        advice:
          'Browserul sau ceva aflat între el și noi omite ceea ce îți protejează contul. Actualizează browserul sau folosește altul.',
      },
      nowhere: {
        title: 'Aici nu există nicio pagină',
        advice: 'Poate că adresa este scrisă greșit sau pagina a fost mutată.',
      },
      'too many': {
        title: 'S-au deschis prea multe pagini',
        advice:
          'Au venit din rețeaua ta într-un timp scurt. Așteaptă puțin, apoi încearcă din nou.',
      },
      attempts: {
        title: 'Prea multe încercări',
        advice:
          'Au venit din rețeaua ta sau au fost făcute pentru contul tău în scurt timp. Așteaptă puțin, apoi încearcă din nou.',
      },
      server: {
        title: 'Ceva nu a mers la noi',
        advice:
          'Este vina noastră, iar contul tău nu a fost afectat. Așteaptă o clipă, apoi încearcă din nou.',
      },
    },
    forMakers: 'Dacă se întâmplă din nou, spune-le celor care au făcut aplicația:',
    toAccount: 'Mergi la contul tău',
    toApp: (host) => `Înapoi la ${host}`,
    again: 'Încearcă din nou',
    giveUp: 'Înapoi la aplicație',
    goOn: 'Continuă',
  },
  sv: {
    obstacles: {
      link: {
        title: 'Den här inloggningslänken fungerar inte',
        advice:
          'Inget har hänt med ditt konto. Gå tillbaka till appen och börja logga in igen. Om du öppnade en gammal länk eller kom hit med bakåtknappen behöver du inte göra något mer.',
      },
      ended: {
        title: 'Den här inloggningen är avslutad',
        advice:
          'Den blev klar, eller så gick det för lång tid. Om appen inte loggade in dig, gå tillbaka till den och börja om.',
      },
      cookies: {
        title: 'Din webbläsare sparar inga kakor',
        advice:
          'Inloggningen behöver kakor (cookies). Tillåt dem för den här webbplatsen i webbläsarens inställningar och försök igen.',
      },
      scripts: {
        title: 'Din webbläsare kör inget JavaScript',
        advice:
          'Inloggningen behöver JavaScript. Tillåt det för den här webbplatsen i webbläsarens inställningar och försök igen.',
      },
      browser: {
        title: 'Sidan går inte att öppna i din webbläsare',
        advice:
          'Webbläsaren, eller något mellan den och oss, utelämnar det som skyddar ditt konto här. Uppdatera webbläsaren eller använd en annan.',
      },
      nowhere: {
        title: 'Det finns ingen sida här',
        advice: 'Adressen kan vara felskriven, eller så har sidan flyttats.',
      },
      'too many': {
        title: 'För många sidor har öppnats',
        advice: 'De kom från ditt nätverk på kort tid. Vänta en stund och försök igen.',
      },
      attempts: {
        title: 'För många försök',
        advice:
          'De kom från ditt nätverk eller gällde ditt konto under kort tid. Vänta en stund och försök igen.',
      },
      server: {
        title: 'Något gick fel här',
        advice: 'Felet är vårt, och inget har hänt med ditt konto. Vänta en stund och försök igen.',
      },
    },
    forMakers: 'Om det händer igen, berätta det för dem som har gjort appen:',
    toAccount: 'Gå till ditt konto',
    toApp: (host) => `Tillbaka till ${host}`,
    again: 'Försök igen',
    giveUp: 'Tillbaka till appen',
    goOn: 'Fortsätt',
  },
}
