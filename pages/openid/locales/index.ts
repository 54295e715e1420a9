import type { ByLanguage } from '../../../http/language.ts'
import type { OpenidTexts } from '../texts.ts'
import { en } from './en.ts'
import { es } from './es.ts'
import { fr } from './fr.ts'
import { ja } from './ja.ts'
import { ko } from './ko.ts'
import { ro } from './ro.ts'
import { sv } from './sv.ts'

export const openidTexts: ByLanguage<OpenidTexts> = { en, es, fr, ja, ko, ro, sv }
