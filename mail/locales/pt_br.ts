import type { MailTexts } from '../texts.ts'

export const ptBR: MailTexts = {
  language: 'pt-BR',
  greeting: (handle) => `Olá, @${handle}!`,
  codeLabel: 'Seu código',
  colon: ':',
  occasion: 'Data e local',
  lifetime: (minutes) => `O código vale uma única vez e expira em ${minutes} minutos.`,
  secrecy: 'Não o compartilhe: ninguém que ajude você com sua conta precisa dele.',
  accountPage: 'A página da sua conta',
  securityPage: 'Sua página de segurança',
  signOut: 'Sair de todos os lugares',
  signOutAdvice: (days) =>
    `Este link desconecta todos os dispositivos e aplicativos e encerra as senhas de aplicativo. Não é preciso entrar para usá-lo. Ele vale uma única vez, por ${days} dias.`,
  sentBy: (service) => `Enviado por ${service}, onde sua conta faz login.`,
  purposes: {
    resetPassword: {
      subject: 'Redefinir sua senha',
      heading: 'Redefinir sua senha',
      body: 'Recebemos um pedido para redefinir a senha da sua conta. Para escolher uma nova, digite este código junto com a nova senha.',
      unrequested: 'Se não foi você, ignore este e-mail: sua senha continua a mesma.',
    },
    confirmEmail: {
      subject: 'Confirmar seu e-mail',
      heading: 'Confirmar seu e-mail',
      body: 'Para confirmar que este endereço pertence à sua conta, digite este código onde ele foi pedido.',
      unrequested: 'Se você não pediu isto, ignore este e-mail: o endereço não será confirmado.',
    },
    updateEmail: {
      subject: 'Alterar seu e-mail',
      heading: 'Alterar seu e-mail',
      body: 'Recebemos um pedido para usar outro endereço de e-mail na sua conta. Para permitir, digite este código junto com o novo endereço.',
      unrequested:
        'Se não foi você, seu endereço continua o mesmo. Mas alguém pode ter acesso à sua conta: altere sua senha.',
    },
    plcOperation: {
      subject: 'Confirmar uma mudança na sua identidade',
      heading: 'Confirmar uma mudança na sua identidade',
      body: 'Recebemos um pedido para assinar uma operação PLC, ou seja, uma mudança na identidade (DID) da sua conta, como a transferência para outro servidor. Para permitir, digite este código. Quem o tiver pode assumir sua identidade.',
      unrequested:
        'Se não foi você, alguém pode ter acesso à sua conta: altere sua senha imediatamente e não compartilhe este código com ninguém.',
    },
    deleteAccount: {
      subject: 'Excluir sua conta',
      heading: 'Excluir sua conta',
      body: 'Recebemos um pedido para excluir sua conta. Para excluí-la definitivamente, digite este código junto com sua senha. Isso não pode ser desfeito.',
      unrequested:
        'Se não foi você, sua conta é mantida, mas alguém pode ter acesso a ela: altere sua senha imediatamente.',
    },
    signInCode: {
      subject: 'Seu código de login',
      heading: 'Concluir o login',
      body: 'Alguém, esperamos que você, está entrando na sua conta com sua senha. Para concluir o login, digite este código.',
      unrequested:
        'Se não foi você, alguém sabe sua senha: altere-a imediatamente. Sem este código não é possível entrar.',
    },
  },
  notices: {
    passwordChanged: {
      subject: 'Sua senha foi alterada',
      heading: 'Sua senha foi alterada',
      body: 'A senha da sua conta foi alterada, e todos os dispositivos e aplicativos foram desconectados. Entre novamente com a nova senha.',
      unrequested:
        'Se não foi você, alguém pode ter acesso à sua caixa de e-mail: proteja-a primeiro e depois redefina sua senha imediatamente.',
    },
    emailChanged: {
      subject: 'Seu endereço de e-mail foi alterado',
      heading: 'Seu endereço de e-mail foi alterado',
      body: 'Sua conta agora tem outro endereço de e-mail. Este não receberá mais mensagens sobre ela.',
      unrequested:
        'Se não foi você, alguém tem acesso à sua conta: entre, altere sua senha imediatamente e restaure seu endereço.',
    },
    appPasswordCreated: {
      subject: 'Uma senha de aplicativo foi criada',
      heading: 'Uma senha de aplicativo foi criada',
      body: 'Uma senha de aplicativo foi criada para a sua conta. Com ela, um aplicativo pode entrar sem a sua senha e sem código.',
      unrequested:
        'Se não foi você, alguém tem acesso à sua conta: revogue-a na página de segurança e altere sua senha imediatamente.',
    },
    factorAdded: {
      subject: 'Um segundo fator foi adicionado',
      heading: 'Um segundo fator foi adicionado',
      body: (factor) => `Um segundo fator foi adicionado à sua conta: ${factor}.`,
      unrequested:
        'Se não foi você, alguém tem acesso à sua conta: entre, altere sua senha imediatamente e remova-o.',
    },
    factorRemoved: {
      subject: 'Um segundo fator foi removido',
      heading: 'Um segundo fator foi removido',
      body: (factor) => `Um segundo fator foi removido da sua conta: ${factor}.`,
      unrequested:
        'Se não foi você, alguém tem acesso à sua conta: entre, altere sua senha imediatamente e configure-o de novo.',
    },
    protectionOff: {
      subject: 'Uma proteção foi desativada',
      heading: 'Uma proteção foi desativada',
      body: (protection) => `Uma proteção da sua conta foi desativada: ${protection}.`,
      unrequested:
        'Se não foi você, alguém tem acesso à sua conta: saia de todos os lugares, redefina sua senha imediatamente e ative a proteção de novo.',
    },
    recoveryCodeUsed: {
      subject: 'Um código de recuperação foi usado',
      heading: 'Um código de recuperação foi usado',
      body: (left) =>
        `Um dos códigos de recuperação da sua conta foi usado. Códigos restantes: ${left}.`,
      unrequested:
        'Se não foi você, alguém sabe sua senha e tem seus códigos: altere sua senha imediatamente e crie novos códigos.',
    },
    accountDeactivated: {
      subject: 'Sua conta foi desativada',
      heading: 'Sua conta foi desativada',
      body: 'Sua conta foi desativada: o perfil e as publicações não são mais exibidos. Você ainda pode entrar e reativá-la.',
      unrequested:
        'Se não foi você, alguém tem acesso à sua conta: saia de todos os lugares, redefina sua senha imediatamente e reative sua conta.',
    },
    refreshTokenReused: {
      subject: 'Um aplicativo foi desconectado para proteger você',
      heading: 'Um aplicativo foi desconectado para proteger você',
      body: (app) =>
        `O que mantém ${app} conectado (um token de atualização) foi usado uma segunda vez. Isso acontece quando ele foi roubado e, às vezes, por um defeito do aplicativo. O aplicativo foi desconectado.`,
      unrequested:
        'Entre novamente no aplicativo. Se acontecer de novo, ou se sua página de segurança mostrar algo que você não conhece, saia de todos os lugares e redefina sua senha.',
    },
    newDevice: {
      subject: 'Acesso a partir de um novo dispositivo',
      heading: 'Acesso a partir de um novo dispositivo',
      body: 'Alguém entrou na sua conta a partir de um dispositivo que sua conta não conhece.',
      unrequested:
        'Se não foi você, alguém tem acesso à sua conta: saia de todos os lugares e redefina sua senha imediatamente.',
    },
    passwordRefused: {
      subject: 'Sua senha foi digitada em um aplicativo',
      heading: 'Sua senha foi digitada em um aplicativo',
      body: 'Alguém digitou sua senha em um aplicativo. O aplicativo não entrou, porque sua conta só aceita senhas de aplicativo ali.',
      unrequested:
        'Se não foi você, alguém sabe sua senha: redefina-a imediatamente. Se foi você, crie uma senha de aplicativo na página de segurança.',
    },
    operatorAdded: {
      subject: 'Agora você é operador',
      heading: 'Agora você é operador',
      body: 'Sua conta agora pode usar a página do operador deste serviço, onde se administram contas, códigos de convite e servidores.',
      unrequested:
        'Se você não esperava por isso, avise o operador deste serviço e confira que ninguém mais sabe sua senha.',
    },
    operatorRemoved: {
      subject: 'Você não é mais operador',
      heading: 'Você não é mais operador',
      body: 'Sua conta não pode mais usar a página do operador deste serviço.',
      unrequested: 'Se você não esperava por isso, pergunte ao operador deste serviço.',
    },
    passwordRemoved: {
      subject: 'Sua senha foi removida',
      heading: 'Sua senha foi removida',
      body: 'A senha da sua conta foi removida: a partir de agora, o acesso é feito com uma chave de acesso. As senhas de aplicativo continuam valendo.',
      unrequested:
        'Se não foi você, alguém tem acesso à sua conta: saia de todos os lugares, defina imediatamente uma nova senha por e-mail e remova as chaves de acesso que você não conhece.',
    },
  },
  localApp: 'um aplicativo local',
  factors: {
    passkey: 'chave de acesso',
    totp: 'aplicativo autenticador',
    mail: 'código por e-mail',
    recovery: 'códigos de recuperação',
  },
  protections: {
    newDeviceMails: 'e-mails sobre acessos a partir de novos dispositivos',
    onlyAppPasswords: 'somente senhas de aplicativo',
  },
}
