import type { HomeTexts } from '../texts.ts'

export const ja: HomeTexts = {
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
}
