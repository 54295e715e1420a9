import type { PageLanguage } from '../http/language.ts'

/** What the page at `/` says, in plain text. */
export type HomeTexts = {
  readonly title: string
  about(service: string): string
  /** Ways from the entryway's own page. */
  readonly account: string
  readonly signUp: string
  /** About the handle whose host it is. */
  aboutHandle(service: string): string
  signInAt(host: string): string
  /** The handle belongs to no account. */
  readonly nobody: string
  aboutNobody(handle: string, service: string): string
  toService(service: string): string
  /** The operator's links. */
  readonly home: string
  readonly termsOfService: string
  readonly privacyPolicy: string
  readonly support: string
}

export const homeTexts: Readonly<Record<PageLanguage, HomeTexts>> = {
  en: {
    title: 'Sign in to your account',
    about: (service) =>
      `${service} keeps accounts for apps of the AT Protocol, such as Bluesky. An app sends you here to sign in, so that it never sees your password. Here you can also see which apps have access to your account, and take it away from them.`,
    account: 'Go to your account',
    signUp: 'Create an account',
    aboutHandle: (service) =>
      `This is the name of an account at ${service}. To see what it has published, look for the name in an app.`,
    signInAt: (host) => `Is it yours? Sign in at ${host}`,
    nobody: 'Nobody has this name',
    aboutNobody: (handle, service) =>
      `There is no active account called @${handle} at ${service}. Perhaps it has another name now.`,
    toService: (service) => `Go to ${service}`,
    home: 'Home',
    termsOfService: 'Terms of Service',
    privacyPolicy: 'Privacy Policy',
    support: 'Support',
  },
  es: {
    title: 'Inicia sesión en tu cuenta',
    about: (service) =>
      `${service} guarda cuentas para aplicaciones del AT Protocol, como Bluesky. Las aplicaciones te envían aquí para iniciar sesión, así nunca ven tu contraseña. Aquí también puedes ver qué aplicaciones tienen acceso a tu cuenta y quitarles ese acceso.`,
    account: 'Ir a tu cuenta',
    signUp: 'Crear una cuenta',
    aboutHandle: (service) =>
      `Este es el nombre de una cuenta de ${service}. Para ver lo que ha publicado, busca el nombre en una aplicación.`,
    signInAt: (host) => `¿Es tuya? Inicia sesión en ${host}`,
    nobody: 'Nadie tiene este nombre',
    aboutNobody: (handle, service) =>
      `No hay ninguna cuenta activa con el nombre @${handle} en ${service}. Puede que ahora tenga otro nombre.`,
    toService: (service) => `Ir a ${service}`,
    home: 'Inicio',
    termsOfService: 'Términos del servicio',
    privacyPolicy: 'Política de privacidad',
    support: 'Ayuda',
  },
  fr: {
    title: 'Connectez-vous à votre compte',
    about: (service) =>
      `${service} héberge des comptes pour les applications de l’AT Protocol, comme Bluesky. Une application vous envoie ici pour vous connecter : elle ne voit jamais votre mot de passe. Vous pouvez aussi voir ici quelles applications ont accès à votre compte, et leur retirer cet accès.`,
    account: 'Aller à votre compte',
    signUp: 'Créer un compte',
    aboutHandle: (service) =>
      `C’est le nom d’un compte de ${service}. Pour voir ce qu’il a publié, cherchez ce nom dans une application.`,
    signInAt: (host) => `C’est le vôtre ? Connectez-vous sur ${host}`,
    nobody: 'Personne ne porte ce nom',
    aboutNobody: (handle, service) =>
      `Aucun compte actif ne s’appelle @${handle} sur ${service}. Il porte peut-être un autre nom maintenant.`,
    toService: (service) => `Aller sur ${service}`,
    home: 'Accueil',
    termsOfService: 'Conditions d’utilisation',
    privacyPolicy: 'Politique de confidentialité',
    support: 'Assistance',
  },
  ja: {
    title: 'アカウントにサインイン',
    about: (service) =>
      `${service}は、BlueskyなどAT Protocolのアプリで使うアカウントを管理するサービスです。アプリはサインインのときにここへ案内するため、パスワードがアプリに知られることはありません。どのアプリがアカウントにアクセスできるかを確認し、そのアクセスを取り消すこともできます。`,
    account: 'アカウントページへ',
    signUp: 'アカウントを作成',
    aboutHandle: (service) =>
      `これは${service}のアカウントの名前です。公開された内容を見るには、アプリでこの名前を検索してください。`,
    signInAt: (host) => `ご自身のアカウントですか？${host}でサインイン`,
    nobody: 'この名前のアカウントはありません',
    aboutNobody: (handle, service) =>
      `${service}には、@${handle}という名前の有効なアカウントはありません。名前が変わった可能性があります。`,
    toService: (service) => `${service}へ`,
    home: 'ホーム',
    termsOfService: '利用規約',
    privacyPolicy: 'プライバシーポリシー',
    support: 'サポート',
  },
  ko: {
    title: '계정에 로그인',
    about: (service) =>
      `${service}은(는) Bluesky 같은 AT Protocol 앱에서 쓰는 계정을 관리하는 서비스입니다. 앱은 로그인할 때 이곳으로 안내하므로 비밀번호를 볼 수 없습니다. 계정에 접근할 수 있는 앱을 확인하고 그 앱의 접근을 취소할 수도 있습니다.`,
    account: '계정 페이지로 이동',
    signUp: '계정 만들기',
    aboutHandle: (service) =>
      `${service}에 있는 계정의 이름입니다. 게시한 내용을 보려면 앱에서 이 이름을 검색하세요.`,
    signInAt: (host) => `본인 계정인가요? ${host}에서 로그인`,
    nobody: '이 이름의 계정이 없습니다',
    aboutNobody: (handle, service) =>
      `${service}에는 @${handle}(이)라는 활성 계정이 없습니다. 이름이 바뀌었을 수 있습니다.`,
    toService: (service) => `${service}(으)로 이동`,
    home: '홈',
    termsOfService: '서비스 약관',
    privacyPolicy: '개인정보 처리방침',
    support: '지원',
  },
  ro: {
    title: 'Autentifică-te în contul tău',
    about: (service) =>
      `${service} păstrează conturi pentru aplicații ale AT Protocol, cum este Bluesky. Aplicațiile te trimit aici pentru autentificare, așa că nu îți văd niciodată parola. Tot aici poți vedea ce aplicații au acces la contul tău și le poți retrage accesul.`,
    account: 'Mergi la contul tău',
    signUp: 'Creează un cont',
    aboutHandle: (service) =>
      `Acesta este numele unui cont de la ${service}. Ca să vezi ce a publicat, caută numele într-o aplicație.`,
    signInAt: (host) => `Este al tău? Autentifică-te la ${host}`,
    nobody: 'Nimeni nu are acest nume',
    aboutNobody: (handle, service) =>
      `La ${service} nu există niciun cont activ cu numele @${handle}. Poate că are acum alt nume.`,
    toService: (service) => `Mergi la ${service}`,
    home: 'Acasă',
    termsOfService: 'Termenii serviciului',
    privacyPolicy: 'Politica de confidențialitate',
    support: 'Asistență',
  },
  sv: {
    title: 'Logga in på ditt konto',
    about: (service) =>
      `${service} har konton för appar i AT Protocol, till exempel Bluesky. En app skickar dig hit när du ska logga in, så den ser aldrig ditt lösenord. Här kan du också se vilka appar som har åtkomst till ditt konto, och återkalla deras åtkomst.`,
    account: 'Gå till ditt konto',
    signUp: 'Skapa ett konto',
    aboutHandle: (service) =>
      `Det här är namnet på ett konto hos ${service}. Sök efter namnet i en app för att se vad det har publicerat.`,
    signInAt: (host) => `Är det ditt? Logga in på ${host}`,
    nobody: 'Ingen har det här namnet',
    aboutNobody: (handle, service) =>
      `Det finns inget aktivt konto som heter @${handle} hos ${service}. Det kanske har ett annat namn nu.`,
    toService: (service) => `Gå till ${service}`,
    home: 'Hem',
    termsOfService: 'Användarvillkor',
    privacyPolicy: 'Integritetspolicy',
    support: 'Hjälp',
  },
}
