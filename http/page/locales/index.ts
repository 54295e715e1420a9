import type { ByLanguage } from '../../language.ts'
import type { ErrorPageTexts } from '../error_texts.ts'
import { en } from './en.ts'
import { es } from './es.ts'
import { fr } from './fr.ts'
import { ja } from './ja.ts'
import { ko } from './ko.ts'
import { ro } from './ro.ts'
import { sv } from './sv.ts'

export const errorPageTexts: ByLanguage<ErrorPageTexts> = { en, es, fr, ja, ko, ro, sv }
