import { mypos } from '../providers/mypos.ts'
import type { Provider } from '../providers/provider.ts'
import { sumupPosPro } from '../providers/sumup-pos-pro.ts'
import { tyro } from '../providers/tyro.ts'

/** The providers that come with this package. */
export const presets: readonly Provider[] = [mypos, sumupPosPro, tyro]
