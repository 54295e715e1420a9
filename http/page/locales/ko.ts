import type { ErrorPageTexts } from '../error_texts.ts'

export const ko: ErrorPageTexts = {
  obstacles: {
    link: {
      title: '이 로그인 링크는 사용할 수 없습니다',
      advice:
        '계정에는 아무 변화도 없습니다. 앱으로 돌아가 다시 로그인하세요. 오래된 링크를 열었거나 뒤로 가기 버튼으로 이 페이지에 왔다면 그것으로 충분합니다.',
    },
    ended: {
      title: '이 로그인은 끝났습니다',
      advice:
        '이미 완료되었거나 시간이 너무 많이 지났습니다. 앱에 로그인되지 않았다면 앱으로 돌아가 다시 시작하세요.',
    },
    cookies: {
      title: '브라우저가 쿠키를 저장하지 않습니다',
      advice:
        '로그인하려면 쿠키가 필요합니다. 브라우저 설정에서 이 사이트의 쿠키를 허용한 다음 다시 시도하세요.',
    },
    scripts: {
      title: '브라우저에서 JavaScript가 꺼져 있습니다',
      advice:
        '로그인하려면 JavaScript가 필요합니다. 브라우저 설정에서 이 사이트의 JavaScript를 허용한 다음 다시 시도하세요.',
    },
    browser: {
      title: '이 브라우저에서는 페이지가 열리지 않습니다',
      advice:
        '계정을 보호하는 정보가 브라우저나 중간 장비에서 빠졌습니다. 브라우저를 업데이트하거나 다른 브라우저를 사용하세요.',
    },
    nowhere: {
      title: '여기에는 페이지가 없습니다',
      advice: '주소를 잘못 입력했거나 페이지가 옮겨졌을 수 있습니다.',
    },
    'too many': {
      title: '페이지가 너무 많이 열렸습니다',
      advice: '사용 중인 네트워크에서 짧은 시간에 열렸습니다. 잠시 기다렸다가 다시 시도하세요.',
    },
    attempts: {
      title: '시도가 너무 많습니다',
      advice:
        '짧은 시간에 같은 네트워크에서 또는 이 계정에 대해 여러 번 시도했습니다. 잠시 기다렸다가 다시 시도하세요.',
    },
    server: {
      title: '저희 쪽에 문제가 생겼습니다',
      advice: '저희 잘못이며 계정에는 아무 일도 없습니다. 잠시 후 다시 시도하세요.',
    },
  },
  forMakers: '계속 발생하면 앱 개발자에게 다음 내용을 알려 주세요:',
  toAccount: '계정 페이지로 이동',
  toApp: (host) => `${host}(으)로 돌아가기`,
  again: '다시 시도',
  giveUp: '앱으로 돌아가기',
  goOn: '계속',
}
