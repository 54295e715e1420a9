import type { OpenidTexts } from '../texts.ts'

export const ja: OpenidTexts = {
  title: (app) => `${app} にサインイン`,
  lead: (name) => `${name} としてサインインしています。`,
  gets: (app) => `${app} に伝わる情報:`,
  identifier: '変わることのないアカウントの識別子',
  profile: '名前、ハンドル、画像',
  email: 'メールアドレス',
  offline: '不在の間もサインインしたままになります',
  uses: (resource) => `あなたに代わって ${resource} を利用できます:`,
  goesTo: (host) => `続けて ${host} に移動します。`,
  allow: '許可する',
  refuse: 'キャンセル',
  otherAccount: '別のアカウントを使う',

  signOutTitle: 'サインアウトしますか？',
  signOutLead: (service, app) =>
    app
      ? `${app} が、このブラウザーで ${service} からサインアウトするよう求めています。`
      : `このブラウザーで ${service} からサインアウトします。`,
  signOut: 'サインアウト',
  stay: 'サインインしたままにする',
  signedOutTitle: 'サインアウトしました',
  signedOutLead: (service) => `このブラウザーで ${service} からサインアウトしました。`,
}
