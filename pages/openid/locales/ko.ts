import type { OpenidTexts } from '../texts.ts'

export const ko: OpenidTexts = {
  title: (app) => `${app}에 로그인`,
  lead: (name) => `${name} 계정으로 로그인되어 있습니다.`,
  unvouched: (service, name) =>
    `${name ? `스스로를 “${name}”(이)라고 합니다. ` : ''}${service}에서는 운영 주체를 확인하지 않았습니다.`,
  gets: (app) => `${app}에 전달되는 정보:`,
  identifier: '바뀌지 않는 계정 식별자',
  profile: '이름, 사용자 이름, 사진',
  email: '이메일 주소',
  offline: '자리를 비운 동안에도 로그인 상태를 유지합니다',
  uses: (resource) => `회원님을 대신해 ${resource}을(를) 사용할 수 있습니다:`,
  local: (app) =>
    `${app}은(는) 회원님의 기기에서 실행되며, 이름대로의 앱인지 확인할 수 없습니다. 방금 직접 시작한 경우에만 계속하세요.`,
  allow: '허용',
  refuse: '취소',
  otherAccount: '다른 계정 사용',

  deviceTitle: '기기 연결',
  deviceLead: '기기나 프로그램에 표시된 코드를 입력하세요.',
  code: '코드',
  goOn: '계속',
  wrongCode: '코드가 잘못되었거나 이미 사용되었거나 만료되었습니다.',
  askedFrom: (app, from) => `${app}에서 회원님의 계정으로 로그인을 요청합니다. 요청한 곳: ${from}.`,
  codeShown: (code) =>
    `회원님의 기기에 ${code}이(가) 표시되어 있고 직접 시작한 경우에만 계속하세요. 다른 사람이 보낸 코드라면 취소하세요.`,
  deviceDone: '기기가 연결되었습니다',
  deviceDoneLead: (app) => `이 페이지를 닫고 ${app}(으)로 돌아가도 됩니다.`,
  deviceRefused: '기기가 연결되지 않았습니다',
  deviceRefusedLead: (app) => `${app}에 아무것도 전달되지 않았습니다. 이 페이지를 닫아도 됩니다.`,

  signOutTitle: '로그아웃하시겠습니까?',
  signOutLead: (service, app) =>
    app
      ? `${app}에서 이 브라우저의 ${service} 로그아웃을 요청합니다.`
      : `이 브라우저에서 ${service}에서 로그아웃합니다.`,
  signOut: '로그아웃',
  stay: '로그인 유지',
  signedOutTitle: '로그아웃되었습니다',
  signedOutLead: (service) => `이 브라우저에서 ${service}에서 로그아웃되었습니다.`,
  stayedTitle: '로그인 상태가 유지됩니다',
  stayedLead: (service) => `이 브라우저에서 ${service}에 계속 로그인되어 있습니다.`,
}
