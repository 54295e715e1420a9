import type { SignUpTexts } from '../texts.ts'

export const ja: SignUpTexts = {
  title: 'パスキーでアカウントを作成',
  lead: '指紋、顔、画面ロックでサインインします。パスワードは不要です。',
  handle: 'ユーザー名',
  domain: 'ユーザー名の末尾',
  inviteCode: '招待コード',
  next: '次へ',
  withPassword: '代わりにパスワードを使う',
  makeTitle: 'パスキーを作成',
  makeLead: (handle) =>
    `パスキーは @${handle} 用にこのデバイスに保存されます。その後アカウントが作成されます。`,
  make: 'パスキーを作成する',
  doneTitle: 'アカウントができました',
  doneLead:
    'パスキーをなくしたときは、メールでパスワードを設定し、そのパスワードとこのコードのどれか1つでサインインしてください。',
  goOn: '続ける',
  handleTaken: 'このユーザー名はすでに使われています。別のものを選んでください。',
  handleWrong:
    'このユーザー名は使えません。英字、数字、ハイフンからなる3～18文字の別のものを選んでください。',
  emailTaken: 'このメールアドレスのアカウントがすでにあります。',
  inviteWrong: 'この招待コードは無効です。',
  captchaMissing: 'フォームの下で、人間であることを示してください。',
  closed: '現在、ここでは新しいアカウントを作成できません。',
  notAccepted: 'このパスキーは受け付けられませんでした。もう一度お試しください。',
  stale: 'ページを開いてから時間が経ちすぎました。もう一度お試しください。',
}
