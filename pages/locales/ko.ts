import type { HomeTexts } from '../texts.ts'

export const ko: HomeTexts = {
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
}
