import type { PermissionTexts } from '../texts.ts'

export const ko: PermissionTexts = {
  title: '앱에 허용할 작업 선택',
  asks: (app, name) => `${app}에서 ${name} 계정에 대한 접근 권한을 요청합니다.`,
  lead: (app, name) =>
    `${app}에서 ${name} 계정에 대한 접근 권한을 요청합니다. 허용하지 않을 항목의 선택을 해제하세요.`,
  link: '앱에 허용할 작업 선택',
  identity: '어떤 계정인지 확인',
  generic:
    '게시물과 좋아요 등 계정의 모든 공개 데이터를 생성, 변경, 삭제하고 모든 서비스에서 대신 작업',
  readEmail: '이메일 주소 읽기',
  manageEmail: '이메일 주소 읽기 및 변경',
  chat: 'Bluesky 메시지 읽기 및 보내기',
  status: '계정 비활성화 및 재활성화',
  repo: '계정의 모든 공개 데이터 교체',
  handle: '사용자 이름 변경',
  fullIdentity: '전체 신원 관리(계정을 영구히 잃을 수 있습니다)',
  actions: { create: '생성', update: '변경', delete: '삭제' },
  records: (actions, what) => `레코드 ${actions} (${what})`,
  anyRecords: '모든 종류',
  calls: (methods, service) => `${service}에서 대신 작업 (${methods})`,
  anyMethod: '그곳에서 가능한 모든 작업',
  anyService: '모든 서비스',
  uploads: (types) => `파일 업로드 (${types})`,
  anyFile: '모든 종류',
  unticked: '선택을 해제한 항목이 없으면 앱이 완전히 작동하지 않을 수 있습니다.',
  next: '다음 페이지에서 남은 항목을 보고 결정합니다.',
  goOn: '계속',
  authorize: '승인',
  deny: '접근 거부',
}
