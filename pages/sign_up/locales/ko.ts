import type { SignUpTexts } from '../texts.ts'

export const ko: SignUpTexts = {
  title: '패스키로 계정 만들기',
  lead: '지문, 얼굴 또는 화면 잠금으로 로그인하며 비밀번호가 필요 없습니다.',
  handle: '사용자 이름',
  domain: '사용자 이름의 끝부분',
  inviteCode: '초대 코드',
  next: '다음',
  withPassword: '대신 비밀번호 사용',
  makeTitle: '패스키 만들기',
  makeLead: (handle) =>
    `패스키는 @${handle} 계정용으로 기기에 저장됩니다. 그다음 계정이 만들어집니다.`,
  make: '패스키 만들기',
  doneTitle: '계정이 만들어졌습니다',
  doneLead: '패스키를 잃어버리면 이메일로 비밀번호를 설정한 다음 이 코드 중 하나로 로그인합니다.',
  goOn: '계속',
  handleTaken: '이미 사용 중인 사용자 이름입니다. 다른 이름을 선택하세요.',
  handleWrong:
    '사용할 수 없는 사용자 이름입니다. 영문자, 숫자, 하이픈으로 된 3~18자의 다른 이름을 선택하세요.',
  emailTaken: '이 이메일 주소의 계정이 이미 있습니다.',
  inviteWrong: '유효하지 않은 초대 코드입니다.',
  underWay:
    '이 사용자 이름, 이메일 주소 또는 초대 코드로 진행 중인 가입이 아직 끝나지 않았습니다. 본인의 가입이라면 몇 분 기다린 다음 로그인하거나 다시 가입하세요.',
  captchaMissing: '양식 아래에서 사람임을 확인해 주세요.',
  closed: '지금은 여기에서 새 계정을 만들 수 없습니다.',
  notAccepted: '이 패스키는 허용되지 않았습니다. 다시 시도하세요.',
  stale: '페이지를 너무 오래 열어 두었습니다. 다시 시도하세요.',
}
