import type { OpenidTexts } from '../texts.ts'

export const ja: OpenidTexts = {
  title: (app) => `${app} にサインイン`,
  lead: (name) => `${name} としてサインインしています。`,
  unvouched: (service, name) =>
    `${name ? `「${name}」と名乗っています。` : ''}${service} は提供元を確認していません。`,
  gets: (app) => `${app} に伝わる情報：`,
  identifier: '変わることのないアカウントの識別子',
  profile: '名前、ユーザー名、画像',
  email: 'メールアドレス',
  offline: '不在の間もサインインしたままになります',
  uses: (resource) => `あなたに代わって ${resource} を利用できます：`,
  local: (app) =>
    `${app} はお使いのデバイスで動作しており、本物であることは確認できません。ご自身で今起動した場合にのみ続けてください。`,
  allow: '許可する',
  refuse: 'キャンセル',
  otherAccount: '別のアカウントを使う',

  deviceTitle: 'デバイスを接続',
  deviceLead: 'デバイスまたはプログラムに表示されているコードを入力してください。',
  code: 'コード',
  goOn: '続ける',
  wrongCode: 'このコードは正しくないか、使用済みか、期限切れです。',
  askedFrom: (app, from) =>
    `${app} があなたのアカウントでのサインインを求めています。要求元：${from}。`,
  codeShown: (code) =>
    `ご自身のデバイスに ${code} が表示されていて、ご自身で始めた場合にのみ続けてください。誰かから送られてきたコードの場合はキャンセルしてください。`,
  deviceDone: 'デバイスを接続しました',
  deviceDoneLead: (app) => `このページを閉じて ${app} に戻ることができます。`,
  deviceRefused: 'デバイスは接続されていません',
  deviceRefusedLead: (app) => `${app} には何も渡されていません。このページを閉じることができます。`,

  signOutTitle: 'サインアウトしますか？',
  signOutLead: (service, app) =>
    app
      ? `${app} が、このブラウザで ${service} からサインアウトするよう求めています。`
      : `このブラウザで ${service} からサインアウトします。`,
  signOut: 'サインアウト',
  stay: 'サインインしたままにする',
  signedOutTitle: 'サインアウトしました',
  signedOutLead: (service) => `このブラウザで ${service} からサインアウトしました。`,
  stayedTitle: 'サインインしたままです',
  stayedLead: (service) => `このブラウザでは、引き続き ${service} にサインインしています。`,
}
