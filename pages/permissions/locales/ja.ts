import type { PermissionTexts } from '../texts.ts'

export const ja: PermissionTexts = {
  title: 'アプリに許可する操作を選ぶ',
  asks: (app, name) => `${app}が${name}へのアクセスを求めています。`,
  lead: (app, name) =>
    `${app}が${name}へのアクセスを求めています。許可しないもののチェックを外してください。`,
  link: 'アプリに許可する操作を選ぶ',
  identity: 'どのアカウントかを知る',
  generic:
    '投稿やいいねなど、アカウントの公開データすべての作成・変更・削除、および任意のサービスでの代理操作',
  readEmail: 'メールアドレスを読み取る',
  manageEmail: 'メールアドレスを読み取り、変更する',
  chat: 'Blueskyのメッセージを読み、送信する',
  status: 'アカウントを無効化し、再び有効化する',
  repo: 'アカウントの公開データすべてを置き換える',
  handle: 'ユーザー名を変更する',
  fullIdentity: 'アイデンティティ全体を管理する（アカウントを永久に失うおそれがあります）',
  actions: { create: '作成', update: '変更', delete: '削除' },
  records: (actions, what) => `レコードの${actions}（${what}）`,
  anyRecords: 'すべての種類',
  calls: (methods, service) => `${service}での代理操作（${methods}）`,
  anyMethod: 'そこで可能なすべての操作',
  anyService: '任意のサービス',
  uploads: (types) => `ファイルのアップロード（${types}）`,
  anyFile: 'すべての種類',
  unticked: 'チェックを外したものがないと、アプリが十分に動かないことがあります。',
  next: '次のページで残りを確認して決められます。',
  goOn: '続ける',
  authorize: '承認',
  deny: 'アクセスを拒否',
}
