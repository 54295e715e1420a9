import type { ByLanguage } from '../../http/language.ts'

/** What the page behind the link in a mail says that signs everybody out, in plain text. */
export type SignOutTexts = {
  readonly title: string
  readonly what: string
  readonly otherwise: string
  readonly button: string
  /** On the page of a new password, which follows. */
  readonly done: string
  readonly over: string
  /** @param days how long a link works */
  overWhy(days: number): string
  readonly security: string
  readonly reset: string
}

export const signOutTexts: ByLanguage<SignOutTexts> = {
  en: {
    title: 'Sign out everywhere?',
    what: 'Every browser and every app is signed out of your account, and app passwords end. Then you set a new password.',
    otherwise: 'If you know of what the mail says, do nothing.',
    button: 'Sign out everywhere',
    done: 'Everything is signed out. Now set a new password.',
    over: 'This link no longer works',
    overWhy: (days) =>
      `It was used before, or it is older than ${days} days. The security page shows what is signed in to your account.`,
    security: 'Security page',
    reset: 'New password',
  },
  es: {
    title: '¿Cerrar sesión en todas partes?',
    what: 'Se cierra la sesión de tu cuenta en todos los navegadores y aplicaciones, y se revocan las contraseñas de aplicación. Después eliges una contraseña nueva.',
    otherwise: 'Si reconoces lo que dice el correo, no hagas nada.',
    button: 'Cerrar sesión en todas partes',
    done: 'Se ha cerrado la sesión en todas partes. Ahora elige una contraseña nueva.',
    over: 'Este enlace ya no sirve',
    overWhy: (days) =>
      `Ya se usó o tiene más de ${days} días. La página de seguridad muestra dónde está abierta la sesión de tu cuenta.`,
    security: 'Página de seguridad',
    reset: 'Contraseña nueva',
  },
  fr: {
    title: 'Se déconnecter partout ?',
    what: 'Tous les navigateurs et toutes les applications sont déconnectés de votre compte, et les mots de passe d’application prennent fin. Vous choisissez ensuite un nouveau mot de passe.',
    otherwise: 'Si vous savez de quoi parle l’e-mail, ne faites rien.',
    button: 'Se déconnecter partout',
    done: 'Tout est déconnecté. Choisissez maintenant un nouveau mot de passe.',
    over: 'Ce lien ne fonctionne plus',
    overWhy: (days) =>
      `Il a déjà été utilisé ou date de plus de ${days} jours. La page de sécurité montre ce qui est connecté à votre compte.`,
    security: 'Page de sécurité',
    reset: 'Nouveau mot de passe',
  },
  ja: {
    title: 'すべての場所でサインアウトしますか？',
    what: 'すべてのブラウザとアプリがアカウントからサインアウトされ、アプリパスワードも無効になります。その後、新しいパスワードを設定します。',
    otherwise: 'メールの内容に心当たりがある場合は、何もする必要はありません。',
    button: 'すべての場所でサインアウト',
    done: 'すべてサインアウトされました。新しいパスワードを設定してください。',
    over: 'このリンクはもう使えません',
    overWhy: (days) =>
      `すでに使われたか、${days}日以上前のものです。セキュリティページで、アカウントにサインインしているものを確認できます。`,
    security: 'セキュリティページ',
    reset: '新しいパスワード',
  },
  ko: {
    title: '모든 곳에서 로그아웃할까요?',
    what: '모든 브라우저와 앱이 계정에서 로그아웃되고 앱 비밀번호가 무효화됩니다. 그런 다음 새 비밀번호를 설정합니다.',
    otherwise: '이메일의 내용을 알고 있다면 아무것도 하지 않아도 됩니다.',
    button: '모든 곳에서 로그아웃',
    done: '모두 로그아웃되었습니다. 이제 새 비밀번호를 설정하세요.',
    over: '이 링크는 더 이상 사용할 수 없습니다',
    overWhy: (days) =>
      `이미 사용되었거나 ${days}일이 지났습니다. 보안 페이지에서 계정에 로그인된 항목을 확인할 수 있습니다.`,
    security: '보안 페이지',
    reset: '새 비밀번호',
  },
  ro: {
    title: 'Vă deconectați de peste tot?',
    what: 'Toate browserele și aplicațiile sunt deconectate de la contul dvs., iar parolele de aplicație sunt revocate. Apoi vă alegeți o parolă nouă.',
    otherwise: 'Dacă știți despre ce este vorba în e-mail, nu faceți nimic.',
    button: 'Deconectare de peste tot',
    done: 'Totul este deconectat. Alegeți acum o parolă nouă.',
    over: 'Acest link nu mai funcționează',
    overWhy: (days) =>
      `A fost deja folosit sau este mai vechi de ${days} zile. Pagina de securitate arată ce este conectat la contul dvs.`,
    security: 'Pagina de securitate',
    reset: 'Parolă nouă',
  },
  sv: {
    title: 'Logga ut överallt?',
    what: 'Alla webbläsare och appar loggas ut från ditt konto, och applösenord upphör att gälla. Sedan väljer du ett nytt lösenord.',
    otherwise: 'Om du känner till det som står i mejlet behöver du inte göra något.',
    button: 'Logga ut överallt',
    done: 'Allt är utloggat. Välj nu ett nytt lösenord.',
    over: 'Den här länken fungerar inte längre',
    overWhy: (days) =>
      `Den har redan använts eller är äldre än ${days} dagar. Säkerhetssidan visar vad som är inloggat på ditt konto.`,
    security: 'Säkerhetssidan',
    reset: 'Nytt lösenord',
  },
}
